"""Runs of jobs, and which run something on a node belongs to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.impact.asking import micro
from analytics.governance.jobs import Nodes, nodes_of
from analytics.governance.makers import base_of
from analytics.governance.victims.sightings import short
from analytics.identity import Directory

MOST_AT_ONCE = 3  # runs of one person on a node: of more it is not said which one it was


def keys_of(accounts: pa.ChunkedArray, times: pa.ChunkedArray, directory: Directory) -> pa.Array:
    """Who is behind accounts: the person, else the account's own name, so that `unix:svc` and
    `slurm:svc` are one; null where no account is told."""
    persons = directory.persons(accounts, times)
    names = pc.replace_substring_regex(accounts.combine_chunks(), r"^[^:]*:", "")
    return pc.coalesce(persons, pc.binary_join_element_wise("?", names, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and by whom something happened, as an event tells."""

    time: int
    host: str | None
    who: str | None  # as `keys_of` says
    job: str | None
    pids: tuple[int | None, int | None] = (None, None)


class Runs:
    """All runs; a run is told by its row in `table`."""

    def __init__(self, table: pa.Table, tasks: pa.Table, directory: Directory, now: int) -> None:
        """`table` is one of `victims.runs.SCHEMA`, `tasks` are events of our prolog; what still
        runs is taken to end `now` (microseconds)."""
        self.table = table
        self.began = micro(table["began"])
        ended = pc.fill_null(table["ended"].combine_chunks().cast(pa.int64()), now)
        self.ended = np.asarray(ended, dtype=np.int64)
        self.who: list[str | None] = keys_of(
            table["account"], table["began"], directory
        ).to_pylist()
        self.nodes: list[list[str]] = _short_lists(table["nodes"].combine_chunks())
        self._by_id: dict[str, list[int]] = defaultdict(list)
        for row in np.argsort(self.began, kind="stable").tolist():
            self._by_id[table["id"][row].as_py()].append(row)
        self._there: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row, (who, nodes) in enumerate(zip(self.who, self.nodes, strict=True)):
            for node in nodes if who else ():
                self._there[node, who or ""].append(row)
        self._tasks: Nodes = nodes_of(tasks)

    def of_job(self, job: str, time: int) -> list[int]:
        """The run of that id which had begun by then (a manifest may be written after its end)."""
        number = job.partition(".")[0]
        rows = self._by_id.get(number) or self._by_id.get(base_of(job), [])
        begun = [row for row in rows if self.began[row] <= time]
        return begun[-1:]

    def of_place(self, place: Place) -> tuple[list[int], bool]:
        """The runs that it may belong to, and whether that is known exactly: by the job's own
        word or the process of a task. Else by host, person and time; none where there are many."""
        if place.job and (rows := self.of_job(place.job, place.time)):
            return rows, True
        host = _short(place.host)
        if host is None:
            return [], False
        for pid in place.pids:
            for task in self._tasks.tasks.get((place.host or "", pid or -1), ()):
                since = int(task.since.timestamp() * 1e6) if task.since else 0
                until = int(task.until.timestamp() * 1e6) if task.until else place.time
                if since <= place.time <= until and (rows := self.of_job(task.id, place.time)):
                    return rows, True
        rows = self.on_node(host, place.who, place.time)
        return (rows, False) if len(rows) <= MOST_AT_ONCE else ([], False)

    def on_node(self, host: str | None, who: str | None, time: int) -> list[int]:
        """The runs of somebody on a host at a time."""
        rows = self._there.get((_short(host) or "", who or ""), [])
        return [row for row in rows if self.began[row] <= time <= self.ended[row]]


@lru_cache(maxsize=10_000)
def _short(host: str | None) -> str | None:
    return short(pa.array([host], pa.string()))[0].as_py() if host else None


def _short_lists(lists: pa.ListArray) -> list[list[str]]:
    parents = np.asarray(pc.list_parent_indices(lists))
    found: list[list[str]] = [[] for _ in range(len(lists))]
    names: Sequence[str | None] = short(pc.list_flatten(lists)).to_pylist()
    for row, name in zip(parents.tolist(), names, strict=True):
        if name:
            found[row].append(name)
    return found
