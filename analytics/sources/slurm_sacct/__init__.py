"""Slurm's accounting as `sacct -P` prints it: a row for each job, array task and step."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.reading import Line, lines
from analytics.sources.slurm_sacct.columns import STATE, Columns, of_header, of_names, of_shape
from analytics.sources.slurm_sacct.values import (
    JOB,
    exit_of,
    gpus_of,
    nodes_of,
    seconds_of,
    tasks_of,
    time_of,
)

SAMPLED = 50
RESOURCES = ("alloctres", "reqtres", "allocgres", "reqgres")
TIMES = ("end", "start", "submit", "eligible")
FAILED = ("FAILED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL", "DEADLINE")
WAITING = ("PENDING", "REQUEUED", "CONFIGURING", "SUSPENDED", "RESIZING")
OUTCOMES = {"COMPLETED": "success", "CANCELLED": "success"} | dict.fromkeys(FAILED, "failure")
TYPES = {"RUNNING": "start"} | dict.fromkeys(WAITING, "info")
# Columns that have a field of their own; all others are kept as labels.
MAPPED = frozenset(
    [
        "jobid",
        "user",
        "jobname",
        "state",
        "exitcode",
        "nodelist",
        "partition",
        "elapsed",
        "submitline",
        "workdir",
    ]
)


@dataclass(slots=True)
class Table:
    """What is known of the log while it is read: its columns, and whose job came last."""

    context: Context
    columns: Columns | None = None
    base: str | None = None
    inherited: dict[str, str] = field(default_factory=dict)

    def cells(self, text: str) -> dict[str, str] | None:
        """A row's cells; a step, which names no user, gets those of its job just before it."""
        cells = self.columns.cells(text) if self.columns else None
        job = JOB.fullmatch(cells["jobid"]) if cells else None
        if cells is None or job is None:
            return None
        if job["step"] is None:
            self.base = job[0]
            kept = ("user", "uid", "account", "partition", "cluster")
            self.inherited = {name: cells[name] for name in kept if cells.get(name)}
        elif self.base == job[0].removesuffix(f".{job['step']}"):
            cells |= {n: v for n, v in self.inherited.items() if n in cells and not cells[n]}
        return cells


def _who(cells: dict[str, str], canceller: str | None, context: Context) -> dict[str, Any]:
    """Actor and owner: a job's end is its owner's act, unless somebody else cancelled it."""
    user, uid = cells.get("user") or None, cells.get("uid") or None
    owner = account("slurm", user)
    told: dict[str, Any] = {"owner.account": owner, "job.owner": owner}
    own = {"actor.account": owner, "user.name": user, "user.id": uid}
    if canceller is None:
        if cells["state"].startswith("CANCELLED"):
            return told | {"actor.basis": "not told", "user.target.name": user}
        return told | own | {"actor.basis": "job owner" if owner else None}
    by = f"uid:{context.realm}/{int(canceller)}"
    told["job.cancelled_by"] = by
    if owner and uid and uid.isdigit() and int(uid) == int(canceller):
        return told | own | {"actor.basis": "cancelled with the owner's uid"}
    acted = {"actor.account": by, "actor.basis": "uid that cancelled", "user.id": canceller}
    return told | acted | {"user.target.name": user}


def _labels(cells: dict[str, str], job: re.Match[str]) -> list[tuple[str, str]]:
    told = {name: value for name, value in cells.items() if value and name not in MAPPED}
    told.pop("-", None)
    if "uid" in told:
        told["job_uid"] = told.pop("uid")
    if job["step"]:
        told["step"] = job["step"]
    if tasks := tasks_of(job):
        told |= {"array_job": job["base"], "array_tasks": ",".join(tasks)}
    return [(name, value[:1024]) for name, value in islice(told.items(), 80)]


