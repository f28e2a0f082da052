"""What correlations are asked of, and what they found."""

from typing import ClassVar

from django.db import models


class Hit(models.Model):
    """A rule that a correlation refers to matched an event. `fields` has those of its fields that
    correlations look at."""

    rule = models.CharField(max_length=200)
    event = models.CharField(max_length=64)
    time = models.DateTimeField(help_text="of the event, UTC")
    account = models.CharField(max_length=300, null=True)  # noqa: DJ001
    owner = models.CharField(max_length=300, null=True)  # noqa: DJ001
    object = models.CharField(max_length=1000, null=True)  # noqa: DJ001
    fields = models.JSONField(default=dict)

    class Meta:
        """A rule matches an event once."""

        app_label = "cases"
        indexes: ClassVar = [models.Index(fields=["rule", "time"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "event"], name="hit_once"),
        ]

    def __str__(self) -> str:
        """Rule and event."""
        return f"{self.rule} {self.event}"


class Stretch(models.Model):
    """A stretch of time, both ends included, whose hits or people changed since it was asked."""

    begin = models.DateTimeField()
    end = models.DateTimeField()
    backfill = models.BooleanField(default=False, help_text="only old logs changed it")

    class Meta:
        """Asked in order of time."""

        app_label = "cases"

    def __str__(self) -> str:
        """From when to when."""
        return f"{self.begin.isoformat()} to {self.end.isoformat()}"


class Window(models.Model):
    """Why a correlation raised an alert: the hits of the window in which it first held.

    `group` is what they agree in. `events` are the first of `count`.
    """

    alert = models.OneToOneField("cases.Alert", models.CASCADE, related_name="window")
    group = models.JSONField(default=dict)
    begun = models.DateTimeField(help_text="the first hit's time, UTC")
    events = models.JSONField(default=list)
    count = models.IntegerField()

    class Meta:
        """It belongs to alerts."""

        app_label = "cases"

    def __str__(self) -> str:
        """How many since when."""
        return f"{self.count} since {self.begun.isoformat()}"
