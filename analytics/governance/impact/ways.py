"""Ways from a file or a checkpoint: who used it after it was reached."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.governance.impact.deeds import Deed, deed
from analytics.governance.impact.events import Events
from analytics.governance.impact.evidence import LOADED, MOST_ROWS, Evidence
from analytics.governance.impact.finding import Found, of_name, of_path, of_run
from analytics.governance.impact.index import ByName, Rows
from analytics.governance.impact.ledger import Content
from analytics.governance.impact.naming import above, unit
from analytics.governance.impact.reached import Kind, Told

MOST_TOLD = 2  # ways by which files lead to a job that are told


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """The thing from which the ways lead: reached at a time; ids of the events by which; and,
    of a file, since when it has its old content again."""

    key: str
    name: str
    time: int
    events: frozenset[str] = frozenset()
    restored: int | None = None
    run: int = -1

    def within(self, time: int) -> bool:
        """Whether a use then can have met what was done."""
        return self.time <= time and (self.restored is None or time < self.restored)


class FileWays:
    """Finds what used a path.

    Many files of a folder lead to the same jobs by way of it. A job is told of twice; after that,
    rows that can only lead to it again are left out.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._told = np.zeros(len(evidence.runs.began), dtype=np.int64)
        self._idle = np.zeros(evidence.commands.table.num_rows, dtype=bool)

    def of(self, origin: From, content: Content) -> Iterator[Found]:
        """Everything that used the path, or has its content."""
        yield from self._jobs_naming(origin)
        yield from self._jobs_reading(origin)
        yield from self._commands(origin)
        yield from self._made_from(origin)
        if content.changed:
            yield from self._same_content(origin)

    def _jobs_naming(self, origin: From) -> Iterator[Found]:
        dependants = self.evidence.dependants
        ways = [(dependants.at(name, origin.time), f"uses {name}") for name in above(origin.name)]
        ways.append((dependants.below(origin.name, origin.time), "uses what is in it"))
        seen: set[int] = set()
        for rows, how in ways:
            for run in self.evidence.first(rows[self._told[rows] < MOST_TOLD]):
                if run not in seen and self._may_have_loaded(origin, run):
                    seen.add(run)
                    self._told[run] += 1
                    began = int(self.evidence.runs.began[run])
                    sentence = f"started after it was changed, and {how}"
                    yield of_run(self.evidence, run, began, sentence)

    def _may_have_loaded(self, origin: From, run: int) -> bool:
        """Not where it began after the old content was back, or where it wrote down that what it
        loaded of the path is what was there before."""
        began = int(self.evidence.runs.began[run])
        return origin.within(began) and not self._loaded_clean(origin, run)

    def _loaded_clean(self, origin: From, run: int) -> bool:
        ledger, runs = self.evidence.ledger, self.evidence.runs
        loads = [
            row
            for row in ledger.jobs.at(runs.table["id"][run].as_py(), origin.time)[
                :MOST_ROWS
            ].tolist()
            if ledger.table["event.action"][row].as_py() == LOADED
            and _meets(ledger.table["file.path"][row].as_py(), origin.name)
            and run in runs.of_job(runs.table["id"][run].as_py(), int(ledger.times[row]))
        ]
        return bool(loads) and all(self._is_clean(origin, ledger.digest(row)) for row in loads)

    def _is_clean(self, origin: From, digest: str | None) -> bool:
        return self.evidence.ledger.known_before(digest, origin.time)

    def _unless_clean(self, origin: From, found: Iterator[Found]) -> Iterator[Found]:
        return (one for one in found if not self._loaded_clean(origin, one.run))

    def _jobs_reading(self, origin: From) -> Iterator[Found]:
        """To open a folder above a file is not to read it, but to load a checkpoint is."""
        files, evidence = self.evidence.files, self.evidence
        rows = _rows(evidence, evidence.reads, origin, [])
        rows += _rows(evidence, evidence.loads, origin, above(origin.name)[1:])
        for row in dict.fromkeys(rows):
            loaded = files.value("event.action", row) == LOADED
            clean = self._is_clean(origin, files.value("file.hash.sha256", row))
            if origin.within(int(files.times[row])) and not clean:
                found = runs_of(evidence, files, row, "loaded it" if loaded else "read it")
                yield from found if loaded else self._unless_clean(origin, found)

    def _commands(self, origin: From) -> Iterator[Found]:
        commands = self.evidence.commands
        rows = _rows(self.evidence, self.evidence.named, origin, above(origin.name)[1:], self._idle)
        for row in rows:
            time = int(commands.times[row])
            if not origin.within(time) or commands.value("event.id", row) in origin.events:
                continue
            done = deed_of(commands, row)
            if any(_meets(path, origin.name) for path in done.reads):
                yield from products(commands, row, done, "from it")
            found = list(runs_of(self.evidence, commands, row, "ran a command that names it"))
            runs = [one.run for one in found]
            if done.only_looks or all(self._told[run] >= MOST_TOLD for run in runs):
                self._idle[row] = not done.makes
            elif not done.only_looks:
                self._told[runs] += 1
                yield from self._unless_clean(origin, iter(found))

    def _made_from(self, origin: From) -> Iterator[Found]:
        ledger = self.evidence.ledger
        for row in _rows(self.evidence, ledger.parents, origin, above(origin.name)[1:]):
            clean = self._is_clean(origin, ledger.parent_digest(row))
            if origin.within(int(ledger.times[row])) and not clean:
                yield from self._recorded(row, "was made from it")

    def _same_content(self, origin: From) -> Iterator[Found]:
        ledger = self.evidence.ledger
        rows = ledger.of(origin.name, origin.time)[:MOST_ROWS].tolist()
        for digest in sorted({ledger.digest(row) for row in rows}):
            if self._is_clean(origin, digest):
                continue
            for row in ledger.parent_contents.at(digest, origin.time)[:MOST_ROWS].tolist():
                yield from self._recorded(row, "was made from what has its content")
            for row in ledger.contents.at(digest, origin.time)[:MOST_ROWS].tolist():
                if unit(ledger.table["file.path"][row].as_py()) != origin.name:
                    yield from self._recorded(row, "has the same content")

    def _recorded(self, row: int, sentence: str) -> Iterator[Found]:
        """What a record is about: the job that loaded something, or the file that was written."""
        ledger, table = self.evidence.ledger, self.evidence.ledger.table
        time, path = int(ledger.times[row]), table["file.path"][row].as_py()
        told = (Told(id=table["event.id"][row].as_py(), time=table["@timestamp"][row].as_py()),)
        job = table["job.id"][row].as_py()
        runs = self.evidence.runs.of_job(job, time) if job else []
        if table["event.action"][row].as_py() == LOADED:
            for run in runs:
                yield of_run(self.evidence, run, time, f"loaded {path}, which {sentence}", told)
        else:
            yield of_path(path, time, sentence, told, checkpoint=True)


