"""Findings that people judged innocent, and what became of each judgement. None is ever deleted."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from analytics.findings import ReasonKind
from analytics.risk import dismissals
from auditapp.cases.excepting.models import State
from auditapp.cases.investigation.models import AppendOnly


class Dismissal(models.Model):
    """A finding as it was when somebody judged it innocent, and how that judgement stands."""

    person = models.CharField(max_length=100, db_index=True)
    kind = models.CharField(max_length=15)
    finding = models.CharField(max_length=100, help_text="id of the feature or check")
    day = models.DateField(help_text="of the finding, UTC")
    title = models.CharField(max_length=300)
    sentence = models.TextField()
    points = models.FloatField()
    events = models.JSONField(default=list)
    observed = models.FloatField(null=True)
    reason = models.TextField()
    author = models.CharField(max_length=150)
    created = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.ACCEPTED)
    approved_by = models.CharField(max_length=150, blank=True, help_text="a second person")

    class Meta:
        """The newest first."""

        app_label = "cases"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        """As people call it."""
        return self.number

    @property
    def number(self) -> str:
        """As people call it."""
        return f"DI-{self.pk}"

    @property
    def judged(self) -> dismissals.Dismissal:
        """What it says of findings."""
        return dismissals.Dismissal(
            number=self.pk or 0,
            person=self.person,
            kind=ReasonKind(self.kind),
            finding=self.finding,
            day=self.day,
            events=frozenset(self.events),
            observed=self.observed,
        )


class DismissalChange(AppendOnly):
    """Somebody changed how a judgement stands; `words` are the reason."""

    dismissal = models.ForeignKey(Dismissal, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=20)
    words = models.TextField(blank=True)

    class Meta(AppendOnly.Meta):
        """As it happened."""

        app_label = "cases"

    def __str__(self) -> str:
        """What of which."""
        return f"{self.dismissal_id} {self.what}"
