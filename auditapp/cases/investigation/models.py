"""A case and what belongs to it. Nothing of an event is copied: a pin says where it is found."""

from typing import Any, ClassVar, NoReturn, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from analytics.findings import Severity
from auditapp.cases.stamping import Stamped

SEVERITIES = tuple(reversed([str(severity) for severity in Severity]))
Row = TypeVar("Row", bound=models.Model)


class State(models.TextChoices):
    """How far it is."""

    OPEN = "open"
    INVESTIGATING = "investigating"
    ON_HOLD = "on_hold", "on hold"
    CLOSED = "closed"


class Decision(models.TextChoices):
    """What it came to, once it is closed."""

    CONFIRMED = "confirmed"
    INNOCENT = "innocent", "innocent explanation"
    UNFOUNDED = "unfounded"
    INCONCLUSIVE = "inconclusive"


class Tlp(models.TextChoices):
    """With whom it may be shared: the Traffic Light Protocol, version 2.0."""

    CLEAR = "clear", "TLP:CLEAR"
    GREEN = "green", "TLP:GREEN"
    AMBER = "amber", "TLP:AMBER"
    AMBER_STRICT = "amber+strict", "TLP:AMBER+STRICT"
    RED = "red", "TLP:RED"


class Case(Stamped):
    """Something that is looked into. Change it through `changing`, which keeps its history and
    its `version`: that grows whenever one of its own fields changes."""

    version = models.PositiveIntegerField(default=1, db_default=1)
    title = models.CharField(max_length=200)
    state = models.CharField(
        max_length=15, choices=State, default=State.OPEN, db_default=State.OPEN.value
    )
    severity = models.CharField(max_length=15)
    tlp = models.CharField(
        max_length=15, choices=Tlp, default=Tlp.AMBER, db_default=Tlp.AMBER.value
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="cases"
    )
    opened = models.DateTimeField(default=timezone.now, db_default=Now())
    opened_by = models.CharField(max_length=150, help_text="user name")
    decision = models.CharField(max_length=15, choices=Decision, blank=True, db_default="")
    reason = models.TextField(blank=True, db_default="", help_text="why it was decided so")
    closed = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, blank=True, db_default="")

    class Meta(Stamped.Meta):
        """What was touched last stands first."""

        abstract = False
        ordering: ClassVar = ["-updated", "-id"]

    def __str__(self) -> str:
        """Its number."""
        return self.number

    @property
    def number(self) -> str:
        """What people call it: C-12."""
        return f"C-{self.pk}"

    @property
    def is_closed(self) -> bool:
        """Whether it is decided."""
        return self.state == State.CLOSED


class Linked(models.Model):
    """What belongs to a case, and who put it there."""

    added = models.DateTimeField(default=timezone.now, db_default=Now())
    added_by = models.CharField(max_length=150)

    class Meta:
        """In the order in which it came."""

        abstract = True
        ordering: ClassVar = ["added", "id"]


class CasePerson(Linked):
    """Somebody whom a case is about, by id."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="people")
    person = models.CharField(max_length=100, db_index=True)

    class Meta(Linked.Meta):
        """Once a case."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "person"], name="case_person_once")
        ]

    def __str__(self) -> str:
        """Case and person."""
        return f"{self.case_id} {self.person}"


class CaseAlert(Linked):
    """An alert that a case is about."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="alerts")
    alert = models.ForeignKey("cases.Alert", on_delete=models.CASCADE, related_name="cases")

    class Meta(Linked.Meta):
        """Once a case."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "alert"], name="case_alert_once")
        ]

    def __str__(self) -> str:
        """Case and alert."""
        return f"{self.case_id} {self.alert_id}"


class Pin(Linked):
    """An event that speaks for or against: its id, and its time, so that it is found at once."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pins")
    event = models.CharField(max_length=500, db_index=True)
    time = models.DateTimeField(help_text="of the event, UTC")
    why = models.CharField(max_length=500, blank=True)

    class Meta(Linked.Meta):
        """Once a case, in the order in which things happened."""

        ordering: ClassVar = ["time", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "event"], name="case_event_once")
        ]

    def __str__(self) -> str:
        """Case and event."""
        return f"{self.case_id} {self.event}"


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """Only adds."""

    def update(self, **values: Any) -> NoReturn:
        """Raises TypeError."""
        raise TypeError("what was written stays as it was written")

    def delete(self) -> NoReturn:
        """Raises TypeError."""
        raise TypeError("what was written stays")


class AppendOnly(models.Model):
    """What is written once. Only erasure, through `redacting`, takes words out of it."""

    time = models.DateTimeField(default=timezone.now, db_default=Now())
    author = models.CharField(max_length=150, help_text="user name, as it was then")

    objects = AppendOnlyQuerySet.as_manager()
    redacting = models.Manager()  # noqa: DJ012 - a second manager

    class Meta:
        """In the order in which it was written."""

        abstract = True
        ordering: ClassVar = ["id"]

    def save(self, *args: Any, **options: Any) -> None:
        """As Django's, once. Raises TypeError."""
        if self.pk is not None:
            raise TypeError("what was written stays as it was written")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        """Raises TypeError."""
        raise TypeError("what was written stays")


class Note(AppendOnly):
    """What somebody wrote down about a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    erased = models.DateTimeField(null=True)

    class Meta(AppendOnly.Meta):
        """As written."""

    def __str__(self) -> str:
        """Who wrote it."""
        return f"{self.case_id} {self.author}"


class CaseChange(AppendOnly):
    """Somebody changed something of a case. `before` is empty for what was added, `after` for
    what was taken away; people, alerts and events stand there by their ids."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField(
        default=0, db_default=0, help_text="the case's, once this was done"
    )
    what = models.CharField(max_length=20)
    before = models.TextField(blank=True, db_default="")
    after = models.TextField(blank=True, db_default="")

    class Meta(AppendOnly.Meta):
        """As it happened."""

    def __str__(self) -> str:
        """What of which."""
        return f"{self.case_id} {self.what}"