def deed_of(commands: Events, row: int) -> Deed:
    """What a command did."""
    folder = commands.value("process.working_directory", row)
    return deed(commands.value("process.command_line", row), folder)


def products(commands: Events, row: int, done: Deed, how: str) -> Iterator[Found]:
    """What a command made or sent out: copies, images, models."""
    time, told, person = int(commands.times[row]), (commands.told(row),), commands.person(row)
    for path in sorted(done.writes):
        yield of_path(path, time, f"was written {how}", told, person=person)
    for name in sorted(done.builds - done.pushes):
        yield of_name(Kind.IMAGE, name, commands, row, f"was built {how}")
    for name in sorted(done.pushes):
        yield of_name(Kind.IMAGE, name, commands, row, f"was pushed, made {how}")
    for name in sorted(done.models):
        yield of_name(Kind.MODEL, name, commands, row, f"was uploaded {how}")


def runs_of(evidence: Evidence, events: Events, row: int, sentence: str) -> Iterator[Found]:
    """The jobs that something may belong to, each with how that is known."""
    runs, exact = evidence.runs.of_place(events.place(row))
    for run in runs:
        sure = "" if exact else ": its owner did so on its node while it ran"
        also = f", as {len(runs) - 1} more of theirs" if len(runs) > 1 else ""
        told = (events.told(row),)
        yield of_run(evidence, run, int(events.times[row]), sentence + sure + also, told)


def _rows(
    evidence: Evidence,
    index: ByName,
    origin: From,
    folders: list[str],
    idle: npt.NDArray[np.bool_] | None = None,
) -> list[int]:
    """Rows at the path, below it, and at the folders it is in, since it was reached; not those
    that are idle."""
    found: list[Rows] = [index.at(origin.name, origin.time), index.below(origin.name, origin.time)]
    found.extend(index.at(name, origin.time) for name in folders)
    rows = np.unique(np.concatenate(found))
    return evidence.first(rows if idle is None else rows[~idle[rows]])


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _meets(path: str, other: str) -> bool:
    """Whether one is the other, or in it."""
    return _is_in(path, other) or _is_in(other, path)