def _sentence(cells: dict[str, str], state: str, canceller: str | None) -> str:
    name = f" ({cells['jobname'][:200]})" if cells.get("jobname") else ""
    what = "step" if "." in cells["jobid"] else "job"
    job = f"{cells.get('user') or 'somebody'}'s {what} {cells['jobid']}{name}"
    if canceller:
        return f"uid {canceller} cancelled {job}"
    return f"{job}: {state.lower().replace('_', ' ')}"


def _row(line: Line, text: str, table: Table) -> dict[str, Any] | str:
    """The row's event, or why it is none."""
    cells, context = table.cells(text), table.context
    if cells is None:
        return "not a row of these columns" if table.columns else "no header, and unknown columns"
    times = {name: time_of(cells.get(name), context.timezone) for name in TIMES}
    time: datetime | None = next((found for found in times.values() if found), None)
    job, told_state = JOB.fullmatch(cells["jobid"]), STATE.fullmatch(cells["state"])
    if time is None or job is None or told_state is None:
        return "no time that can be read"
    state, canceller = told_state.groups()
    elapsed = seconds_of(cells.get("elapsed"))
    if elapsed is None and times["start"] and times["end"]:
        elapsed = max((times["end"] - times["start"]).total_seconds(), 0.0)
    gpus = gpus_of(*(cells.get(name) for name in RESOURCES))
    hours = gpus * elapsed / 3600 if gpus is not None and elapsed is not None else None
    code, signal = exit_of(cells.get("exitcode"))
    action = f"{'step' if job['step'] else 'job'}-{state.lower().replace('_', '-')}"
    identity = (cells.get("cluster", ""), cells["jobid"], cells.get("submit", ""), cells["state"])
    return {
        "@timestamp": time,
        "event.id": context.event_id("slurm", *identity),
        "event.category": "process",
        "event.type": TYPES.get(state, "end"),
        "event.action": action,
        "event.outcome": OUTCOMES.get(state, "unknown"),
        "event.original": text,
        "message": _sentence(cells, state, canceller),
        **_who(cells, canceller, context),
        "host.name": context.host,
        "process.command_line": cells.get("submitline") or None,
        "process.working_directory": cells.get("workdir") or None,
        "job.id": cells["jobid"],
        "job.name": cells.get("jobname") or None,
        "job.state": state,
        "job.exit": code,
        "job.signal": signal,
        "job.nodes": list(nodes_of(cells.get("nodelist"))) or None,
        "job.gpus": gpus,
        "job.gpu_hours": hours,
        "job.partition": cells.get("partition") or None,
        "batch.line": line.number,
        "labels": _labels(cells, job),
    }


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each row; header lines, also repeated ones, say what follows."""
    collector = Collector(context, SOURCE)
    table = Table(context)
    rows = (line for line in lines(stream) if line.text.strip())
    head = list(islice(rows, SAMPLED))
    table.columns = _columns([readable(line.text) for line in head], context)
    for line in chain(head, rows):
        text = readable(line.text.removeprefix(b"\xef\xbb\xbf"))
        header = of_header(text) if "obid" in text[:4096].lower() else None
        if header is not None:
            table.columns = header
            continue
        row = "line is too long" if line.too_long else _row(line, text, table)
        if isinstance(row, str):
            collector.reject(line.number, row, text)
        else:
            collector.add(row)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def _columns(head: list[str], context: Context) -> Columns | None:
    """The columns before any header: those that were told, or those that the shape gives away."""
    if not head:
        return None
    return of_names(context.columns, head[0]) if context.columns else of_shape(head)


def recognises(head: bytes, path: str) -> float:
    """Sure of a header of sacct, and of rows of a call that is known."""
    begun = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    whole = begun[: begun.rfind("\n") + 1] or begun
    rows = [line.rstrip("\r") for line in whole.split("\n") if line.strip()][:SAMPLED]
    if rows and of_header(rows[0]):
        return 0.95
    return 0.9 if of_shape(rows) else 0.0


SOURCE = Source(
    name="slurm_sacct",
    family="scheduler",
    title="Slurm accounting (sacct)",
    recognises=recognises,
    parse=parse,
)
