"""Many events of a lab, a table a day, made by the column: what `benchmarks.pages` asks about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import SCHEMA

PEOPLE, HOSTS, DAYS = 200, 64, 60
NEEDLE = "checkpoint-of-the-needle"  # stands in a few lines, for searches in all of them
RARE = 40_000  # one line in so many has it
HOURS = np.array([2, 1, 1, 1, 1, 2, 3, 5, 8, 10, 10, 10, 9, 10, 10, 10, 9, 8, 6, 5, 4, 4, 3, 3])
PROGRAMS = ("python", "git", "ls", "rm", "vim", "ssh", "squeue", "cp", "scancel", "chmod")
RAN = np.array([30, 15, 20, 5, 10, 6, 10, 3.5, 0.3, 0.2]) / 100  # how often of all commands


@dataclass(frozen=True, slots=True)
class Kind:
    """A log source: its share of the events and what its events say."""

    dataset: str
    module: str
    category: str
    realm: str
    share: float
    actions: tuple[str, ...]


KINDS = (
    Kind("auditd", "shell", "process", "unix", 0.55, ("executed", "opened-file")),
    Kind("bash_history", "shell", "process", "unix", 0.08, ("executed",)),
    Kind("syslog", "context", "authentication", "unix", 0.19, ("logged-in", "logged-out")),
    Kind("sudo_log", "shell", "process", "unix", 0.01, ("ran-command",)),
    Kind("hf_access", "huggingface", "web", "hf", 0.1, ("downloaded", "resolved", "uploaded")),
    Kind("slurm_sacct", "scheduler", "process", "slurm", 0.05, ("job-started", "job-ended")),
    Kind("github_webhook", "git", "configuration", "github", 0.02, ("pushed", "approved")),
)
FEEDS = tuple(f"lab/{kind.dataset}" for kind in KINDS)

Numbers = npt.NDArray[np.int64]


def tables(events: int, until: datetime) -> Iterator[tuple[date, pa.Table]]:
    """About so many events over the 60 days that end then, a table a UTC day, in order of time."""
    rng = np.random.default_rng(7)
    begin = (until - timedelta(days=DAYS - 1)).astimezone(UTC).date()
    for number in range(DAYS):
        day = begin + timedelta(days=number)
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        size = events * (number + 1) // DAYS - events * number // DAYS
        moments = _moments(rng, size)
        moments = moments[
            midnight + timedelta(days=1) <= until or _before(moments, midnight, until)
        ]
        if len(moments := np.sort(moments.reshape(-1))):
            yield day, _table(rng, midnight, moments)


def _moments(rng: np.random.Generator, size: int) -> Numbers:
    """Microseconds of a day, more of them by day than by night."""
    hours = rng.choice(24, size=size, p=HOURS / HOURS.sum())
    return hours * 3_600_000_000 + rng.integers(0, 3_600_000_000, size)


def _before(moments: Numbers, midnight: datetime, until: datetime) -> npt.NDArray[np.bool_]:
    return moments < (until - midnight) // timedelta(microseconds=1)


def _table(rng: np.random.Generator, midnight: datetime, moments: Numbers) -> pa.Table:
    size = len(moments)
    times = pa.array(moments + int(midnight.timestamp()) * 1_000_000, pa.timestamp("us", tz="UTC"))
    kind = rng.choice(len(KINDS), size=size, p=[one.share for one in KINDS])
    who = np.minimum((rng.pareto(1.0, size) * 8).astype(np.int64), PEOPLE - 1)
    host, program = rng.integers(0, HOSTS, size), rng.choice(len(PROGRAMS), size=size, p=RAN)
    serial = _texts(rng.integers(0, 1 << 40, size))
    names = pa.array([f"user{number:03}" for number in range(PEOPLE)])
    programs = pa.array(PROGRAMS)
    user, name = names.take(pa.array(who)), programs.take(pa.array(program))
    realm, action = _realms(kind), _actions(rng, kind)
    tail = np.where(rng.random(size) < 1 / RARE, f" {NEEDLE}", "")
    command = _joined(name, " --config /shared/ckpt/llm-", _texts(host), "/step-", serial, tail)
    account = _joined(realm, ":", user)
    owner = _joined("unix:", names.take(pa.array(rng.integers(0, PEOPLE, size))))
    some = pa.array(rng.random(size) < 0.1)
    is_shell = pa.array(np.isin(kind, (0, 1, 3)))
    null = pa.scalar(None, pa.string())
    filled = {
        "@timestamp": times,
        "event.id": _ids(rng, size),
        "event.ingested": times,
        "event.kind": _constant("event", size),
        "event.category": _of_kind([one.category for one in KINDS], kind),
        "event.action": action,
        "event.outcome": pc.if_else(some, "failure", "success"),
        "event.module": _of_kind([one.module for one in KINDS], kind),
        "event.dataset": _of_kind([one.dataset for one in KINDS], kind),
        "event.original": _joined(
            "type=EXECVE msg=audit(",
            serial,
            "): arch=c000003e syscall=59 success=yes exit=0 ",
            "ppid=4120 auid=1017 uid=1017 tty=pts3 ses=311 comm=",
            name,
            ' a0="',
            command,
            '"',
        ),
        "message": _joined(user, " ", action, " ", command),
        "actor.account": account,
        "owner.account": pc.if_else(some, owner, null),
        "user.name": user,
        "host.name": _joined("gpu", _texts(host)),
        "process.name": pc.if_else(is_shell, name, null),
        "process.executable": pc.if_else(is_shell, _joined("/usr/bin/", name), null),
        "process.command_line": pc.if_else(is_shell, command, null),
        "process.pid": pa.array(rng.integers(2, 1 << 22, size)),
        "feed.id": _of_kind(FEEDS, kind),
        "batch.line": pa.array(np.arange(size)),
    }
    columns = [
        filled[field.name].cast(field.type) if field.name in filled else pa.nulls(size, field.type)
        for field in SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _ids(rng: np.random.Generator, size: int) -> pa.Array:
    """128 random bits each, in hexadecimal."""
    offsets = pa.py_buffer((np.arange(size + 1) * 32).astype(np.int32))
    text = pa.py_buffer(rng.bytes(16 * size).hex().encode())
    return pa.StringArray.from_buffers(size, offsets, text)


def _realms(kind: Numbers) -> pa.Array:
    return _of_kind([one.realm for one in KINDS], kind)


def _actions(rng: np.random.Generator, kind: Numbers) -> pa.Array:
    every = [action for one in KINDS for action in one.actions]
    counts = np.array([len(one.actions) for one in KINDS])
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))
    drawn = first[kind] + (rng.random(len(kind)) * counts[kind]).astype(np.int64)
    return pa.array(every).take(pa.array(drawn))


def _of_kind(values: list[str] | tuple[str, ...], kind: Numbers) -> pa.Array:
    return pa.array(values).take(pa.array(kind))


def _constant(value: str, size: int) -> pa.Array:
    return pa.array([value]).take(pa.array(np.zeros(size, dtype=np.int64)))


def _texts(numbers: Numbers) -> pa.Array:
    return pc.cast(pa.array(numbers), pa.string())


def _joined(*parts: object) -> pa.Array:
    return pc.binary_join_element_wise(
        *(pa.array(p) if isinstance(p, np.ndarray) else p for p in parts), ""
    )
