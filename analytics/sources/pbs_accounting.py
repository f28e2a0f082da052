"""Accounting records of PBS Professional, OpenPBS and Torque: a line a step in a job's life."""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache, partial
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.lined import EPOCH, MICROSECOND, Columns, Form, Lines, read
from analytics.columnar.pairs import Pairs, of_words
from analytics.columnar.splitting import NOTHING, Splitting, cut
from analytics.columnar.values import ids, known, listed, made, mapped
from analytics.event import Batch, Context, Source

TIME = rb"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(?:\.\d{1,6})?"
HEAD = re.compile(rb"^" + TIME + rb";[A-Za-z];[^;\n]*;", re.MULTILINE)
RECORD = re.compile(
    r"(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(?:\.\d{1,6})?);([A-Za-z]);([^;]*);(.*)", re.DOTALL | re.ASCII
)
PARTS = ("time", "kind", "job", "message")
USUAL_TIME = r"^\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(\.\d{1,6})?$"
USUAL_PAIR = r"[A-Za-z_][\w.]*=[!#-&(-~]*"  # nothing quoted
USUAL_MESSAGE = f"^({USUAL_PAIR}( {USUAL_PAIR})*)?$"
PAIR = re.compile(r"([A-Za-z_][\w.]*)=(\"[^\"]*\"|'[^']*'|\S*)")
WALLTIME = re.compile(r"(?:(\d{1,6}):)?(\d{1,6}):(\d{1,2})")
GPUS = re.compile(r"\bn?gpus=(\d{1,6})")
SELECTED = re.compile(r"(?:^|\+)(?:(\d{1,6}):)?([^+]*)")
EXIT = re.compile(r"-?[0-9]{1,9}")
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
MOST_LABELS = 64
MAPPED = frozenset({"user", "jobname", "queue", "exec_host", "Exit_status", "requestor", "owner"})
ENDED = ("event.action", "event.outcome", "job.state", "job.exit", "job.signal")
STATES = {"S": "RUNNING", "T": "RUNNING", "Q": "PENDING", "D": "CANCELLED", "A": "ABORTED"}


def _usual(line: Splitting) -> None:
    line.split("line", ";", PARTS, most=3)
    line.match("time", USUAL_TIME)
    line.match("kind", "^[A-Za-z]$")


def _exact(text: str) -> tuple[str, ...] | None:
    match = RECORD.fullmatch(text)
    return match.groups() if match else None


def _times(parts: Columns, zone: tzinfo) -> pa.Array:
    """Minutes read one by one, as zones change between them, seconds all at once."""
    minutes = mapped(pc.utf8_slice_codeunits(parts["time"], 0, 16), partial(_minute, zone))
    seconds = pc.utf8_slice_codeunits(parts["time"], 17, 19).cast(pa.int64())
    fractions = pc.utf8_rpad(pc.utf8_slice_codeunits(parts["time"], 20), 6, "0").cast(pa.int64())
    within = pc.add(pc.multiply(seconds, 1_000_000), fractions)
    return pc.if_else(pc.less(seconds, 60), pc.add(minutes, within), None)


@lru_cache(maxsize=8192)
def _minute(zone: tzinfo, text: str) -> int | None:
    month, day, year, clock = text[:2], text[3:5], text[6:10], text[11:]
    try:
        time = datetime.fromisoformat(f"{year}-{month}-{day}T{clock}").replace(tzinfo=zone)
        return (time.astimezone(UTC) - EPOCH) // MICROSECOND
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
        """Nothing is known yet."""
        self._known: OrderedDict[str, str] = OrderedDict()

    def of(self, jobs: pa.Array, users: pa.Array) -> pa.Array:
        """The users of jobs, record by record; remembered for their later records."""
        known, owners = self._known, []
        for job, user in zip(listed(jobs), listed(users), strict=True):
            if user is None:
                owners.append(known.get(job))
                continue
            owners.append(user)
            known[job] = user
            if len(known) > MOST_JOBS:
                known.popitem(last=False)
        return pa.array(owners, pa.string())


def told(messages: pa.Array) -> Pairs:
    """What records say; where something is quoted, said twice or no pair, one by one."""
    usual = pc.match_substring_regex(messages, USUAL_MESSAGE)
    pairs = of_words(pc.if_else(usual, messages, ""))
    odd = np.flatnonzero(~np.asarray(usual) | pairs.doubled()).tolist()
    if not odd:
        return pairs
    found = [dict(PAIR.findall(messages[row].as_py())) for row in odd]
    return pairs.replaced(
        odd, [{name: value.strip("\"'") for name, value in one.items()} for one in found]
    )


COUNTED = ("Resource_List.ngpus", "resources_used.ngpus", "Resource_List.gpus")
CHOSEN = ("Resource_List.select", "Resource_List.nodes", "exec_vnode", "Resource_List.neednodes")


