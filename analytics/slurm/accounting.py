"""Rows of Slurm's accounting as events, whichever of its tools wrote them.

A row has cells by sacct's own column names in lower case. What another tool calls otherwise is
put under these names first, so the same job is the same event however it comes. Columns are made
of the distinct values of each cell: a row has no time for more.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.values import ids, shortened
from analytics.event import (
    EARLIEST,
    LONGEST_REJECTED,
    Batch,
    Context,
    Rejected,
    Source,
    account,
    assemble,
)
from analytics.fields import BY_NAME
from analytics.slurm.labelling import labels
from analytics.slurm.table import Table, of_rows
from analytics.slurm.times import STAMP, Clock, instants
from analytics.slurm.values import (
    FAILED,
    UNDER_WAY,
    UNSET,
    WAITING,
    exit_of,
    gpus_of,
    nodes_of,
    seconds_of,
    state_of,
)

RESOURCES = ("alloctres", "reqtres", "allocgres", "reqgres")
TIMES = ("submit", "eligible", "start", "end")
TEXTS = {
    "submitline": "process.command_line",
    "workdir": "process.working_directory",
    "jobname": "job.name",
    "partition": "job.partition",
}
OUTCOMES = {"COMPLETED": "success", "CANCELLED": "success"} | dict.fromkeys(FAILED, "failure")
TYPES = {"RUNNING": "start"} | dict.fromkeys((*WAITING, *UNDER_WAY[1:], "REQUEUED"), "info")
UNREAD = "no time that can be read"


def batch(
    table: Table, originals: Sequence[str], numbers: Sequence[int], context: Context, source: Source
) -> Batch:
    """The events of a table's rows; rows without a time that can be are rejected.

    Of a table without any column of times the rows are states at the time of arrival. Needs the
    columns `jobid` and `state`, with states that can be read.
    """
    clock = Clock(context.timezone, context.received, table.day_first)
    times = {name: instants(table.column(name), clock) for name in TIMES}
    waits, goes = (_is_in(table, names) for names in (WAITING, UNDER_WAY))
    when = _when(times, waits, goes)
    times["end"] = pc.if_else(pc.or_(waits, goes), pa.scalar(None, STAMP), times["end"])
    columns = _columns(table, times, when, context)
    columns |= {
        "event.original": pa.array(originals, pa.string()),
        "batch.line": pa.array(numbers, pa.int64()),
    }
    if _is_untimed(table):
        when = pa.repeat(pa.scalar(context.received, STAMP), table.size)
        columns |= {"@timestamp": when, "event.kind": pa.repeat("state", table.size)}
    events = assemble(columns, table.size, context, source)
    bounds = (pa.scalar(EARLIEST, STAMP), pa.scalar(context.latest, STAMP))
    good = pc.and_(pc.greater_equal(when, bounds[0]), pc.less_equal(when, bounds[1]))
    good = pc.fill_null(good, False)
    if pc.all(good).as_py():
        return Batch(events=events)
    rejected = []
    for row in np.flatnonzero(~np.asarray(good)).tolist():
        time = when[row].as_py()
        reason = (context.implausible(time) if time else None) or UNREAD
        text = originals[row][:LONGEST_REJECTED]
        rejected.append(Rejected(line=numbers[row], reason=reason, text=text))
    return Batch(events=events.filter(good), rejected=tuple(rejected))


def batch_of(
    rows: Sequence[Mapping[str, str]],
    originals: Sequence[str],
    numbers: Sequence[int],
    context: Context,
    source: Source,
) -> Batch:
    """As `batch`, of rows that need not all have the same cells."""
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    cells = [[row.get(name, "") for name in names] for row in rows]
    return batch(of_rows(names, cells), originals, numbers, context, source)


def _is_untimed(table: Table) -> bool:
    return set(TIMES).isdisjoint(table.names)


def _when(times: Mapping[str, pa.Array], waits: pa.Array, goes: pa.Array) -> pa.Array:
    """When the state began: the end, of a job under way its start, of one that waits the
    submission. Ends and starts that are only expected never count."""
    submit, eligible, start, end = (times[name] for name in TIMES)
    waiting = pc.coalesce(submit, eligible, start)
    under_way = pc.coalesce(start, submit, eligible)
    ended = pc.coalesce(end, start, submit, eligible)
    return pc.if_else(waits, waiting, pc.if_else(goes, under_way, ended))


def _is_in(table: Table, states: Sequence[str]) -> pa.Array:
    (found,) = table.made("state", lambda text: (_name(text) in states,), (pa.bool_(),))
    return found


def _name(text: str) -> str:
    state = state_of(text)
    return state.name if state else ""


def _columns(
    table: Table, times: Mapping[str, pa.Array], when: pa.Array, context: Context
) -> dict[str, pa.Array]:
    jobs = table.column("jobid")
    step = pc.match_substring(jobs, ".")
    columns = _of_state(table)
    columns["event.action"] = pc.binary_join_element_wise(
        pc.if_else(step, "step", "job"), columns["event.action"], "-"
    )
    columns |= _who(table, context) | _resources(table, times)
    columns |= {
        "@timestamp": when,
        "event.id": _ids(table, times, when, columns["job.state"], context),
        "event.category": pa.repeat("process", table.size),
        "host.name": pa.repeat(pa.scalar(context.host, pa.string()), table.size),
        "job.id": jobs,
        "labels": labels(table, _runs(table, times, when)),
    }
    columns |= {field: table.told(name) for name, field in TEXTS.items()}
    columns["message"] = _sentences(columns, step)
    return columns


def _of_state(table: Table) -> dict[str, pa.Array]:
    names = ("job.state", "event.action", "event.type", "event.outcome")

    def told(text: str) -> tuple[str, ...]:
        name = _name(text)
        action = name.lower().replace("_", "-")
        return name, action, TYPES.get(name, "end"), OUTCOMES.get(name, "unknown")

    return dict(zip(names, table.made("state", told, [pa.string()] * 4), strict=True))


WHO = (
    *("actor.account", "actor.basis", "owner.account", "job.cancelled_by"),
    *("user.name", "user.id", "user.target.name"),
)


def _who(table: Table, context: Context) -> dict[str, pa.Array]:
    """Actor and owner: a job's end is its owner's act, unless somebody else cancelled it."""

    def told(user: str, uid: str, state: str) -> tuple[str | None, ...]:
        return _actor(user, uid, state, context.realm)

    columns = table.made_of(("user", "uid", "state"), told, [pa.string()] * len(WHO))
    found = dict(zip(WHO, columns, strict=True))
    return found | {"job.owner": found["owner.account"]}


def _actor(user: str, uid: str, text: str, realm: str) -> tuple[str | None, ...]:
    state = state_of(text)
    owner, name, number = account("slurm", user), user or None, uid or None
    if state is None or state.name != "CANCELLED":
        return owner, "job owner" if owner else None, owner, None, name, number, None
    by = state.canceller
    if by is None:
        return None, "not told", owner, None, None, None, name
    if by in (user, uid) or (by.isdigit() and uid.isdigit() and _same(by, uid)):
        cancelled_by = numbered(by, realm)
        return owner, "cancelled with the owner's uid", owner, cancelled_by, name, number, None
    actor, by_number = numbered(by, realm), by.isdigit()
    basis = "uid that cancelled" if by_number else "user who cancelled"
    return actor, basis, owner, actor, None if by_number else by, by if by_number else None, name


def _same(one: str, other: str) -> bool:
    return one.lstrip("0") == other.lstrip("0")


def numbered(who: str, realm: str) -> str | None:
    """The account behind a uid, or behind the name that stands in its place."""
    if who in UNSET:
        return None
    if who.isascii() and who.isdigit():
        return f"uid:{realm}/{who.lstrip('0') or '0'}"
    return account("slurm", who)


def _resources(table: Table, times: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    (gpus,) = table.made_of(RESOURCES, lambda *told: (gpus_of(*told),), [pa.int64()])
    (elapsed,) = table.made("elapsed", lambda text: (seconds_of(text),), [pa.float64()])
    ran = pc.subtract(times["end"].cast(pa.int64()), times["start"].cast(pa.int64()))
    ran = pc.divide(ran.cast(pa.float64(), safe=False), 1e6)
    elapsed = pc.coalesce(elapsed, pc.if_else(pc.less(ran, 0.0), 0.0, ran))
    code, signal = table.made("exitcode", exit_of, [pa.int64(), pa.int64()])
    names = BY_NAME["job.nodes"].arrow
    (nodes,) = table.made("nodelist", lambda text: (nodes_of(text) or None,), [names])
    return {
        "job.gpus": gpus,
        "job.gpu_hours": pc.divide(pc.multiply(gpus.cast(pa.float64()), elapsed), 3600.0),
        "job.exit": code,
        "job.signal": signal,
        "job.nodes": nodes,
    }


def _ids(
    table: Table, times: Mapping[str, pa.Array], when: pa.Array, states: pa.Array, context: Context
) -> pa.Array:
    """Cluster, job, submission and state tell a version of a job apart from all others."""
    submitted = pc.coalesce(times["submit"], when).cast(pa.int64()).cast(pa.string())
    named = (table.column("cluster"), table.column("jobid"), submitted, states)
    return ids(context, "slurm", *named)


def _runs(table: Table, times: Mapping[str, pa.Array], when: pa.Array) -> dict[str, pa.Array]:
    """Labels by which versions of a run are known, and when it began, in seconds since 1970."""
    submitted = _seconds(pc.coalesce(times["submit"], when))
    if _is_untimed(table):
        return {"time": pa.repeat("when received", table.size)}
    named = (table.column("cluster"), table.column("jobid"), submitted, "/")
    return {"run": pc.binary_join_element_wise(*named), "began": _seconds(times["start"])}


def _seconds(times: pa.Array) -> pa.Array:
    return pc.divide(times.cast(pa.int64()), 1_000_000).cast(pa.string())


def _sentences(columns: Mapping[str, pa.Array], step: pa.Array) -> pa.Array:
    """`asilva's job 812 (train): completed`"""
    join = pc.binary_join_element_wise
    owner = pc.coalesce(pc.utf8_slice_codeunits(columns["owner.account"], 6), "somebody")
    name = shortened(columns["job.name"], 200)
    name = pc.coalesce(join(" (", name, ")", ""), "")
    job = join(owner, "'s ", pc.if_else(step, "step ", "job "), columns["job.id"], name, "")
    phrase = pc.replace_substring(pc.utf8_lower(columns["job.state"]), "_", " ")
    by = columns["job.cancelled_by"]
    by = pc.replace_substring_regex(by, "^uid:.*/", "uid ")
    by = pc.replace_substring_regex(by, "^slurm:", "")
    return pc.coalesce(join(by, " cancelled ", job, ""), join(job, ": ", phrase, ""))
