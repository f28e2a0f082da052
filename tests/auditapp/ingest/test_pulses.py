"""What batches say of their feed's clock and lag."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from analytics import fields
from auditapp.ingest import pulses
from auditapp.ingest.models import Batch, Feed, Pulse

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TIMES = fields.SCHEMA.field("@timestamp").type


def taken(*seconds: float, received: datetime = NOW, source: str = "auditd") -> Pulse:
    """The pulse after a batch whose events were so many seconds after it was received."""
    feed, _ = Feed.objects.get_or_create(name="lab")
    times = [received + timedelta(seconds=second) for second in seconds]
    table = pa.table({"@timestamp": pa.array(times, TIMES)})
    pulses.record(Batch(feed=feed, source=source, received=received), table)
    return Pulse.objects.get(feed=feed, source=source)


def test_the_newest_event_tells_the_lag() -> None:
    assert taken(-60, -5, -30).newest == NOW - timedelta(seconds=5)
    later = NOW + timedelta(minutes=1)
    assert taken(-600, received=later).newest == NOW - timedelta(seconds=5)
    assert Pulse.objects.get().heard == later


def test_a_clock_is_ahead_by_the_median_of_fresh_events() -> None:
    assert taken(170, 180, 200).ahead == pytest.approx(180)
    assert taken(-1, -2, -3).ahead == pytest.approx(-2)


def test_old_events_say_nothing_of_the_clock() -> None:
    assert taken(-86_400, -90_000).ahead is None
    assert taken(-86_400, -90_000, 30).ahead == pytest.approx(30)
    assert taken(-86_400).ahead == pytest.approx(30)


def test_a_batch_that_is_taken_in_late_does_not_turn_the_clock_back() -> None:
    taken(30)
    late = taken(-20, received=NOW - timedelta(hours=1))
    assert (late.ahead, late.heard) == (pytest.approx(30), NOW)


def test_sources_of_a_feed_are_told_apart() -> None:
    taken(-5)
    taken(-500, source="syslog")
    assert Pulse.objects.count() == 2


def test_a_batch_without_events_says_nothing() -> None:
    feed = Feed.objects.create(name="lab")
    table = pa.table({"@timestamp": pa.array([], TIMES)})
    pulses.record(Batch(feed=feed, source="auditd", received=NOW), table)
    assert not Pulse.objects.exists()


def test_many_requests_write_down_once_that_a_feed_was_heard() -> None:
    feed = Feed.objects.create(name="lab")
    pulses.hear(feed, NOW)
    pulses.hear(feed, NOW + timedelta(seconds=5))
    assert Feed.objects.get().heard == NOW
    pulses.hear(feed, NOW + timedelta(seconds=11))
    assert Feed.objects.get().heard == NOW + timedelta(seconds=11)
