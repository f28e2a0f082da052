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
    heard = models.DateTimeField(null=True, help_text="when it last sent, to some seconds")
    expected_seconds = models.PositiveIntegerField(
        null=True, help_text="longest silence that is usual, as people said; 0: any is"
    )
    learnt_seconds = models.PositiveIntegerField(null=True, help_text="the same, from its past")
    learnt = models.DateTimeField(null=True, help_text="when that was last looked for")
    excused = models.DateTimeField(null=True, help_text="nobody listened until then")

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
        FAILED = "failed"  # a dead letter: tried too often; can be replayed
        DISCARDED = "discarded"  # a dead letter that somebody decided to do without

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
    backfill = models.BooleanField(
        default=False, db_default=False, help_text="old logs: others go first, and nobody is told"
    )
    chain = models.CharField(
        max_length=64, blank=True, db_default="", help_text="of bodies that share records"
    )
    repeats = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, help_text="the same body, sent before"
    )
    received = models.DateTimeField(default=now, db_default=Now())
    started = models.DateTimeField(null=True, blank=True, help_text="first attempt")
    lease_until = models.DateTimeField(
        null=True, blank=True, help_text="nobody else may take it before"
    )
    lease_owner = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    finished = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    errors = models.JSONField(
        default=list, db_default=[], help_text="of the last tries: time, attempt, error"
    )
    kept = models.BooleanField(
        default=True, db_default=True, help_text="its raw log is in the spool"
    )
    discarded_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    discarded_reason = models.CharField(max_length=500, blank=True, db_default="")
    lines = models.BigIntegerField(default=0)
    framing = models.JSONField(
        default=list, db_default=[], help_text="what stands around records: line, text, times"
    )
    records = models.BigIntegerField(default=0, help_text="stored + duplicates + rejected")
    stored = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)

    class Meta:
        """The queue is read by state and time; a log that grew is known by its origin; what a token
        sent lately is counted."""

        indexes: ClassVar = [
            models.Index(fields=["state", "backfill", "received"]),
            models.Index(fields=["feed", "origin"]),
            models.Index(fields=["token", "received"]),
            models.Index(fields=["feed", "received"]),
            models.Index(fields=["chain", "received"]),
        ]
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


class Tail(models.Model):
    """What a batch left open at its end: the next one of its chain goes on with it.

    It stays with the batch that took it, so that this can be read again.
    """

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="tail")
    taken_by = models.OneToOneField(
        Batch, null=True, on_delete=models.SET_NULL, related_name="carried"
    )
    content = models.BinaryField(help_text="records that may go on")
    heading = models.BinaryField(default=b"", help_text="the header that holds for what follows")
    at = models.BigIntegerField(help_text="its first byte in the batch's log; below 0, before it")
    left = models.DateTimeField(default=now, db_index=True)

    def __str__(self) -> str:
        """Its batch."""
        return f"tail of {self.batch_id}"


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


class Pulse(models.Model):
    """How a source of a feed was when it was last taken in."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="pulses")
    source = models.CharField(max_length=50)
    heard = models.DateTimeField(help_text="when its last batch was received")
    newest = models.DateTimeField(null=True, help_text="the newest event's own time")
    ahead = models.FloatField(
        null=True, help_text="seconds that fresh events were ahead of being received, the median"
    )

    class Meta:
        """Once a feed and source."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed", "source"], name="pulse_once")
        ]

    def __str__(self) -> str:
        """Feed and source."""
        return f"{self.feed_id}: {self.source}"


class Silence(models.Model):
    """A feed said nothing for longer than usual. Open until it speaks again."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="silences")
    since = models.DateTimeField(help_text="when it was last heard")
    noticed = models.DateTimeField(default=now)
    expected_seconds = models.PositiveIntegerField(help_text="how long would have been usual")
    ended = models.DateTimeField(null=True, db_index=True)

    class Meta:
        """A feed is silent once at a time; newest first."""

        ordering: ClassVar = ["-noticed", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["feed"], condition=models.Q(ended__isnull=True), name="silent_once"
            )
        ]

    def __str__(self) -> str:
        """Feed and since when."""
        return f"{self.feed_id} since {self.since:%Y-%m-%d %H:%M}"


class Delivery(models.Model):
    """A webhook's delivery that was taken, by its id or its body's hash."""

    feed = models.CharField(max_length=100)
    key = models.CharField(max_length=80)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="deliveries")
    received = models.DateTimeField(default=now, db_index=True)

    class Meta:
        """Each is there once a feed."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed", "key"], name="delivery_once")
        ]

    def __str__(self) -> str:
        """Feed and key."""
        return f"{self.feed}: {self.key}"
