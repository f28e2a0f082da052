"""Lists of what an act reached, and what people decided about each thing. Nothing is deleted."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from analytics.governance.impact import Standing
from auditapp.cases.investigation.models import AppendOnly

STANDINGS = [(one.value, one.value) for one in Standing]


class ImpactList(models.Model):
    """A question of which somebody works through the answer; the answer itself is not kept, as it
    follows from the events."""

    key = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the question")
    kind = models.CharField(max_length=10, help_text="person, path or commit")
    value = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="null: until now")
    author = models.CharField(max_length=150)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        """The newest first."""

        app_label = "cases"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        """As people call it."""
        return f"IM-{self.pk}"


class ImpactDecision(AppendOnly):
    """Somebody decided about a thing of a list; the newest decision counts."""

    of = models.ForeignKey(ImpactList, on_delete=models.PROTECT, related_name="decisions")
    thing = models.TextField(help_text="the thing's key")
    standing = models.CharField(max_length=10, choices=STANDINGS)
    note = models.TextField()
    seen = models.CharField(max_length=64, help_text="digest of the ways that were known then")

    class Meta(AppendOnly.Meta):
        """As it happened."""

        app_label = "cases"

    def __str__(self) -> str:
        """What of which."""
        return f"{self.of_id} {self.standing}"
