"""Whom we tell, and what each is to be told. A delivery's row is the truth; a task is a hint."""

import secrets
from typing import ClassVar

from django.db import models
from django.utils import timezone

from auditapp.accounts.models import User


class Kind(models.TextChoices):
    """What is told."""

    ALERTS = "alerts", "alerts"
    CASES = "cases", "cases that are opened and closed"
    RISK = "risk", "changes of a person's risk level"
    SILENCE = "silence", "feeds that fall silent and speak again"


def _salt() -> str:
    return secrets.token_hex(16)


class Destination(models.Model):
    """Where we deliver to. Its secret is made from SECRET_KEY and the salt, and never kept."""

    name = models.CharField(max_length=100, unique=True)
    url = models.CharField(max_length=1000)
    salt = models.CharField(max_length=32, default=_salt, editable=False)
    old_salt = models.CharField(max_length=32, blank=True, editable=False)
    old_until = models.DateTimeField(null=True, help_text="until then the old secret signs too")
    kinds = models.JSONField(default=list)
    minimal_severity = models.CharField(max_length=15, default="medium")
    minimal_level = models.CharField(max_length=10, default="moderate")
    enabled = models.BooleanField(default=True)
    trouble = models.CharField(max_length=300, blank=True, help_text="why it was disabled for us")
    since = models.DateTimeField(default=timezone.now, help_text="nothing of before is told")
    positions = models.JSONField(default=dict, help_text="kind: stamp and id of the last row seen")
    created = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)

    class Meta:
        """By name."""

        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Delivery(models.Model):
    """One message to one destination, tried until it arrives or a day is over."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        DELIVERED = "delivered"
        GIVEN_UP = "given_up", "given up"

    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="deliveries"
    )
    message = models.CharField(max_length=40, unique=True, help_text="webhook-id")
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=200, help_text="what it tells of, so that it is told once")
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created = models.DateTimeField(default=timezone.now)
    first = models.DateTimeField(default=timezone.now, help_text="when the day of trying began")
    due = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, help_text="the last answer's")
    error = models.CharField(max_length=500, blank=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        """Newest first; what is due is looked for all the time."""

        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["state", "due"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["destination", "key"], name="told_once")
        ]

    def __str__(self) -> str:
        """Its message id."""
        return self.message
