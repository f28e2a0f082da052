"""The lives of pods, put together from requests to a cluster, in order of time.

Who made a pod, where the scheduler bound it, how the node's kubelet said that it ended, or who
deleted or evicted it while it ran.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analytics.selection import done, has

MAKING = "create pods"
BOUND = "create pods/binding"
TOLD = ("patch pods/status", "update pods/status")
EVICTED = "create pods/eviction"
DELETED = ("delete pods", "deletecollection pods")
ENDS = (*TOLD, EVICTED, *DELETED)
TRAINED_BY = (
    *("jobs", "cronjobs", "pytorchjobs", "tfjobs", "mpijobs", "jaxjobs", "xgboostjobs"),
    *("paddlejobs", "trainjobs", "rayjobs", "rayclusters", "workflows"),
)
OF_WORKLOADS = tuple(f"{verb} {what}" for verb in ("create", "delete") for what in TRAINED_BY)
LIFE = (MAKING, BOUND, *ENDS, *OF_WORKLOADS)

COLUMNS: tuple[str, ...] = (
    *("@timestamp", "event.id", "event.action", "event.outcome", "actor.account", "job.id"),
    *("job.nodes", "job.gpus", "process.command_line", "labels"),
)

SYSTEM = "k8s:system:"
KUBELET = "k8s:system:node:"
SCHEDULER = "k8s:system:kube-scheduler"
OF_NODES = ("node-controller", "taint-eviction-controller", "pod-garbage-collector")
LATER = timedelta(hours=1)  # how long after a request what it asked to end may take to be gone
COMPLETED_NAME = re.compile(r"[a-z0-9]{1,10}")  # what the cluster adds to a `generateName`
MOST_MAKERS = 3  # a pod of a job of a scheduled job
Row = dict[str, Any]


@dataclass(slots=True)
class Made:
    """A pod, or a workload, as somebody asked for it."""

    account: str
    labels: Mapping[str, str]
    gpus: int | None = None
    command: str | None = None


@dataclass(slots=True)
class Pod:
    """A pod's life so far."""

    place: tuple[str, str]  # namespace and name
    made: Made | None
    submitted: datetime | None = None
    event: str = ""
    node: str | None = None
    began: datetime | None = None
    ended: datetime | None = None
    state: str = "RUNNING"
    exit: int | None = None
    cancelled_by: str | None = None


@dataclass(slots=True)
class Asked:
    """When, and by whom, something was asked to be deleted."""

    time: datetime
    account: str


