"""Takes due deliveries to their destinations, again and again for a day, then gives up visibly."""

import random
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic

from django.db.models import F

from analytics.event import readable
from auditapp import clock
from auditapp.cases import turns
from auditapp.outgoing import sending, signing
from auditapp.outgoing.models import Delivery, Destination

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=2)
TRIED_FOR = timedelta(days=1)
RUN_SECONDS = 40.0  # then other work has its turn; what is left is due again in a moment
PAGE = 50
GONE = 410
State = Delivery.State


def pause(attempts: int, share: float) -> timedelta:
    """How long to wait after so many attempts: doubling from five seconds to two hours, half of
    it certain and half by chance (`share`, 0 to 1), so that not all come back at once."""
    doubled: int = 1 << min(max(attempts - 1, 0), 20)
    whole = min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
    return whole * (0.5 + share / 2)


def deliver(now: datetime | None = None) -> int:
    """Sends what is due, the oldest first; how many arrived. A destination that failed once is
    left alone for the rest of the run. 0 where another process is at it."""
    arrived, over = 0, monotonic() + RUN_SECONDS
    failing: set[int] = set()
    with suppress(turns.Taken), turns.turn("outgoing: deliver") as prolong:
        while monotonic() < over:
            due = Delivery.objects.filter(
                state=State.WAITING, due__lte=now or clock.now(), destination__enabled=True
            ).exclude(destination__in=failing)
            page = list(due.select_related("destination").order_by("due", "id")[:PAGE])
            for one in page:
                if one.destination_id in failing or monotonic() >= over:
                    continue
                prolong()
                if attempt(one, now or clock.now()):
                    arrived += 1
                else:
                    failing.add(one.destination_id)
            if not page:
                break
    return arrived


def attempt(one: Delivery, now: datetime) -> bool:
    """Tries once, and keeps what came of it; whether it arrived."""
    body = one.body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Foureyes",
        **signing.headers(one.destination, one.message, body, now),
    }
    status, wait, error = None, "", ""
    try:
        status, wait = sending.post(one.destination.url, body, headers)
    except (sending.Refused, sending.Failed) as problem:
        error = readable(str(problem))[:500]
    if status is not None and 200 <= status < 300:
        _keep(one, state=State.DELIVERED, status=status, error="", finished=now)
        return True
    if status is not None:
        error = f"answered {status}"
    if status == GONE:
        Destination.objects.filter(pk=one.destination_id).update(
            enabled=False, trouble="It answered 410: it wants no more."
        )
    again = now + max(pause(one.attempts + 1, random.random()), _asked(wait))  # noqa: S311
    if again > one.first + TRIED_FOR:
        _keep(one, state=State.GIVEN_UP, status=status, error=error, finished=now)
    else:
        _keep(one, status=status, error=error, due=again)
    return False


def _keep(one: Delivery, **values: object) -> None:
    """Where it is still waiting: somebody may have changed that meanwhile."""
    mine = Delivery.objects.filter(pk=one.pk, state=State.WAITING)
    mine.update(attempts=F("attempts") + 1, **values)


def _asked(wait: str) -> timedelta:
    """What Retry-After asks for in seconds, at most the longest pause."""
    seconds = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 9 else 0
    return min(timedelta(seconds=seconds), LONGEST_PAUSE)


def replay(destination: Destination, now: datetime) -> int:
    """Puts everything that was given up back; another day of trying begins. How many."""
    return destination.deliveries.filter(state=State.GIVEN_UP).update(
        state=State.WAITING, attempts=0, due=now, first=now, finished=None
    )


def forget(now: datetime) -> int:
    """Deletes what arrived more than thirty days ago."""
    old = Delivery.objects.filter(state=State.DELIVERED, finished__lt=now - timedelta(days=30))
    return old.delete()[0]
