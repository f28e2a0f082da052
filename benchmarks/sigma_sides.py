"""Who asks Sigma's rules of a file of JSON lines: ours, rsigma and Zircolite, each its own way."""

import os
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Protocol

import numpy as np
import orjson
import pyarrow as pa
from sigma.rule.logsource import SigmaLogSource

from analytics.detection.columns import LABEL
from analytics.detection.loading import RuleSet, load
from analytics.detection.logsources import LogSource
from analytics.detection.matcher import match
from analytics.jsonlog.alike import Forms
from analytics.jsonlog.lined import Block
from benchmarks.sigma_rules import DIMENSIONS, documents, routed

BLOCK = 12 << 20  # bytes
# Where words without a field are sought: as rsigma does, in all that an event says.
WORDS = (
    "message", "host", "CommandLine", "Image", "ParentImage", "ParentCommandLine", "User",
    "LogonId", "CurrentDirectory", "TargetFilename", "DestinationIp", "DestinationHostname",
    "DestinationPort", "Initiated", "type", "name", "nametype", "exe", "comm", "key", "unit",
    "SYSCALL", "euid", *(f"a{number}" for number in range(8)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds of CPU and by the clock, the most bytes of memory that one of our
    processes had, and how often each rule hit, by its title."""

    cpu: float
    wall: float
    memory: int
    hits: Counter[str] = field(default_factory=Counter)


class Side(Protocol):
    """One that asks rules."""

    name: str
    rules: set[str]  # the titles of those that it asks

    def run(self, log: Path) -> Run:
        """Asks them of a file."""


class Workers:
    """Processes with rules at hand, each given blocks of a file, as a site's workers are."""

    def __init__(self, rules: Path, count: int) -> None:
        spawn = get_context("spawn")
        self._each = [
            ProcessPoolExecutor(1, spawn, initializer=_ready, initargs=(rules,))
            for _ in range(count)
        ]
        for started in [worker.submit(_started) for worker in self._each]:
            started.result()

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._each:
            worker.shutdown()

    def run(self, log: Path, count: int) -> Run:
        """Some of them share a file. CPU seconds are what they needed, and nobody else any."""
        start, left = time.perf_counter(), list(_blocks(log))[::-1]
        with ThreadPoolExecutor(count) as threads:
            done = [threads.submit(_shared, worker, left) for worker in self._each[:count]]
            runs = [run for each in done for run in each.result()]
        return Run(
            cpu=sum(run.cpu for run in runs),
            wall=time.perf_counter() - start,
            memory=max(run.memory for run in runs),
            hits=sum((run.hits for run in runs), Counter()),
        )


def _shared(worker: ProcessPoolExecutor, left: list[tuple[Path, int, int]]) -> list[Run]:
    runs = []
    while left:
        runs.append(worker.submit(_matched, *left.pop()).result())
    return runs


class Ours:
    """Our workers."""

    def __init__(self, workers: Workers, rules: set[str], cores: int) -> None:
        self.name, self.rules = f"ours, {_processes(cores)}", rules
        self._workers, self._cores = workers, cores

    def run(self, log: Path) -> Run:
        """From blocks of the file to alerts."""
        return self._workers.run(log, self._cores)


def flat(asked: SigmaLogSource) -> LogSource:
    """A rule's log source among events that say theirs, and have Sigma's own names of fields."""
    said = {name: getattr(asked, name) for name in DIMENSIONS}
    where = tuple((LABEL + name, (value,)) for name, value in said.items() if value)
    keywords = tuple(LABEL + name for name in WORDS)
    return LogSource(name=str(where), where=where, keywords=keywords)


_rules = RuleSet()
_wanted: dict[str, str] = {}  # fields of events that rules look at, and our columns
_forms = Forms()


def _ready(folder: Path) -> None:
    """In a worker: loads the rules, and says which columns they look at."""
    global _rules  # noqa: PLW0603 - a worker is one set of rules
    pa.set_cpu_count(1)
    _rules = load([folder], find=flat)
    columns = {column for rule in _rules.rules for column in rule.columns}
    columns |= {LABEL + name for name in DIMENSIONS}
    _wanted.update({column.removeprefix(LABEL): column for column in columns}, id="event.id")
    match(_rules, _table(b'{"id":0}\n'))


def _blocks(log: Path) -> Iterator[tuple[Path, int, int]]:
    """The file in stretches of whole lines: where each begins and ends."""
    size, start = log.stat().st_size, 0
    with log.open("rb") as stream:
        while start < size:
            stream.seek(min(start + BLOCK, size))
            stream.readline()
            end = stream.tell()
            yield log, start, end
            start = end


def _started() -> int:
    return os.getpid()


def _matched(log: Path, start: int, end: int) -> Run:
    """In a worker: from a block's lines to alerts."""
    before, begun = time.process_time(), time.perf_counter()
    with log.open("rb") as stream:
        stream.seek(start)
        events = _table(stream.read(end - start))
    hits = Counter(alert.title for alert in match(_rules, events))
    cpu, wall = time.process_time() - before, time.perf_counter() - begun
    return Run(cpu, wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10, hits)


def _table(lines: bytes) -> pa.Table:
    """The columns of JSON lines that the rules look at: lines of one form together, as log sources
    of JSON are read too (`analytics/jsonlog`), the rest one by one."""
    block = Block(lines, 0, 0)
    left = np.ones(len(block.starts), dtype=bool)
    tables = []
    for alike in _forms.found(block):
        left[alike.rows] = False
        columns = {
            leaf.name: alike.column(leaf.piece)
            for leaf in alike.form.leaves
            if leaf.name in _wanted
        }
        tables.append(pa.table(columns))
    if left.any():
        rows = [orjson.loads(line) for line in block.lines(np.flatnonzero(left))]
        texts = [{name: str(row[name]) for name in row.keys() & _wanted} for row in rows]
        schema = pa.schema([(name, pa.string()) for name in _wanted])
        tables.append(pa.Table.from_pylist(texts, schema))
    table = pa.concat_tables(tables, promote_options="default")
    return table.rename_columns([_wanted[name] for name in table.column_names])


class RSigma:
    """rsigma's own command over a file, or several of it over a part each."""

    def __init__(
        self, binary: Path, rules: Path, titles: set[str], place: Path, processes: int
    ) -> None:
        self.name, self.rules = f"rsigma, {_processes(processes)}", titles
        self._command: tuple[str | Path, ...] = (
            binary, "--output-format", "ndjson", "--quiet", "engine", "eval", "--rules", rules,
            "--logsource-routing", "--input-format", "json", "--event",
        )  # fmt: skip
        self._place, self._processes = place, processes

    def run(self, log: Path) -> Run:
        """Its hits are counted when it has ended."""
        parts = _parted(log, self._processes, self._place)
        outputs = [part.with_suffix(".hits") for part in parts]
        commands = [[*self._command, f"@{part}"] for part in parts]
        run = _spawned(commands, outputs, self._place)
        for output in outputs:
            lines = output.read_bytes().splitlines()
            run.hits.update(orjson.loads(line)["rule_title"] for line in lines)
        return run


def _spawned(commands: Sequence[Sequence[str | Path]], outputs: Sequence[Path], place: Path) -> Run:
    """Programs side by side, what they say into files. Raises SystemExit where one fails."""
    begun, used, running = time.perf_counter(), [], []
    for command, output in zip(commands, outputs, strict=True):
        with output.open("wb") as stream:
            running.append(Popen(command, stdout=stream, stderr=DEVNULL, cwd=place))
    for each in running:
        _, status, usage = os.wait4(each.pid, 0)
        if status:
            raise SystemExit(f"{each.args!r} ended with {os.waitstatus_to_exitcode(status)}")
        used.append(usage)
    return Run(
        cpu=sum(usage.ru_utime + usage.ru_stime for usage in used),
        wall=time.perf_counter() - begun,
        memory=0,  # what the system says of a program counts what we had when we started it
    )


def _parted(log: Path, count: int, place: Path) -> list[Path]:
    """The file, or as many others with its lines."""
    if count == 1:
        return [log]
    lines = log.read_bytes().splitlines(keepends=True)
    parts = [place / f"{log.stem}.{number}.of.{count}.jsonl" for number in range(count)]
    for number, part in enumerate(parts):
        if not part.exists():
            part.write_bytes(
                b"".join(lines[number * len(lines) // count : (number + 1) * len(lines) // count])
            )
    return parts


class Zircolite:
    """Its own program over a file; `asked` is the folder of the rules that it is given."""

    def __init__(self, folder: Path, python: Path, rules: Path, place: Path) -> None:
        self.name = "Zircolite"
        self.asked = routed(rules, place / "zircolite")
        self.rules = {document["title"] for document in documents(self.asked).values()}
        self._place, self._found = place, place / "zircolite.json"
        self._command: tuple[str | Path, ...] = (
            python, folder / "zircolite.py", "--config", folder / "config/config.yaml", "--quiet",
            "--jsonl", "--no-auto-detect", "--ruleset", self.asked, "--outfile", self._found,
        )  # fmt: skip

    def run(self, log: Path) -> Run:
        """Its hits are counted when it has ended."""
        self._found.unlink(missing_ok=True)
        run = _spawned([[*self._command, "--events", log]], [log.with_suffix(".said")], self._place)
        found = orjson.loads(self._found.read_bytes()) if self._found.exists() else []
        run.hits.update({each["title"]: each["count"] for each in found})
        return run


def _processes(count: int) -> str:
    return f"{count} process{'es' * (count > 1)}"