@dataclass(slots=True)
class Cluster:
    """What is known of pods while the trail is read in order of time."""

    pods: list[Pod] = field(default_factory=list)
    current: dict[tuple[str, str], Pod] = field(default_factory=dict)
    begun: dict[tuple[str, str], Made] = field(default_factory=dict)  # by how the name begins
    workloads: dict[tuple[str, str], Made] = field(default_factory=dict)
    deleted: dict[tuple[str, str], Asked] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """The next request."""
        action, account = row["event.action"], row["actor.account"] or ""
        labels = dict(row["labels"] or ())
        place = (labels.get("objectRef.namespace") or "", labels.get("objectRef.name") or "")
        if action in OF_WORKLOADS:
            self._workload(row, place, account, labels)
        elif action == MAKING:
            self._make(row, place, account, labels)
        elif action == DELETED[1]:
            if not account.startswith(SYSTEM):
                self.deleted[place[0], ""] = Asked(row["@timestamp"], account)
        elif place[1]:
            pod = self._pod(place, row)
            if action == BOUND:
                self._bind(pod, row)
            elif action in TOLD:
                self._told(pod, row, account, labels)
            else:
                self._removed(pod, row, account)

    def _workload(
        self, row: Row, place: tuple[str, str], account: str, labels: Mapping[str, str]
    ) -> None:
        if row["event.action"].startswith("create "):
            self.workloads[place] = Made(account, labels)
        elif not account.startswith(SYSTEM):
            self.deleted[place] = Asked(row["@timestamp"], account)

    def _make(
        self, row: Row, place: tuple[str, str], account: str, labels: Mapping[str, str]
    ) -> None:
        made = Made(account, labels, row["job.gpus"], row["process.command_line"])
        if place[1]:
            self._begin(Pod(place, made, row["@timestamp"], row["event.id"]), row)
        elif begins := labels.get("generateName"):
            self.begun[place[0], begins] = made

    def _begin(self, pod: Pod, row: Row) -> Pod:
        pod.node = next(iter(row["job.nodes"] or ()), pod.node)
        self.current[pod.place] = pod
        self.pods.append(pod)
        return pod

    def _pod(self, place: tuple[str, str], row: Row) -> Pod:
        """The pod of that name, which may be seen for the first time."""
        if place in self.current:
            return self.current[place]
        return self._begin(Pod(place, self._made(place), row["@timestamp"], row["event.id"]), row)

    def _made(self, place: tuple[str, str]) -> Made | None:
        """How a pod was asked for whose name the cluster completed."""
        space, name = place
        for end in range(len(name) - 1, 0, -1):
            made = self.begun.get((space, name[:end]))
            if made and COMPLETED_NAME.fullmatch(name[end:]):
                return made
        return None

    def _bind(self, pod: Pod, row: Row) -> None:
        pod.node = next(iter(row["job.nodes"] or ()), pod.node)
        pod.began = pod.began or row["@timestamp"]

    def _told(self, pod: Pod, row: Row, account: str, labels: Mapping[str, str]) -> None:
        """What the kubelet says of a pod on its node."""
        if account.startswith(KUBELET):
            pod.node = pod.node or account.removeprefix(KUBELET)
        phase = labels.get("status.phase")
        if phase == "Running":
            pod.began = pod.began or row["@timestamp"]
        if phase not in ("Failed", "Succeeded") or pod.ended:
            return
        code = labels.get("terminated.exitCode", "")
        pod.exit = int(code) if code.isdecimal() and len(code) < 10 else None
        self._end(pod, row, _state(phase, labels))

    def _removed(self, pod: Pod, row: Row, account: str) -> None:
        """Deleted or evicted: by a person, else by the cluster, which may do as a person asked."""
        if pod.ended is None and not account.startswith(SYSTEM):
            self._end(pod, row, "CANCELLED", account)
        elif pod.ended is None:
            asked = self._asked(pod, row["@timestamp"])
            if asked:
                self._end(pod, row, "CANCELLED", asked.account)
            elif account.endswith(OF_NODES):
                self._end(pod, row, "NODE_FAIL")
            elif account == SCHEDULER or row["event.action"] == EVICTED:
                self._end(pod, row, "PREEMPTED")
            else:
                self._end(pod, row, "CANCELLED")
        if row["event.action"] != EVICTED:
            self.current.pop(pod.place, None)

    def _end(self, pod: Pod, row: Row, state: str, by: str | None = None) -> None:
        pod.ended, pod.state, pod.cancelled_by = row["@timestamp"], state, by
        pod.event = row["event.id"]

    def _asked(self, pod: Pod, time: datetime) -> Asked | None:
        """The last request by a person to delete what made a pod, or all in its namespace."""
        space = pod.place[0]
        names = ["", *(name for name, _ in self.makers(pod))]
        found = [self.deleted[space, name] for name in names if (space, name) in self.deleted]
        recent = [one for one in found if time - one.time <= LATER]
        return max(recent, key=lambda one: one.time, default=None)

    def makers(self, pod: Pod) -> Iterator[tuple[str, Made | None]]:
        """What made a pod, what made that …, each with its name."""
        made = pod.made
        for _ in range(MOST_MAKERS):
            name = _maker(made)
            if not name:
                return
            made = self.workloads.get((pod.place[0], name))
            yield name, made


def of_events(events: pa.Table) -> Cluster:
    """What the requests of `LIFE` tell, which have at least `COLUMNS`."""
    cluster = Cluster()
    for row in _in_order(events.filter(has(events, "event.action", *LIFE))):
        cluster.take(row)
    return cluster


def _in_order(events: pa.Table) -> list[Row]:
    """What was done, in order of time; a request's first stage says nothing of what came of it."""
    fine = events.filter(done(events))
    early = pc.equal(pc.map_lookup(fine["labels"], "stage", "first"), "RequestReceived")
    fine = fine.filter(pc.invert(pc.fill_null(early, False)))
    keys = [("@timestamp", "ascending"), ("event.id", "ascending")]
    rows: list[Row] = fine.select(COLUMNS).sort_by(keys).to_pylist()
    return rows


def _state(phase: str, labels: Mapping[str, str]) -> str:
    """A pod's end in the words of accounting."""
    why = (labels.get("status.reason"), labels.get("terminated.reason"))
    if phase == "Succeeded":
        return "COMPLETED"
    if "DeadlineExceeded" in why:
        return "TIMEOUT"
    if "NodeLost" in why or "NodeShutdown" in why or "Terminated" in why:
        return "NODE_FAIL"
    if "Preempting" in why:
        return "PREEMPTED"
    return "OUT_OF_MEMORY" if "OOMKilled" in why else "FAILED"


def _maker(made: Made | None) -> str:
    return made.labels.get("ownerReference", "").partition("/")[2] if made else ""