def _gpus(texts: str) -> int | None:
    """GPUs, by what stands at `COUNTED` and `CHOSEN`."""
    told = texts.split("\n")
    for count in told[: len(COUNTED)]:
        if count.isdecimal() and len(count) < 7:
            return int(count)
    for chosen in told[len(COUNTED) :]:
        if gpus := gpus_of(chosen.replace("(", "").replace(")", "")):
            return gpus
    return None


def _signal(status: str | None) -> int | None:
    """The signal in an exit status: what is above 256."""
    if status is None or not EXIT.fullmatch(status) or int(status) <= SIGNALLED:
        return None
    return int(status) - SIGNALLED


def _ended(status: str | None) -> tuple[Any, ...]:
    """What the exit status of a job that ended says; below 0 it is the server's own failure."""
    if status is None or not EXIT.fullmatch(status):
        return None, None, None, None, None
    signal, code = _signal(status), int(status)
    if code == 0:
        return "job-completed", "success", "COMPLETED", 0, None
    action = "job-killed" if signal else "job-failed"
    return action, "failure", "FAILED", None if signal else code, signal


def _kind(kind: str) -> tuple[str | None, ...]:
    return (*KINDS.get(kind, (f"record-{kind}", "info")), STATES.get(kind))


def _deeds(kinds: pa.Array, statuses: pa.Array) -> Columns:
    """What was done, and how it ended where it did."""
    begun = made(kinds, ("event.action", "event.type", "job.state"), _kind)
    begun["event.outcome"] = pa.repeat("success", len(kinds))
    ended = made(pc.if_else(pc.equal(kinds, "E"), statuses, NOTHING), ENDED, _ended)
    for name, column in begun.items():
        if name in ended:
            ended[name] = pc.coalesce(ended[name], column)
    return begun | ended


def _who(kinds: pa.Array, owners: pa.Array, pairs: Pairs) -> Columns:
    """Who asked, where the record says so; else a job's life is its owner's act."""
    asked = known(cut(pairs.column("requestor"), "@")[0])
    signalled = pc.is_valid(mapped(pairs.column("Exit_status"), _signal))
    others = pc.or_(pc.is_in(kinds, pa.array(["D", "A", "R"])), signalled)
    actors = pc.coalesce(asked, pc.if_else(others, NOTHING, owners))
    theirs, by = _accounts(owners), pc.if_else(pc.equal(kinds, "D"), asked, NOTHING)
    basis = pc.if_else(pc.is_valid(actors), "job owner", "not told")
    others = pc.fill_null(pc.not_equal(asked, owners), False)
    return {
        "actor.account": _accounts(actors),
        "actor.basis": pc.if_else(pc.is_valid(asked), "requestor", basis),
        "user.name": actors,
        "user.target.name": pc.if_else(others, owners, NOTHING),
        "owner.account": theirs,
        "job.owner": theirs,
        "job.cancelled_by": _accounts(by),
    }


def _accounts(names: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise("pbs:", names, "")


def _nodes(hosts: str | None) -> tuple[list[str] | None]:
    return (list(nodes_of(hosts or "")) or None,)


def _columns(owners: Owners, lines: Lines, context: Context) -> Columns:
    kinds, jobs, messages = (lines.parts[name] for name in PARTS[1:])
    pairs = told(messages)
    users = pc.coalesce(known(pairs.column("user")), known(cut(pairs.column("owner"), "@")[0]))
    who = _who(kinds, owners.of(jobs, users), pairs)
    deeds = _deeds(kinds, pairs.column("Exit_status"))
    asked = [pc.fill_null(pairs.column(name), "") for name in (*COUNTED, *CHOSEN)]
    gpus = mapped(pc.binary_join_element_wise(*asked, "\n"), _gpus)
    seconds = mapped(pairs.column("resources_used.walltime"), seconds_of)
    hours = pc.divide(pc.multiply(gpus, seconds).cast(pa.float64()), 3600.0)
    held = pc.and_(pc.equal(kinds, "E"), pc.greater(gpus, 0))
    done = pc.binary_join_element_wise(deeds["event.action"], jobs, " ")
    return {
        **who,
        **deeds,
        **made(pairs.column("exec_host"), ("job.nodes",), _nodes),
        "event.id": ids(context, "pbs", lines.texts),
        "event.category": pa.repeat("process", len(jobs)),
        "message": pc.binary_join_element_wise(
            pc.fill_null(who["user.name"], "somebody"), done, ": "
        ),
        "job.id": pc.if_else(pc.equal(kinds, "L"), NOTHING, known(jobs)),
        "job.name": pairs.column("jobname"),
        "job.partition": pairs.column("queue"),
        "job.gpus": gpus,
        "job.gpu_hours": pc.if_else(held, hours, None),
        "labels": pairs.labels(MAPPED, MOST_LABELS),
    }


FORM = Form(
    parts=PARTS,
    usual=_usual,
    exact=_exact,
    times=_times,
    columns=lambda lines, context: _columns(Owners(), lines, context),
    no_record="no accounting record",
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each record."""
    return read(stream, replace(FORM, columns=partial(_columns, Owners())), context, SOURCE)


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
