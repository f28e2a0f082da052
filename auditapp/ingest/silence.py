"""Notices feeds that fell silent: each silence is one row, which ends when the feed speaks again.

How long may a feed be silent? As long as people said on its page; else one and a half times the
second longest pause of its last four weeks. The longest is left out because an outage happens
once, while nights and weekends come back; pauses that were noticed as silences count for nothing.
"""

import contextlib
import logging
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncMinute

from auditapp.cases import turns
from auditapp.cases.models import Turn
from auditapp.ingest.models import Feed, Silence

log = logging.getLogger(__name__)

LOOKED_BACK = timedelta(days=28)
HISTORY = timedelta(days=7)  # a feed that is younger has no usual yet
FEWEST = 20  # minutes in which it sent
LEAST = timedelta(minutes=15)
LEARNT_EVERY = timedelta(hours=6)
AWAY = timedelta(minutes=10)  # nobody looked for so long: who was silent meanwhile is not known
NAME = "silence"
LOOKED = "silence: last looked"  # a row whose time is when that was


def usual(feed: Feed) -> timedelta | None:
    """The longest silence that is usual; None where any is, or none is known."""
    seconds = feed.learnt_seconds if feed.expected_seconds is None else feed.expected_seconds
    return timedelta(seconds=seconds) if seconds else None


def listen(now: datetime) -> None:
    """Learns what is usual, opens and ends silences. Returns where another process is at it."""
    with contextlib.suppress(turns.Taken), turns.turn(NAME) as prolong:
        looked, made = Turn.objects.get_or_create(name=LOOKED, defaults={"until": now})
        if made or now - looked.until > AWAY:
            Feed.objects.update(excused=now)
        Turn.objects.filter(name=LOOKED).update(until=now)
        for feed in Feed.objects.filter(Q(learnt=None) | Q(learnt__lt=now - LEARNT_EVERY)):
            prolong()
            _learn(feed, now)
        for feed in Feed.objects.exclude(heard=None):
            prolong()
            _listen_to(feed, now)


def _learn(feed: Feed, now: datetime) -> None:
    feed.learnt_seconds, feed.learnt = learnt(feed, now), now
    feed.save(update_fields=["learnt_seconds", "learnt"])


def learnt(feed: Feed, now: datetime) -> int | None:
    """The longest silence that was usual, in seconds; None where its past is too short."""
    sent = feed.batches.filter(received__gte=now - LOOKED_BACK, received__lte=now, backfill=False)
    minutes = sent.order_by().annotate(minute=TruncMinute("received"))
    times = list(minutes.values_list("minute", flat=True).distinct().order_by("minute"))
    if len(times) < FEWEST or times[-1] - times[0] < HISTORY:
        return None
    noticed = {
        since.replace(second=0, microsecond=0)
        for since in feed.silences.values_list("since", flat=True)
    }
    pauses = sorted(after - before for before, after in pairwise(times) if before not in noticed)
    pause = pauses[-2] if len(pauses) > 1 else timedelta(0)
    return int(max(pause * 1.5, LEAST).total_seconds())


def _listen_to(feed: Feed, now: datetime) -> None:
    if feed.heard is None:
        return
    opened = feed.silences.filter(ended=None).first()
    expected = usual(feed)
    if opened is not None:
        if feed.heard > opened.since or expected is None:
            opened.ended = max(feed.heard, opened.since)
            opened.save(update_fields=["ended"])
            log.warning("feed %s speaks again", feed.name)
        return
    since = max(feed.heard, feed.excused or feed.heard)
    if expected is not None and now - since > expected:
        _, made = Silence.objects.get_or_create(
            feed=feed,
            ended=None,
            defaults={
                "since": feed.heard,
                "noticed": now,
                "expected_seconds": int(expected.total_seconds()),
            },
        )
        if made:
            log.warning("feed %s is silent, last heard %s", feed.name, feed.heard.isoformat())


def opened() -> QuerySet[Silence]:
    """The silences that last, the longest first."""
    return Silence.objects.filter(ended=None).order_by("since", "feed")


def recent(now: datetime) -> QuerySet[Silence]:
    """Those that last and those that ended within two weeks, the lasting ones first."""
    late = Q(ended=None) | Q(ended__gte=now - timedelta(days=14))
    return Silence.objects.filter(late).order_by("ended", "-noticed", "feed")
