"""Accounting records of PBS Professional, OpenPBS and Torque: a line a step in a job's life."""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.reading import lines

TIME = rb"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(?:\.\d{1,6})?"
HEAD = re.compile(rb"^" + TIME + rb";[A-Za-z];[^;\n]*;", re.MULTILINE)
RECORD = re.compile(
    r"(\d\d)/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?;([A-Za-z]);([^;]*);(.*)", re.DOTALL
)
PAIR = re.compile(r"([A-Za-z_][\w.]*)=(\"[^\"]*\"|'[^']*'|\S*)")
WALLTIME = re.compile(r"(?:(\d{1,6}):)?(\d{1,6}):(\d{1,2})")
GPUS = re.compile(r"\bn?gpus=(\d{1,6})")
SELECTED = re.compile(r"(?:^|\+)(?:(\d{1,6}):)?([^+]*)")
EXIT = re.compile(r"-?\d{1,9}")
MOST_JOBS = 65_536
SIGNALLED = 256  # an exit status from here on is a signal added to it
# Type of record: what it is called here, and event.type.
KINDS: Mapping[str, tuple[str, str]] = {
    "Q": ("job-submitted", "creation"),
    "S": ("job-running", "start"),
    "T": ("job-running", "start"),
    "E": ("job-ended", "end"),
    "D": ("job-cancelled", "end"),
    "A": ("job-aborted", "end"),
    "R": ("job-requeued", "change"),
    "C": ("job-checkpointed", "change"),
    "a": ("job-altered", "change"),
    "M": ("job-moved", "change"),
    "s": ("job-suspended", "change"),
    "r": ("job-resumed", "change"),
    "U": ("reservation-submitted", "creation"),
    "Y": ("reservation-confirmed", "change"),
    "B": ("reservation-began", "start"),
    "F": ("reservation-finished", "end"),
    "K": ("reservation-removed", "deletion"),
    "k": ("reservation-removed", "deletion"),
    "L": ("licences-counted", "info"),
}
MAPPED = frozenset({"user", "jobname", "queue", "exec_host", "Exit_status", "requestor", "owner"})
STATES = {"S": "RUNNING", "T": "RUNNING", "Q": "PENDING", "D": "CANCELLED", "A": "ABORTED"}


@lru_cache(maxsize=8192)
def _time(parts: tuple[str | None, ...], zone: tzinfo) -> datetime | None:
    month, day, year, hour, minute, second, fraction = parts
    try:
        date = f"{year}-{month}-{day}T{hour}:{minute}:{second}.{(fraction or '').ljust(6, '0')}"
        return datetime.fromisoformat(date).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=8192)
def nodes_of(hosts: str) -> tuple[str, ...]:
    """The nodes of an exec_host such as `gpu01/0*8+gpu02/0*8`, each once."""
    return tuple(dict.fromkeys(part.partition("/")[0] for part in hosts.split("+") if part))


@lru_cache(maxsize=8192)
def gpus_of(asked: str) -> int:
    """GPUs of a request such as `2:ncpus=8:ngpus=4` or `1:ppn=8:gpus=2+3:ppn=4`."""
    total = 0
    for count, chunk in SELECTED.findall(asked):
        found = GPUS.search(chunk)
        total += int(count or 1) * int(found[1]) if found else 0
    return total


@lru_cache(maxsize=8192)
def seconds_of(walltime: str) -> int | None:
    """Seconds of `hh:mm:ss`, or of a bare number of them."""
    match = WALLTIME.fullmatch(walltime)
    if match:
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    return (
        int(walltime) if walltime.isascii() and walltime.isdigit() and len(walltime) < 12 else None
    )


