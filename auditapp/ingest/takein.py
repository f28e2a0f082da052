"""Takes files in from the command line: spools each, then works on them as a worker does."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import BinaryIO
from uuid import UUID

from django.db.models import Count, Sum

from analytics.event import readable
from analytics.reading import Unreadable, plain
from analytics.store.base import StoreUnavailable
from auditapp.eventstore import store
from auditapp.ingest import files, intake, queue, spool, whereabouts, work
from auditapp.ingest.models import Batch, RejectedLine

STDIN = Path("-")
AHEAD = 256 << 20  # bytes that may be spooled before the work on them begins
PATIENCE_SECONDS = 120
COUNTS = ("lines", "records", "stored", "duplicates", "rejected")


class Stuck(Exception):
    """Accepted batches wait for something that does not come; a worker will take them in."""


@dataclass(slots=True)
class TakeIn:
    """One run: what was accepted, what was not recognised and why, how far it is.

    `told` hears of progress: bytes read so far, bytes known of, the log at hand.
    """

    label: intake.Label
    told: Callable[[int, int, str], None] = lambda done, total, name: None
    unrecognised: list[tuple[str, str]] = field(default_factory=list)
    accepted: list[UUID] = field(default_factory=list)
    _waiting: dict[UUID, tuple[str, int]] = field(default_factory=dict)
    _done: int = 0
    _total: int = 0

    def run(self, given: Sequence[Path]) -> None:
        """Takes everything in that the paths lead to. Raises Stuck."""
        for path in given:
            for found in [files.Found(STDIN)] if path == STDIN else files.find(path):
                self._spool(found)
                if sum(size for _, size in self._waiting.values()) > AHEAD:
                    self._work()
        self._work()
        if self.accepted:
            with suppress(StoreUnavailable):  # the worker's clock will do it
                store().maintain()

    def counts(self) -> dict[str, int]:
        """Sums over the accepted batches."""
        totals = dict.fromkeys(COUNTS, 0)
        for ids in _portions(self.accepted):
            sums = Batch.objects.filter(id__in=ids).aggregate(
                **{f"sum_{name}": Sum(name) for name in COUNTS}
            )
            for name in COUNTS:
                totals[name] += sums[f"sum_{name}"] or 0
        return totals

    def rejections(self, most: int = 5) -> list[tuple[str, int]]:
        """Why records of the accepted batches were rejected and how many, the commonest first."""
        found: Counter[str] = Counter()
        for ids in _portions(self.accepted):
            lines = RejectedLine.objects.filter(batch__in=ids).order_by().values_list("reason")
            found.update(dict(lines.annotate(count=Count("id"))))
        return found.most_common(most)

    def failed(self) -> list[Batch]:
        """The accepted batches that could not be taken in."""
        return [
            batch
            for ids in _portions(self.accepted)
            for batch in Batch.objects.filter(id__in=ids, state=Batch.State.FAILED)
        ]

    def _spool(self, found: files.Found) -> None:
        name = readable(str(found.path))
        if found.reason:
            self.unrecognised.append((name, found.reason))
            return
        self.told(self._done, self._total, name)
        try:
            batch = self._accept(found.path)
        except (intake.NotALog, Unreadable) as error:
            self.unrecognised.append((name, str(error)))
        except OSError as error:
            self.unrecognised.append((name, (error.strerror or str(error)).lower()))
        else:
            self.accepted.append(batch.id)
            self._waiting[batch.id] = (name, batch.size)
            self._total += batch.size

    def _accept(self, path: Path) -> Batch:
        if path == STDIN:
            with spool.staged(sys.stdin.buffer, f"stdin-{id(self)}") as file:
                return self._accept_from(file, self.label)
        where = whereabouts.of(path.absolute())
        label = replace(
            self.label,
            path=str(path),
            host=self.label.host or where.host,
            user=self.label.user or where.user,
        )
        with path.open("rb") as file:
            return self._accept_from(file, label)

    def _accept_from(self, file: BinaryIO, label: intake.Label) -> Batch:
        with plain(file) as log:
            return intake.accept(log, label)

    def _work(self) -> None:
        """Works until nothing that was accepted is left, also on what others gave up."""
        progressed = monotonic()
        while self._waiting:
            for batch_id, (name, size) in list(self._waiting.items()):
                if work.process(batch_id, partial(self._tell, name)):
                    progressed = monotonic()
                state = Batch.objects.values_list("state", flat=True).get(id=batch_id)
                if state in queue.OVER:
                    del self._waiting[batch_id]
                    self._done += size
                    self._tell(name, 0)
                    progressed = monotonic()
            if self._waiting:
                queue.recover()
                self._check_patience(progressed)
                sleep(0.5)

    def _check_patience(self, progressed: float) -> None:
        working = Batch.objects.filter(id__in=list(self._waiting)[:500], state=Batch.State.WORKING)
        if monotonic() - progressed > PATIENCE_SECONDS and not working.exists():
            first = Batch.objects.get(id=next(iter(self._waiting)))
            raise Stuck(
                f"{len(self._waiting)} batches are accepted and wait for a worker: {first.error}"
            )

    def _tell(self, name: str, read: int) -> None:
        self.told(self._done + read, self._total, name)


def _portions(ids: Sequence[UUID], size: int = 500) -> Iterable[Sequence[UUID]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
