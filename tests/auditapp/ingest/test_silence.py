"""Feeds fall silent, are noticed once, and speak again."""

from datetime import UTC, datetime, timedelta

import pytest

from auditapp.cases import turns
from auditapp.ingest import silence
from auditapp.ingest.models import Batch, Feed, Silence

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def feed() -> Feed:
    """A feed that may be silent for ten minutes, as people said, and just spoke."""
    return Feed.objects.create(name="lab", heard=NOW, expected_seconds=600)


def sent(feed: Feed, *times: datetime) -> None:
    """Batches that the feed sent."""
    Batch.objects.bulk_create(
        Batch(feed=feed, source="auditd", origin="o", size=1, sha256="0" * 64, received=time)
        for time in times
    )


def listened(since: datetime, until: datetime) -> None:
    """Looks every minute, as the schedule does."""
    while since <= until:
        silence.listen(since)
        since += MINUTE


def test_a_silence_is_noticed_once_and_ends_when_the_feed_speaks(feed: Feed) -> None:
    listened(NOW, NOW + 10 * MINUTE)
    assert not Silence.objects.exists()
    listened(NOW + 11 * MINUTE, NOW + 30 * MINUTE)
    row = Silence.objects.get()
    assert (row.since, row.noticed) == (NOW, NOW + 11 * MINUTE)
    assert list(silence.opened()) == [row]
    Feed.objects.update(heard=NOW + 31 * MINUTE)
    silence.listen(NOW + 32 * MINUTE)
    row.refresh_from_db()
    assert row.ended == NOW + 31 * MINUTE
    assert not silence.opened().exists()
    listened(NOW + 33 * MINUTE, NOW + 45 * MINUTE)
    assert Silence.objects.count() == 2


def test_nobody_is_called_silent_for_the_time_in_which_nobody_listened(feed: Feed) -> None:
    silence.listen(NOW)
    back = NOW + 5 * HOUR
    listened(back, back + 10 * MINUTE)
    assert not Silence.objects.exists()
    silence.listen(back + 11 * MINUTE)
    assert Silence.objects.get().since == NOW


def test_where_any_silence_is_usual_an_open_one_ends(feed: Feed) -> None:
    listened(NOW, NOW + 11 * MINUTE)
    Feed.objects.update(expected_seconds=0)
    silence.listen(NOW + 12 * MINUTE)
    assert not silence.opened().exists()
    listened(NOW + 13 * MINUTE, NOW + 30 * MINUTE)
    assert Silence.objects.count() == 1


def test_a_feed_that_never_sent_anything_is_not_silent() -> None:
    Feed.objects.create(name="new", expected_seconds=60)
    listened(NOW, NOW + 5 * MINUTE)
    assert not Silence.objects.exists()


def test_while_another_process_listens_nothing_happens(feed: Feed) -> None:
    listened(NOW, NOW + 5 * MINUTE)
    with turns.turn(silence.NAME):
        silence.listen(NOW + 20 * MINUTE)
    assert not Silence.objects.exists()


def test_nights_are_learnt_and_a_single_outage_is_not() -> None:
    feed = Feed.objects.create(name="lab")
    days = [NOW - day * DAY for day in range(14) if day != 5]  # one day is missing
    sent(feed, *(day - hour * HOUR for day in days for hour in range(10)))
    assert silence.learnt(feed, NOW) == 15 * HOUR.seconds * 1.5


def test_a_pause_that_was_noticed_as_a_silence_is_not_learnt() -> None:
    feed = Feed.objects.create(name="lab")
    hours = [NOW - number * HOUR for number in range(24 * 10)]
    kept = [time for time in hours if time.hour not in (4, 5)]
    sent(feed, *kept)
    assert silence.learnt(feed, NOW) == 3 * HOUR.seconds * 1.5
    for time in kept:
        if time.hour == 3:
            Silence.objects.create(feed=feed, since=time, expected_seconds=1, ended=time)
    assert silence.learnt(feed, NOW) == HOUR.seconds * 1.5


def test_a_busy_feed_may_still_be_silent_for_a_quarter_of_an_hour() -> None:
    feed = Feed.objects.create(name="lab")
    sent(feed, *(NOW - number * 5 * MINUTE for number in range(12 * 24 * 8)))
    assert silence.learnt(feed, NOW) == 15 * 60


@pytest.mark.parametrize(
    "times",
    [
        [],
        [NOW] * 1000,  # months of old logs, taken in at once
        [NOW - number * MINUTE for number in range(1000)],
        [NOW - number * DAY for number in range(10)],
    ],
)
def test_without_a_week_of_batches_nothing_is_known_to_be_usual(times: list[datetime]) -> None:
    feed = Feed.objects.create(name="lab")
    sent(feed, *times)
    assert silence.learnt(feed, NOW) is None
    assert silence.usual(feed) is None


def test_what_was_learnt_is_looked_for_again_after_some_hours() -> None:
    feed = Feed.objects.create(name="lab", heard=NOW)
    silence.listen(NOW)
    feed.refresh_from_db()
    assert (feed.learnt, feed.learnt_seconds) == (NOW, None)
    sent(feed, *(NOW - number * HOUR for number in range(24 * 8)))
    silence.listen(NOW + HOUR)
    feed.refresh_from_db()
    assert feed.learnt_seconds is None
    silence.listen(NOW + 7 * HOUR)
    feed.refresh_from_db()
    assert feed.learnt_seconds == 5400
    assert silence.usual(feed) == timedelta(seconds=5400)
