"""The queue is the Batch rows. Whoever works on one holds its lease; what a lease holder writes
counts only while it holds it, so a worker that was thought dead can do no harm."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic, sleep
from types import TracebackType
from uuid import UUID

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from analytics.event import readable
from analytics.reading import Unreadable
from analytics.store.base import StoreUnavailable
from auditapp import clock, stopping
from auditapp.ingest import owner
from auditapp.ingest.models import Batch, Feed
from auditapp.operations import tally
from auditapp.outages import is_outage

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
ERRORS_KEPT = 5
STUCK_SECONDS = 1800  # without progress for so long, a worker no longer prolongs its lease
State = Batch.State
OVER = (State.DONE, State.FAILED, State.DISCARDED)


class LeaseLost(Exception):
    """Another worker has taken the batch over."""


class Lease:
    """The right to work on a batch, prolonged in the background until the `with` block ends.

    Leaving the block without `finish` puts the batch back: an outage of store or database costs
    only time, any other error one of five attempts, and what cannot be read fails at once. Errors
    are kept on the batch and logged; they do not leave the block, and neither does being told
    to stop. Only the end of a task's time does.
    """

    def __init__(self, batch: Batch, again: bool) -> None:
        """Made by `claim`. `again` says that an earlier attempt may have stored events."""
        self.batch, self.again = batch, again
        self._mine = Batch.objects.filter(id=batch.id, lease_owner=batch.lease_owner)
        self._over = threading.Event()
        self._progress = monotonic()

    def __enter__(self) -> "Lease":
        """Starts to prolong."""
        threading.Thread(target=self._prolong, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        """Puts the batch back where it is not finished."""
        self._over.set()
        if error is None or isinstance(error, LeaseLost):
            return True
        if isinstance(error, StoreUnavailable) or is_outage(error):
            self._put_back_untried(str(error))
        elif not isinstance(error, Exception):  # this process was told to stop
            self._put_back("", wait=timedelta(0), tried=False)
        elif isinstance(error, SoftTimeLimitExceeded):
            self._put_back_or_fail("it took longer than a task may")
            return False
        elif isinstance(error, Unreadable):
            self._fail(str(error))
        else:
            log.error("batch %s failed", self.batch.id, exc_info=error)
            self._put_back_or_fail(f"{type(error).__name__}: {error}")
        return isinstance(error, (Exception, stopping.Stopped))

    def _patience(self) -> timedelta:
        """The longer the store has been away, the rarer it is asked: 2 to 60 seconds."""
        age = clock.now() - self.batch.received
        return min(max(age / 10, timedelta(seconds=2)), timedelta(seconds=60))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction that counts only if the lease still holds. Raises LeaseLost."""
        with transaction.atomic():
            self.prolong()
            yield
        self._progress = monotonic()

    def prolong(self) -> None:
        """Raises LeaseLost where somebody else has the batch."""
        if not self._mine.update(lease_until=_lease_end()):
            raise LeaseLost(str(self.batch.id))

    def finish(self, *, records: int, stored: int, rejected: int) -> None:
        """The batch is done, all its counts at once. Raises LeaseLost."""
        now = clock.now()
        with self.writing():
            self._mine.update(
                state=State.DONE,
                records=records,
                stored=stored,
                rejected=rejected,
                duplicates=max(records - stored - rejected, 0),
                finished=now,
                error="",
                lease_until=None,
            )
            if not self.batch.backfill:  # old logs are no sign of life
                Feed.objects.filter(name=self.batch.feed_id).update(last_seen=now)
            self._mine.update(lease_owner="")

    def _put_back_or_fail(self, error: str) -> None:
        if self.batch.attempts >= MOST_ATTEMPTS:
            self._fail(f"gave up after {self.batch.attempts} attempts: {error}")
        else:
            self._put_back(error, wait=timedelta(seconds=2**self.batch.attempts))

    def _put_back_untried(self, error: str) -> None:
        """Also once a database has room again that had none, while the lease lasts."""
        until = monotonic() + settings.LEASE_SECONDS
        while True:
            try:
                return self._put_back(error, wait=self._patience(), tried=False)
            except DatabaseError as outage:
                if not is_outage(outage) or monotonic() > until or stopping.asked():
                    raise
            close_old_connections()
            sleep(1)

    def _put_back(self, error: str, *, wait: timedelta, tried: bool = True) -> None:
        self._mine.update(
            state=State.WAITING,
            error=_stored(error),
            errors=_errors(self.batch, error) if tried else self.batch.errors,
            lease_until=clock.now() + wait,
            lease_owner="",
            attempts=F("attempts") - (0 if tried else 1),
        )
        if error:
            tally.add("store", self.batch.source, errors=1)

    def _fail(self, error: str) -> None:
        tally.add("store", self.batch.source, errors=1)
        self._mine.update(
            state=State.FAILED,
            error=_stored(error),
            errors=_errors(self.batch, error),
            finished=clock.now(),
            lease_until=None,
            lease_owner="",
        )

    def _prolong(self) -> None:
        try:
            while not self._over.wait(settings.LEASE_SECONDS / 3):
                if monotonic() - self._progress > STUCK_SECONDS:
                    return
                try:
                    self.prolong()
                except LeaseLost:
                    return
                except DatabaseError as error:
                    log.warning("lease of %s not prolonged: %s", self.batch.id, error)
        finally:
            connection.close()


