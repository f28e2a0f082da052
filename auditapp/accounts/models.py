"""Those who use Foureyes, and the tokens of what sends logs to it."""

import hashlib
import secrets
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class Role(models.TextChoices):
    """What somebody may do; an administrator cannot read people's activity."""

    ANALYST = "analyst"
    INVESTIGATOR = "investigator"
    PRIVACY_OFFICER = "privacy_officer", "privacy officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class User(AbstractUser):
    """Somebody who signs in."""

    role = models.CharField(max_length=20, choices=Role, default=Role.ANALYST)


class ApiToken(models.Model):
    """Lets a shipper send logs. Only its hash is kept; the token itself is shown once."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=12, editable=False)
    sources = models.JSONField(default=list, blank=True, help_text="log sources; empty means all")
    feed = models.CharField(max_length=100, help_text="the feed that its batches belong to")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created", "-id"]

    def __str__(self) -> str:
        """Its name and how it begins."""
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def hash(token: str) -> str:
        """What is kept of a token. It has 256 random bits, so a fast hash is enough."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, *, name: str, feed: str, **fields: object) -> tuple["ApiToken", str]:
        """A new token, saved, and its text, which cannot be had again."""
        text = "fe_" + secrets.token_urlsafe(32)
        token = cls(name=name, feed=feed, digest=cls.hash(text), prefix=text[:8], **fields)
        token.save()
        return token, text

    def valid(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    def may_send(self, source: str) -> bool:
        """Whether its scope includes the log source."""
        return not self.sources or source in self.sources