class Owners:
    """Whose jobs they are, as earlier records told: that of a deletion names only who asked."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()

    def of(self, job: str, told: Mapping[str, str]) -> str | None:
        """The user of a job; remembered for its later records."""
        user = told.get("user") or told.get("owner", "").partition("@")[0] or None
        if user is None:
            return self._known.get(job)
        self._known[job] = user
        if len(self._known) > MOST_JOBS:
            self._known.popitem(last=False)
        return user


def _gpus(told: Mapping[str, str]) -> int | None:
    for name in ("Resource_List.ngpus", "resources_used.ngpus", "Resource_List.gpus"):
        if told.get(name, "").isdecimal() and len(told[name]) < 7:
            return int(told[name])
    for name in (
        "Resource_List.select",
        "Resource_List.nodes",
        "exec_vnode",
        "Resource_List.neednodes",
    ):
        if found := gpus_of(told.get(name, "").replace("(", "").replace(")", "")):
            return found
    return None


def _signal(status: str | None) -> int | None:
    """The signal in an exit status: what is above 256."""
    if status is None or not EXIT.fullmatch(status) or int(status) <= SIGNALLED:
        return None
    return int(status) - SIGNALLED


def _ended(kind: str, status: str | None) -> dict[str, Any]:
    """What the exit status says; below 0 it is the server's own failure."""
    if kind != "E" or status is None or not EXIT.fullmatch(status):
        return {}
    signal, code = _signal(status), int(status)
    done = code == 0
    return {
        "event.action": "job-completed" if done else "job-killed" if signal else "job-failed",
        "event.outcome": "success" if done else "failure",
        "job.state": "COMPLETED" if done else "FAILED",
        "job.exit": None if signal else code,
        "job.signal": signal,
    }


def _who(kind: str, owner: str | None, told: Mapping[str, str]) -> dict[str, Any]:
    """Who asked, where the record says so; else a job's life is its owner's act."""
    theirs = account("pbs", owner)
    asked = told.get("requestor", "").partition("@")[0] or None
    own = kind not in ("D", "A", "R") and not _signal(told.get("Exit_status"))
    actor = asked or (owner if own else None)
    return {
        "actor.account": account("pbs", actor),
        "actor.basis": "requestor" if asked else "job owner" if actor else "not told",
        "user.name": actor,
        "user.target.name": owner if asked and asked != owner else None,
        "owner.account": theirs,
        "job.owner": theirs,
        "job.cancelled_by": account("pbs", asked) if kind == "D" else None,
    }


def _row(
    match: re.Match[str], raw: str, number: int, owners: Owners, context: Context
) -> dict[str, Any]:
    kind, job, message = match[8], match[9], match[10]
    told = {name: value.strip("\"'") for name, value in PAIR.findall(message)}
    action, type_ = KINDS.get(kind, (f"record-{kind}", "info"))
    owner = owners.of(job, told)
    gpus, seconds = _gpus(told), seconds_of(told.get("resources_used.walltime", ""))
    row = {
        "event.id": context.event_id("pbs", raw),
        "event.category": "process",
        "event.type": type_,
        "event.action": action,
        "event.outcome": "success",
        "event.original": raw,
        **_who(kind, owner, told),
        "job.id": job if job and kind != "L" else None,
        "job.name": told.get("jobname"),
        "job.state": STATES.get(kind),
        "job.partition": told.get("queue"),
        "job.nodes": list(nodes_of(told.get("exec_host", ""))) or None,
        "job.gpus": gpus,
        "job.gpu_hours": gpus * seconds / 3600
        if gpus and seconds is not None and kind == "E"
        else None,
        "batch.line": number,
        "labels": [
            (name, value[:1024]) for name, value in list(told.items())[:64] if name not in MAPPED
        ],
        **_ended(kind, told.get("Exit_status")),
    }
    row["message"] = f"{row['user.name'] or 'somebody'}: {row['event.action']} {job}"
    return row


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each record."""
    collector, owners = Collector(context, SOURCE), Owners()
    for line in lines(stream):
        raw = readable(line.text)
        match = None if line.too_long else RECORD.fullmatch(raw)
        time = _time(match.groups()[:7], context.timezone) if match else None
        if match and time:
            row = _row(match, raw, line.number, owners, context)
            collector.add({"@timestamp": time, **row})
        elif raw.strip():
            reason = "line is too long" if line.too_long else "no accounting record"
            collector.reject(line.number, "its time does not exist" if match else reason, raw)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def recognises(head: bytes, path: str) -> float:
    """Sure of lines that begin with date, type of record and job."""
    found = len(HEAD.findall(head))
    return 0.0 if not found else 0.97 if HEAD.match(head) else 0.6


SOURCE = Source(
    name="pbs_accounting",
    family="scheduler",
    title="PBS and Torque accounting",
    recognises=recognises,
    parse=parse,
)
