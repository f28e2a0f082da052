"""Exceptions and what became of each. None is ever deleted, and no alert with it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from analytics.detection.exceptions import Condition, Exempt, How
from auditapp.cases.investigation.models import AppendOnly
from auditapp.cases.stamping import Stamped


class State(models.TextChoices):
    """What people decided; whether it hides anything is also a matter of time, see `standing`."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REVOKED = "revoked"


class Standing(models.TextChoices):
    """Where an exception stands at a time."""

    PROPOSED = "proposed", "waits for a second person"
    ACTIVE = "active"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REFUSED = "refused"


class AlertException(Stamped):
    """Alerts that are expected: while it is in force they are hidden, and counted.

    What is empty is not asked for; `conditions` are lists of field, how and value. It is never
    changed: who wants another one makes another one.
    """

    rule = models.CharField(max_length=200, blank=True)
    account = models.CharField(max_length=300, blank=True)
    person = models.CharField(max_length=100, blank=True)
    conditions = models.JSONField(default=list)
    reason = models.TextField()
    begin = models.DateTimeField(help_text="alerts on events from then on")
    expiry = models.DateTimeField(help_text="nothing is hidden any longer from then on")
    author = models.CharField(max_length=150)
    created = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.ACCEPTED)
    approved_by = models.CharField(max_length=150, blank=True, help_text="a second person")
    ended = models.DateTimeField(null=True, help_text="since when it hides nothing any longer")
    hid = models.PositiveIntegerField(default=0, help_text="alerts, when it ended")
    last_hit = models.DateTimeField(null=True, help_text="the newest alert's time, when it ended")

    class Meta(Stamped.Meta):
        """The newest first."""

        abstract = False
        app_label = "cases"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        """As people call it."""
        return self.number

    @property
    def number(self) -> str:
        """As people call it."""
        return f"EX-{self.pk}"

    @property
    def asks(self) -> tuple[Condition, ...]:
        """The conditions."""
        return tuple(Condition(field, How(how), value) for field, how, value in self.conditions)

    @property
    def exempt(self) -> Exempt:
        """What it hides."""
        return Exempt(
            id=self.pk or 0,
            begin=self.begin,
            end=self.expiry,
            rule=self.rule,
            account=self.account,
            person=self.person,
            conditions=self.asks,
            approved=bool(self.approved_by),
        )

    def standing(self, now: datetime) -> Standing:
        """Where it stands."""
        if self.state in (State.REVOKED, State.REFUSED):
            return Standing(self.state)
        if now >= self.expiry:
            return Standing.EXPIRED
        if self.state == State.PROPOSED:
            return Standing.PROPOSED
        return Standing.SCHEDULED if now < self.begin else Standing.ACTIVE


class ExceptionChange(AppendOnly):
    """Somebody, or time, changed an exception; `words` are the reason."""

    exception = models.ForeignKey(AlertException, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=20)
    words = models.TextField(blank=True)

    class Meta(AppendOnly.Meta):
        """As it happened."""

        app_label = "cases"

    def __str__(self) -> str:
        """What of which."""
        return f"{self.exception_id} {self.what}"