def claim(batch_id: UUID | str) -> Lease | None:
    """The lease of a batch that waits or whose worker is gone; None for any other."""
    now = clock.now()
    batch = _free(now).filter(id=batch_id).first()
    if batch is None:
        return None
    mine = owner.name()
    as_seen = _free(now).filter(
        id=batch.id,
        state=batch.state,
        attempts=batch.attempts,
        lease_owner=batch.lease_owner,
        started=batch.started,
    )
    taken = as_seen.update(
        state=State.WORKING,
        lease_owner=mine,
        lease_until=_lease_end(),
        attempts=batch.attempts + 1,
        started=batch.started or now,
    )
    if not taken:
        return None
    again = batch.started is not None
    batch.refresh_from_db()
    return Lease(batch, again) if batch.lease_owner == mine else None


def waiting(limit: int, *, backfill: bool = True) -> list[UUID]:
    """Batches that anyone may take now, the oldest first, those of a backfill last if at all."""
    free = _free(clock.now())
    if not backfill:
        free = free.filter(backfill=False)
    return list(free.order_by("backfill", "received").values_list("id", flat=True)[:limit])


def recover() -> int:
    """Frees what died with a process of this machine, and fails what was tried too often.

    Gives the number of batches that were freed.
    """
    freed = 0
    working = Batch.objects.filter(state=State.WORKING)
    for batch in working.only("id", "lease_owner", "attempts", "errors"):
        if owner.died(batch.lease_owner):
            held = Batch.objects.filter(id=batch.id, lease_owner=batch.lease_owner)
            freed += held.update(
                state=State.WAITING,
                errors=_errors(batch, "its worker was killed"),
                lease_until=None,
                lease_owner="",
            )
    too_often = _idle(clock.now()).filter(attempts__gte=MOST_ATTEMPTS)
    for batch in too_often:
        last = batch.error or "its worker was killed each time"
        error = f"gave up after {batch.attempts} attempts: {last}"
        _idle(clock.now()).filter(id=batch.id, attempts=batch.attempts).update(
            state=State.FAILED,
            error=_stored(error),
            errors=batch.errors or _errors(batch, error),
            finished=clock.now(),
            lease_until=None,
            lease_owner="",
        )
    return freed


def replay(batch_id: UUID | str) -> bool:
    """Puts a batch that is over, and whose log is kept, back into the queue; whether there was
    one. What went wrong in earlier tries stays on it."""
    over = Batch.objects.filter(id=batch_id, state__in=OVER, kept=True)
    return bool(
        over.update(
            state=State.WAITING,
            attempts=0,
            error="",
            finished=None,
            lease_until=None,
            lease_owner="",
            discarded_by=None,
            discarded_reason="",
        )
    )


def _idle(now: datetime) -> QuerySet[Batch]:
    """What nobody works on now and may be taken."""
    may_be_taken = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    return Batch.objects.filter(may_be_taken, state__in=(State.WAITING, State.WORKING))


def _free(now: datetime) -> QuerySet[Batch]:
    """What may be taken: of a chain the first that is not over, as it may go on in the next."""
    before = Batch.objects.filter(
        chain=OuterRef("chain"),
        received__lt=OuterRef("received"),
        state__in=(State.WAITING, State.WORKING),
    )
    in_turn = Q(chain="") | ~Exists(before)
    return _idle(now).filter(in_turn, attempts__lt=MOST_ATTEMPTS)


def _lease_end() -> datetime:
    return clock.now() + timedelta(seconds=settings.LEASE_SECONDS)


def _errors(batch: Batch, error: str) -> list[dict[str, object]]:
    """The errors of its last tries, this one too."""
    now = clock.now().isoformat(timespec="seconds")
    this = {"time": now, "attempt": batch.attempts, "error": _stored(error)}
    return [*batch.errors, this][-ERRORS_KEPT:]


def _stored(error: str) -> str:
    return readable(error)[:2000]
