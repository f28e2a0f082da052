"""Feeds, the batches that came by them, and the lines that could not be read."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.timezone import now


class Feed(models.Model):
    """Where logs come from, and what they leave unsaid."""

    name = models.CharField(primary_key=True, max_length=100)
    timezone = models.CharField(max_length=64, default="UTC")
    host = models.CharField(max_length=255, blank=True)
    realm = models.CharField(max_length=50, default="site")
    created = models.DateTimeField(default=now)
    last_seen = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Batch(models.Model):
    """A file or request body on its way. This row is the queue: a task is only a hint.

    `state` and the lease say who works on it; a lease that ran out may be taken by anyone.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        WORKING = "working"
        DONE = "done"
        FAILED = "failed"  # tried too often; can be replayed

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="batches")
    source = models.CharField(max_length=50)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    origin = models.CharField(max_length=64)
    path = models.CharField(max_length=1000, blank=True, help_text="as it was given, for people")
    host = models.CharField(max_length=255, blank=True)
    user = models.CharField(max_length=255, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    columns = models.JSONField(default=list)
    size = models.BigIntegerField(help_text="bytes, unpacked")
    sha256 = models.CharField(max_length=64, db_index=True)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - null is no key
    token = models.ForeignKey("accounts.ApiToken", null=True, on_delete=models.SET_NULL)
    received = models.DateTimeField(default=now, db_default=Now())
    started = models.DateTimeField(null=True, blank=True, help_text="first attempt")
    lease_until = models.DateTimeField(
        null=True, blank=True, help_text="nobody else may take it before"
    )
    lease_owner = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    finished = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    lines = models.BigIntegerField(default=0)
    records = models.BigIntegerField(default=0, help_text="stored + duplicates + rejected")
    stored = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)

    class Meta:
        """The queue is read by state and time."""

        indexes: ClassVar = [models.Index(fields=["state", "received"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["token", "idempotency_key"],
                condition=models.Q(idempotency_key__isnull=False),
                name="idempotent_once",
            )
        ]

    def __str__(self) -> str:
        """Feed and id."""
        return f"{self.feed_id}/{self.id}"


class RejectedLine(models.Model):
    """A record that could not be read: number of its first line, why, and its beginning."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rejected_lines")
    line = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    text = models.TextField()

    def __str__(self) -> str:
        """Where and why."""
        return f"line {self.line}: {self.reason}"


class Arrival(models.Model):
    """A kind of event that a feed brought, and which fields it filled; what readiness is read from.

    `fields` only grows.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="arrivals")
    dataset = models.CharField(max_length=50)
    module = models.CharField(max_length=50)
    category = models.CharField(max_length=50)
    type = models.CharField(max_length=50)
    action = models.CharField(max_length=100)
    fields = models.JSONField(default=list)
    last = models.DateTimeField(help_text="the newest event's own time, more or less")

    class Meta:
        """A kind stands there once a feed."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["feed", "dataset", "module", "category", "type", "action"],
                name="arrival_once",
            )
        ]

    def __str__(self) -> str:
        """Feed and kind."""
        return f"{self.feed_id}: {self.dataset} {self.action}"


class Pull(models.Model):
    """How far a feed has got whose log is fetched, rather than sent."""

    feed = models.OneToOneField(
        Feed, primary_key=True, on_delete=models.CASCADE, related_name="pull"
    )
    next_page = models.CharField(max_length=2000, blank=True, help_text="of an unfinished walk")
    reaching = models.DateTimeField(null=True, help_text="newest event of an unfinished walk")
    reached = models.DateTimeField(null=True, help_text="newest event of all finished ones")
    finished = models.DateTimeField(null=True, help_text="end of the last walk")
    error = models.TextField(blank=True, help_text="why the last walk did not end")

    def __str__(self) -> str:
        """Its feed."""
        return self.feed_id
