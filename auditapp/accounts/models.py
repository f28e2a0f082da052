"""Those who use Foureyes, and the tokens of machines that send and read."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
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
    looked = models.DateTimeField(null=True, editable=False, help_text="at the overview, last")
    looked_before = models.DateTimeField(
        null=True, editable=False, help_text="the last look of the visit before"
    )


def _sending() -> list[str]:
    return ["ingest"]


def _limit(what: str) -> "models.PositiveBigIntegerField[int | None, int | None]":
    help_text = f"{what}; empty means as the settings say, 0 without limit"
    return models.PositiveBigIntegerField(null=True, blank=True, help_text=help_text)


class ApiToken(models.Model):
    """Lets a machine send logs or read. Only its hash is kept; the token itself is shown once."""

    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=12, editable=False)
    scopes = models.JSONField(default=_sending, help_text="what it is for, see scopes.Scope")
    sources = models.JSONField(default=list, blank=True, help_text="log sources; empty means all")
    feed = models.CharField(
        max_length=100, blank=True, help_text="what it sends belongs here where nothing is said"
    )
    feeds = models.JSONField(default=list, blank=True, help_text="further feeds it may send to")
    requests_per_minute = _limit("logs that it may send in a minute")
    bytes_per_minute = _limit("unpacked bytes that it may send in a minute")
    bytes_per_day = _limit("unpacked bytes that it may send in a day")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)
    rotated_from = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="successors"
    )

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created", "-id"]

    def __str__(self) -> str:
        """Its name and how it begins."""
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def hash(token: str) -> str:
        """What is kept of a token. It has 256 random bits, so a fast hash is enough."""
        return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()

    @classmethod
    def issue(cls, *, name: str, feed: str = "", **fields: object) -> tuple["ApiToken", str]:
        """A new token, saved, and its text, which cannot be had again."""
        text = "fe_" + secrets.token_urlsafe(32)
        token = cls(name=name, feed=feed, digest=cls.hash(text), prefix=text[:8], **fields)
        token.save()
        return token, text

    def rotated(self, now: datetime, overlap: timedelta) -> tuple["ApiToken", str]:
        """A new token for the same, valid for as long as this one was to be; this one ends after
        the overlap. Raises ValueError where it is not valid."""
        if not self.valid(now):
            raise ValueError("a token that is expired or revoked cannot be rotated")
        lasting = self.expires - self.created if self.expires else None
        ends = min(self.expires, now + overlap) if self.expires else now + overlap
        with transaction.atomic():
            token, text = ApiToken.issue(
                name=self.name,
                feed=self.feed,
                feeds=self.feeds,
                scopes=self.scopes,
                sources=self.sources,
                requests_per_minute=self.requests_per_minute,
                bytes_per_minute=self.bytes_per_minute,
                bytes_per_day=self.bytes_per_day,
                created_by=self.created_by,
                created=now,
                expires=now + lasting if lasting else None,
                rotated_from=self,
            )
            self.expires = ends
            self.save(update_fields=["expires"])
        return token, text

    def valid(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return not self.refusal(now)

    def refusal(self, now: datetime) -> str:
        """Why it may not be used any longer; empty where it may."""
        if self.revoked is not None:
            return f"The token was revoked on {self.revoked:%Y-%m-%d}."
        if self.expires is not None and now >= self.expires:
            return f"The token expired on {self.expires:%Y-%m-%d}."
        return ""

    def holds(self, scope: str) -> bool:
        """Whether it is for that."""
        return scope in self.scopes

    @property
    def all_feeds(self) -> tuple[str, ...]:
        """Every feed that it may send to, the usual one first."""
        return tuple(dict.fromkeys(name for name in (self.feed, *self.feeds) if name))

    def may_send(self, source: str, feed: str = "") -> bool:
        """Whether it may send this log source to this feed, its usual one where none is said.
        Every door that takes logs asks here and nowhere else."""
        return (
            self.holds("ingest")
            and (feed or self.feed) in self.all_feeds
            and (not self.sources or source in self.sources)
        )
