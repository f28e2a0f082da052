"""Reports that were made, so that each is sent once and can be read again."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class ReportRow(models.Model):
    """A scheduled report over since ≤ t < until, UTC, and whether it was delivered."""

    schedule = models.CharField(max_length=30)
    since = models.DateTimeField()
    until = models.DateTimeField()
    made = models.DateTimeField(default=timezone.now)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    csv = models.TextField()
    sent = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        """One report a schedule and period, the newest first."""

        ordering: ClassVar = ["-until", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "until"], name="report_once")
        ]

    def __str__(self) -> str:
        """Its subject."""
        return self.subject
