"""Jobs among a day's events: their latest versions, and which job an act on a node belongs to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import SCHEMA
from analytics.selection import both, either, filled, has, known
from analytics.store.base import EventStore, on
from analytics.store.query import Exists, Query

COLUMNS: tuple[str, ...] = (
    *("@timestamp", "event.id", "event.action", "event.module", "actor.account", "actor.basis"),
    *("user.id", "user.name", "host.name", "process.pid", "process.parent.pid"),
    *("job.id", "job.owner", "job.state", "job.nodes", "job.match", "labels"),
)
Filled = tuple[str | None, ...]
FILLED = ("job.id", "job.owner", "job.match", "actor.account", "actor.basis")
AT_ONCE = 20_000  # rows
PIECES = 10  # tables of a store that are looked through together
OF_NODES = [
    *("@timestamp", "event.action", "host.name", "process.pid"),
    *("job.id", "job.owner", "job.state", "job.nodes", "labels"),
]
OF_ACTS = ["@timestamp", "user.name", "host.name", "process.pid", "process.parent.pid"]
BEFORE_THE_END = ("PENDING", "CONFIGURING", "RUNNING", "SUSPENDED", "RESIZING", "REQUEUED")
SLURM = "slurm:"
VERSIONS: Query = Exists("labels.run")  # of jobs
OF_VERSIONS = ("@timestamp", "event.id", "job.state", "labels")
EXACT, INTERVAL, AMBIGUOUS = "exact", "interval", "ambiguous"


def current(events: pa.Table) -> pa.Table:
    """The events without those versions of a job that a later one supersedes."""
    old = superseded([events])
    return without(events, old) if len(old) else events


def read(day: date, columns: Sequence[str], store: EventStore) -> pa.Table:
    """As `current`, the events of a day in a store. A day may be large: it is in memory once."""
    old = superseded(store.scan(replace(on(day), query=VERSIONS), OF_VERSIONS))
    found = [pa.schema([SCHEMA.field(name) for name in columns]).empty_table()]
    pieces = store.scan(on(day), columns)
    while some := list(islice(pieces, PIECES)):
        found.append(without(pa.concat_tables(some), old))
    return pa.concat_tables(found)


def without(events: pa.Table, ids: pa.Array) -> pa.Table:
    """The events but for those of these ids. What is kept is copied: what a store hands out may
    hold on to far more memory than its rows need."""
    return events.filter(pc.invert(pc.is_in(events["event.id"], value_set=ids)))


def superseded(pieces: Iterable[pa.Table]) -> pa.Array:
    """The ids of those versions of a job that a later one supersedes; of the pieces, which
    together have all versions, only `OF_VERSIONS` is looked at.

    A job that is RUNNING and then COMPLETED, or that came by two tools, is one row: the latest,
    and of the same moment the one that is over. Runs of a requeued job are told apart by their
    submission (the label `run`).
    """
    versions = pa.concat_tables([_NO_VERSIONS, *map(_versions, pieces)])
    order = [
        ("run", "ascending"),
        ("time", "descending"),
        ("over", "descending"),
        ("id", "ascending"),
    ]
    places = np.asarray(pc.sort_indices(versions, sort_keys=order))
    runs = pc.dictionary_encode(versions["run"].combine_chunks()).indices
    codes = np.asarray(runs)[places]
    return versions["id"].combine_chunks().take(pa.array(places[1:][codes[1:] == codes[:-1]]))


def _versions(events: pa.Table) -> pa.Table:
    runs = pc.map_lookup(events["labels"], "run", "first")
    over = pc.invert(has(events, "job.state", *BEFORE_THE_END))
    columns = [runs, events["@timestamp"], over.cast(pa.int8()), events["event.id"]]
    told = pa.table(columns, schema=_NO_VERSIONS.schema)
    return told.filter(pc.is_valid(told["run"]))


_NO_VERSIONS = pa.schema(
    [
        ("run", pa.string()),
        ("time", SCHEMA.field("@timestamp").type),
        ("over", pa.int8()),
        ("id", pa.string()),
    ]
).empty_table()


@dataclass(slots=True)
class Job:
    """A job on a node for a time; open where its beginning or end was not seen."""

    id: str
    owner: str | None
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, time: datetime) -> bool:
        """Whether it was running then."""
        return (not self.since or self.since <= time) and (not self.until or time <= self.until)


class Match(NamedTuple):
    """How the job that an act belongs to is known, and the job, unless it is one of several."""

    how: str
    job: Job | None


@dataclass(slots=True)
class Nodes:
    """What ran where: jobs by node and owner, tasks by node and process."""

    jobs: dict[tuple[str, str], dict[str, Job]] = field(default_factory=lambda: defaultdict(dict))
    tasks: dict[tuple[str, int], list[Job]] = field(default_factory=lambda: defaultdict(list))
    hosts: set[str] = field(default_factory=set)

    @property
    def with_tasks(self) -> set[str]:
        """The nodes of which tasks are known."""
        return {host for host, _ in self.tasks}


def matched(events: pa.Table) -> pa.Table:
    """The events, those of the shell with the job they belong to and how that is known.

    `exact` where the process is a task's or descends from one as far as these events show it;
    `interval` where one job of the same user ran on that host then, `ambiguous` (and no job)
    where several did. Root inside an exactly known job is the job's owner; nobody else's actor
    changes. `events` have at least `COLUMNS`.
    """
    nodes = nodes_of(events)
    if not nodes.hosts:
        return events
    near = either(_on(events["host.name"], nodes.with_tasks), _of_owners(events, nodes))
    chosen = np.flatnonzero(np.asarray(both(has(events, "event.module", "shell"), near)))
    times = np.asarray(events["@timestamp"].cast(pa.int64()))[chosen]
    chosen = chosen[np.argsort(times, kind="stable")]
    children: dict[tuple[str, int], Job] = {}
    found: dict[int, Match] = {}
    for place, row in _rows(events.select(OF_ACTS), chosen):
        job = _exact(row, nodes, children)
        match = Match(EXACT, job) if job else _near(row, nodes)
        if match:
            found[place] = match
    return _with(events, _filled(events, found))


def _filled(events: pa.Table, found: Mapping[int, Match]) -> dict[int, Filled]:
    """What these rows say of job and actor with the matches that were found."""
    changed: dict[int, Filled] = {}
    places = np.array(sorted(found), dtype=np.int64)
    for place, row in _rows(events.select([*FILLED, "user.id"]), places):
        match, job = found[place]
        own = (row["job.id"], row["job.owner"]) if job is None else (job.id, job.owner)
        by = (row["actor.account"], row["actor.basis"])
        if match == EXACT and job and row["actor.account"] is None and row["user.id"] == "0":
            by = (job.owner, "owner of the job (exact)")
        changed[place] = (*own, match, *by)
    return changed


def _rows(events: pa.Table, places: npt.NDArray[np.int64]) -> Iterator[tuple[int, dict[str, Any]]]:
    """These rows in this order, not all of them in memory at once."""
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        yield from zip(some.tolist(), events.take(pa.array(some)).to_pylist(), strict=True)


def _on(hosts: pa.ChunkedArray, wanted: Iterable[str]) -> pa.BooleanArray:
    return known(pc.is_in(hosts, value_set=pa.array(sorted(wanted), pa.string())))


def _of_owners(events: pa.Table, nodes: Nodes) -> pa.BooleanArray:
    """Acts on a node by a user who has a job there."""
    pairs = (f"{node} {owner.removeprefix(SLURM)}" for node, owner in nodes.jobs)
    return _on(pc.binary_join_element_wise(events["host.name"], events["user.name"], " "), pairs)


def _with(events: pa.Table, changed: dict[int, Filled]) -> pa.Table:
    """The events with other values in some rows."""
    if not changed:
        return events
    rows = sorted(changed)
    places = np.zeros(events.num_rows, dtype=bool)
    places[rows] = True
    for number, name in enumerate(FILLED):
        column = events[name].combine_chunks()
        values = pa.array([changed[row][number] for row in rows], column.type)
        column = pc.replace_with_mask(column, pa.array(places), values)
        events = events.set_column(events.schema.get_field_index(name), name, column)
    return events


def _exact(row: dict[str, Any], nodes: Nodes, children: dict[tuple[str, int], Job]) -> Job | None:
    """The job of the task that this process is, or descends from."""
    host, time = row["host.name"], row["@timestamp"]
    for number in (row["process.pid"], row["process.parent.pid"]):
        if number is None:
            continue
        tasks = [job for job in nodes.tasks.get((host, number), ()) if job.holds(time)]
        found = tasks[-1] if tasks else children.get((host, number))
        if found and found.holds(time):
            if row["process.pid"] is not None:
                children[host, row["process.pid"]] = found
            return found
    return None


def _near(row: dict[str, Any], nodes: Nodes) -> Match | None:
    """The one job of the same user on that host at that time, or that there are several."""
    if not row["user.name"]:
        return None
    there = nodes.jobs.get((row["host.name"], SLURM + row["user.name"]), {})
    running = [job for job in there.values() if job.holds(row["@timestamp"])]
    if len(running) == 1:
        return Match(INTERVAL, running[0])
    return Match(AMBIGUOUS, None) if running else None


def nodes_of(events: pa.Table) -> Nodes:
    """Jobs of accounting (steps left out) and tasks of the prolog, in order of time."""
    nodes = Nodes()
    tasks = has(events, "event.action", "task-started", "task-ended")
    ran = both(filled(events, "job.state"), filled(events, "job.nodes"))
    told = events.select(OF_NODES).filter(either(tasks, ran))
    began = pc.map_lookup(told["labels"], "began", "last")
    told = told.drop_columns(["labels"]).append_column("began", began)
    for row in told.sort_by([("@timestamp", "ascending")]).to_pylist():
        job, time, action = row["job.id"] or "", row["@timestamp"], row["event.action"]
        base = job.partition(".")[0]
        if action in ("task-started", "task-ended"):
            if row["host.name"] and row["process.pid"] is not None:
                _task(nodes, row, Job(base, row["job.owner"], since=time), action)
        elif "." not in job and row["job.owner"]:
            over = row["job.state"] not in BEFORE_THE_END
            began = row["began"]
            since = datetime.fromtimestamp(int(began), time.tzinfo) if began else None
            for node in row["job.nodes"]:
                found = Job(job, row["job.owner"], since=since, until=time if over else None)
                nodes.jobs[node, row["job.owner"]][job] = found
                nodes.hosts.add(node)
    _distrust(nodes)
    return nodes


def _distrust(nodes: Nodes) -> None:
    """Drops tasks that name another owner than accounting does: users could write such lines."""
    owners = {job.id: job.owner for jobs in nodes.jobs.values() for job in jobs.values()}
    for place, tasks in nodes.tasks.items():
        nodes.tasks[place] = [
            task for task in tasks if owners.get(task.id, task.owner) == task.owner
        ]


def _task(nodes: Nodes, row: dict[str, Any], task: Job, action: str) -> None:
    """Begins a task's time, or ends it."""
    place = (row["host.name"], row["process.pid"])
    nodes.hosts.add(row["host.name"])
    if action == "task-started":
        nodes.tasks[place].append(task)
    elif nodes.tasks[place] and nodes.tasks[place][-1].until is None:
        nodes.tasks[place][-1].until = row["@timestamp"]
    else:  # it began before these events
        nodes.tasks[place].append(Job(task.id, task.owner, until=row["@timestamp"]))
