"""Jobs among a day's events: their latest versions, and which job an act on a node belongs to."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.selection import both, either, filled, has

COLUMNS: tuple[str, ...] = (
    *("@timestamp", "event.id", "event.action", "event.module", "actor.account", "actor.basis"),
    *("user.id", "user.name", "host.name", "process.pid", "process.parent.pid"),
    *("job.id", "job.owner", "job.state", "job.nodes", "job.match", "labels"),
)
FILLED = ("job.id", "job.owner", "job.match", "actor.account", "actor.basis")
OF_ACTS = [
    *("@timestamp", "user.id", "user.name", "host.name", "process.pid", "process.parent.pid"),
    *FILLED,
]
BEFORE_THE_END = ("PENDING", "CONFIGURING", "RUNNING", "SUSPENDED", "RESIZING", "REQUEUED")
EXACT, INTERVAL, AMBIGUOUS = "exact", "interval", "ambiguous"


def current(events: pa.Table) -> pa.Table:
    """The events without those versions of a job that a later one supersedes.

    A job that is RUNNING and then COMPLETED, or that came by two tools, is one row: the latest,
    and of the same moment the one that is over. Runs of a requeued job are told apart by their
    submission (the label `run`).
    """
    runs = pc.map_lookup(events["labels"], "run", "first")
    rows = np.flatnonzero(np.asarray(pc.is_valid(runs)))
    if not len(rows):
        return events
    kept = pa.array(rows)
    over = pc.invert(has(events, "job.state", *BEFORE_THE_END))
    versions = pa.table(
        {
            "run": runs.take(kept),
            "time": events["@timestamp"].take(kept),
            "over": over.take(kept).cast(pa.int8()),
            "id": events["event.id"].take(kept),
        }
    )
    order = [
        ("run", "ascending"),
        ("time", "descending"),
        ("over", "descending"),
        ("id", "ascending"),
    ]
    places = np.asarray(pc.sort_indices(versions, sort_keys=order))
    codes = np.asarray(pc.dictionary_encode(versions["run"].combine_chunks()).indices)[places]
    old = np.zeros(events.num_rows, dtype=bool)
    old[rows[places[1:][codes[1:] == codes[:-1]]]] = True
    return events.filter(pa.array(~old))


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


@dataclass(slots=True)
class Nodes:
    """What ran where: jobs by node and owner, tasks by node and process."""

    jobs: dict[tuple[str, str], dict[str, Job]] = field(default_factory=lambda: defaultdict(dict))
    tasks: dict[tuple[str, int], list[Job]] = field(default_factory=lambda: defaultdict(list))
    hosts: set[str] = field(default_factory=set)


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
    shell = both(has(events, "event.module", "shell"), filled(events, "host.name"))
    here = pc.is_in(events["host.name"], value_set=pa.array(sorted(nodes.hosts), pa.string()))
    chosen = np.flatnonzero(np.asarray(both(shell, pc.fill_null(here, False).combine_chunks())))
    told = events.select(OF_ACTS).take(pa.array(chosen))
    children: dict[tuple[str, int], Job] = {}
    changed: dict[int, dict[str, str | None]] = {}
    for place, row in sorted(zip(chosen.tolist(), told.to_pylist(), strict=True), key=_moment):
        job = _exact(row, nodes, children)
        match = EXACT if job else None
        if job is None:
            job, match = _near(row, nodes)
        if match is None:
            continue
        found = {name: row[name] for name in FILLED} | {"job.match": match}
        if job is not None:
            found |= {"job.id": job.id, "job.owner": job.owner}
        if match == EXACT and job and row["actor.account"] is None and row["user.id"] == "0":
            found |= {"actor.account": job.owner, "actor.basis": "owner of the job (exact)"}
        changed[place] = found
    return _with(events, changed)


def _with(events: pa.Table, changed: dict[int, dict[str, str | None]]) -> pa.Table:
    """The events with other values in some rows."""
    if not changed:
        return events
    rows = sorted(changed)
    places = np.zeros(events.num_rows, dtype=bool)
    places[rows] = True
    for name in FILLED:
        column = events[name].combine_chunks()
        values = pa.array([changed[row][name] for row in rows], column.type)
        column = pc.replace_with_mask(column, pa.array(places), values)
        events = events.set_column(events.schema.get_field_index(name), name, column)
    return events


def _moment(numbered: tuple[int, dict[str, Any]]) -> datetime:
    time: datetime = numbered[1]["@timestamp"]
    return time


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


def _near(row: dict[str, Any], nodes: Nodes) -> tuple[Job | None, str | None]:
    """The one job of the same user on that host at that time, or that there are several."""
    if not row["user.name"]:
        return None, None
    there = nodes.jobs.get((row["host.name"], f"slurm:{row['user.name']}"), {})
    running = [job for job in there.values() if job.holds(row["@timestamp"])]
    if len(running) == 1:
        return running[0], INTERVAL
    return None, AMBIGUOUS if running else None


def nodes_of(events: pa.Table) -> Nodes:
    """Jobs of accounting (steps left out) and tasks of the prolog, in order of time."""
    nodes = Nodes()
    tasks = has(events, "event.action", "task-started", "task-ended")
    ran = both(filled(events, "job.state"), filled(events, "job.nodes"))
    told = events.filter(either(tasks, ran)).sort_by([("@timestamp", "ascending")])
    for row in told.to_pylist():
        job, time, action = row["job.id"] or "", row["@timestamp"], row["event.action"]
        base = job.partition(".")[0]
        if action in ("task-started", "task-ended"):
            if row["host.name"] and row["process.pid"] is not None:
                _task(nodes, row, Job(base, row["job.owner"], since=time), action)
        elif "." not in job and row["job.owner"]:
            began = dict(row["labels"] or ()).get("began")
            over = row["job.state"] not in BEFORE_THE_END
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
