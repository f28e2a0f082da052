"""Alerts, findings, risk scores and cases: what people look at and decide upon."""

from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from auditapp.cases.correlating.models import Hit, Stretch, Window
from auditapp.cases.dismissing.models import Dismissal, DismissalChange
from auditapp.cases.excepting.models import AlertException, ExceptionChange
from auditapp.cases.impacting.models import ImpactDecision, ImpactList
from auditapp.cases.investigation.models import (
    Case,
    CaseAlert,
    CaseChange,
    CasePerson,
    Note,
    Pin,
)
from auditapp.cases.reviewing.models import VerdictRow
from auditapp.cases.stamping import Stamp, Stamped, StampedQuerySet
from auditapp.cases.versioning.models import RuleFile, RuleVersion, WeightsVersion

__all__ = [
    "Alert",
    "AlertException",
    "Case",
    "CaseAlert",
    "CaseChange",
    "CasePerson",
    "Dismissal",
    "DismissalChange",
    "ExceptionChange",
    "FindingRow",
    "Hit",
    "ImpactDecision",
    "ImpactList",
    "Note",
    "Pin",
    "RuleFile",
    "RuleVersion",
    "ScoreRow",
    "Stamp",
    "Standing",
    "Stretch",
    "TouchedDay",
    "Turn",
    "VerdictRow",
    "WeightsVersion",
    "Window",
]


class AlertQuerySet(StampedQuerySet["Alert"]):
    """Alerts, of which exceptions hide some."""

    def shown(self) -> Self:
        """Those that no exception hides."""
        return self.filter(hidden_by=None)


class Alert(Stamped):
    """A rule matched an event, or a finding is urgent (then `rule` is its kind and id).

    Keeps the account; the person is joined when it is read.
    """

    class State(models.TextChoices):
        """What people made of it."""

        OPEN = "open"
        ACKNOWLEDGED = "acknowledged"
        CLOSED = "closed"

    rule = models.CharField(max_length=200, db_index=True)
    rule_version = models.CharField(max_length=16)
    title = models.CharField(max_length=300)
    severity = models.CharField(max_length=15)
    confidence = models.FloatField()
    time = models.DateTimeField(db_index=True, help_text="of the event, UTC")
    detected = models.DateTimeField(default=timezone.now)
    event = models.CharField(max_length=64)
    account = models.CharField(max_length=300, null=True, db_index=True)  # noqa: DJ001
    owner = models.CharField(max_length=300, null=True)  # noqa: DJ001
    object = models.CharField(max_length=1000, null=True)  # noqa: DJ001
    tags = models.JSONField(default=list)
    tactics = models.JSONField(default=list)
    batch = models.UUIDField(null=True)
    backfill = models.BooleanField(
        default=False, db_default=False, help_text="found in old logs: nobody is told"
    )
    state = models.CharField(max_length=15, choices=State, default=State.OPEN)
    SUPERSEDED = "superseded"  # late events made another alert of what it told
    SAYING_NOTHING = ("false_positive", SUPERSEDED)  # close reasons that leave nothing to count

    close_reason = models.CharField(max_length=30, blank=True)
    group_key = models.CharField(max_length=32, blank=True, help_text="alerts of one kind share it")
    within = models.PositiveIntegerField(default=3_600, help_text="seconds that a group may pause")
    lead = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.SET_NULL,
        related_name="others",
        help_text="the first of its group, where that is another one",
    )
    hidden_by = models.ForeignKey(
        AlertException, null=True, on_delete=models.PROTECT, related_name="alerts"
    )

    objects = AlertQuerySet.as_manager()  # type: ignore[misc]  # it overrides Stamped's

    class Meta(Stamped.Meta):
        """A rule raises one alert an event."""

        abstract = False
        ordering: ClassVar = ["-time", "-id"]
        indexes: ClassVar = [*Stamped.Meta.indexes, models.Index(fields=["group_key", "time"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "event"], name="alert_once")
        ]

    def __str__(self) -> str:
        """Rule and event."""
        return f"{self.rule} {self.event}"


class TouchedDay(models.Model):
    """A day (UTC) whose events changed since it was assessed. `serial` grows with each change,
    so that a day touched while it is being assessed is assessed once more."""

    day = models.DateField(primary_key=True)
    serial = models.BigIntegerField(default=1)
    marked = models.DateTimeField(default=timezone.now, db_default=Now())
    after = models.DateTimeField(
        null=True, help_text="only a backfill touched it: it is worth waiting for more until then"
    )

    def __str__(self) -> str:
        """The day."""
        return str(self.day)


class Turn(models.Model):
    """Whose turn it is with work that only one process may do at a time."""

    name = models.CharField(primary_key=True, max_length=50)
    owner = models.CharField(max_length=100, blank=True)
    until = models.DateTimeField(help_text="anyone may take it from then on")

    def __str__(self) -> str:
        """What the work is."""
        return self.name


class FindingQuerySet(models.QuerySet["FindingRow"]):
    """Findings, of which people judged some innocent."""

    def standing(self) -> Self:
        """Those that nobody dismissed."""
        return self.filter(dismissed_by=None)


class FindingRow(models.Model):
    """What behaviour and governance found about a person on a day; replaced with the day."""

    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=15)
    finding = models.CharField(max_length=100, help_text="id of the feature or check")
    title = models.CharField(max_length=300)
    person = models.CharField(max_length=100, db_index=True)
    time = models.DateTimeField()
    points = models.FloatField()
    confidence = models.FloatField()
    sentence = models.TextField()
    events = models.JSONField(default=list)
    resource = models.CharField(max_length=1000, null=True)  # noqa: DJ001
    tactics = models.JSONField(default=list)
    observed = models.FloatField(null=True)
    expected = models.FloatField(null=True)
    probability = models.FloatField(null=True)
    owners = models.JSONField(default=list, help_text="whose things it touched, each with how many")
    dismissed_by = models.ForeignKey(
        Dismissal, null=True, on_delete=models.PROTECT, related_name="findings"
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        """The newest of a kind are asked for."""

        indexes: ClassVar = [models.Index(fields=["kind", "time"], name="finding_by_kind")]

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence


class CurrentScores(models.Manager["ScoreRow"]):
    """Scores as they are known now."""

    def get_queryset(self) -> models.QuerySet["ScoreRow"]:
        """Without those that others took the place of."""
        return super().get_queryset().filter(replaced=None)


class ScoreRow(models.Model):
    """A person's risk at the end of a day, or now; `reasons` as `risk --json` gives them, and
    with time, confidence, contribution, counted, cluster, tactics.

    A score that changed because more became known is not lost: it stays with when it was written
    and when another took its place, so that what was shown at a time can be shown again.
    """

    person = models.CharField(max_length=100, db_index=True)
    as_of = models.DateTimeField(db_index=True)
    score = models.FloatField()
    level = models.CharField(max_length=10)
    reasons = models.JSONField(default=list)
    plain = models.FloatField(null=True, help_text="what it would be if nobody were watched")
    watched = models.JSONField(default=list, help_text="why the person was watched")
    weights = models.CharField(max_length=16, blank=True, help_text="digest of the weights")
    written = models.DateTimeField(default=timezone.now, db_default=Now())
    replaced = models.DateTimeField(null=True)

    objects = CurrentScores()
    ever = models.Manager()  # noqa: DJ012 - a second manager

    class Meta:
        """One current score a person and time. The newest are asked for, and those replaced go."""

        base_manager_name = "ever"
        indexes: ClassVar = [
            models.Index(fields=["as_of"], condition=models.Q(replaced=None), name="score_by_time"),
            models.Index(
                fields=["replaced"], condition=~models.Q(replaced=None), name="score_replaced"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "as_of"],
                condition=models.Q(replaced=None),
                name="score_once",
            )
        ]

    def __str__(self) -> str:
        """Person and score."""
        return f"{self.person} {self.score:.0f}"


class Standing(Stamped):
    """Where a person stands now; changes only when score, level or reasons do."""

    person = models.CharField(max_length=100, unique=True)
    score = models.FloatField(default=0)
    level = models.CharField(max_length=10)
    before = models.CharField(max_length=10, default="none", help_text="the level before this one")
    turned = models.DateTimeField(null=True, help_text="when the level last changed")
    as_of = models.DateTimeField()
    newest = models.DateTimeField(null=True, help_text="time of its newest reason")
    reasons = models.JSONField(default=list, help_text="kind:id of each")

    class Meta(Stamped.Meta):
        """Followed as alerts are."""

        abstract = False

    def __str__(self) -> str:
        """Person and level."""
        return f"{self.person} {self.level}"
