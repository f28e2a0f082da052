"""What `scontrol show job` and `scontrol show node` print, a block or (with `-o`) a line each, and
the jobs that ended as `JobCompType=jobcomp/filetxt` writes them."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from analytics.columnar.blocks import blocks
from analytics.event import Batch, Context, Rejected, Source, merged, table_of
from analytics.seams import begun_by
from analytics.slurm import accounting
from analytics.slurm.times import Clock, time_of
from analytics.slurm.values import nodes_of

AT_ONCE = 1_000  # blocks
MOST_LINES = 500  # of a block
LARGEST = 1 << 20  # characters of a block
STARTS = re.compile(r"(JobId|NodeName|PartitionName|ReservationName|StepId|FrontendName)=")
KEY = re.compile(r"([A-Z](?<![^ \t\n].)[A-Za-z0-9_/]*(?::[A-Za-z]+)*)=")  # behind a blank
USER = re.compile(r" UserId=[^\s()]{1,64}\(\d{1,10}\) GroupId=")
ACCOUNT = re.compile(r"([^\s()]{1,64})\((\d{1,10})\)")
BY = re.compile(r"(.*?)\s*\[([\w.@$-]{1,64})@([^\]]{1,40})\]\s*$", re.DOTALL)
OF_NODE = re.compile(rb"^NodeName=\S+ (?:.*\b)?(?:CfgTRES|CPUAlloc|AllocTRES|CoresPerSocket|Arch)=")
OF_JOB = re.compile(rb"^JobId=\d+ (?:.*\b)?(?:JobName|ArrayJobId|HetJobId|PackJobId|UserId)=")
WHOLE_LINES = frozenset(
    [
        *("Command", "WorkDir", "Comment", "AdminComment", "SystemComment", "StdErr", "StdIn"),
        *("StdOut", "Extra", "SubmitLine", "JobName", "Reason", "OS"),
    ]
)
CELLS = {
    "SubmitTime": "submit",
    "EligibleTime": "eligible",
    "StartTime": "start",
    "EndTime": "end",
    "RunTime": "elapsed",
    "JobState": "state",
    "ExitCode": "exitcode",
    "Partition": "partition",
    "NodeList": "nodelist",
    "JobName": "jobname",
    "Cluster": "cluster",
    "WorkDir": "workdir",
    "Account": "account",
    "QOS": "qos",
    "Reason": "reason",
    "TimeLimit": "timelimit",
    "ReqTRES": "reqtres",
    "TresPerNode": "tres_per_node",
    "BatchHost": "batch_host",
    "AllocNode:Sid": "submithost",
    "Dependency": "dependency",
    "Requeue": "requeue",
    "Restarts": "restarts",
    "Reservation": "reservation",
    "Comment": "comment",
    "AdminComment": "admincomment",
    "StdOut": "stdout",
}
UNSET = ("(null)", "N/A")
STOPPED = ("DRAIN", "DOWN", "FAIL")


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each job, node or other thing that is shown."""
    return merged(_batches(stream, context))


def _batches(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    found: list[tuple[int, str]] = []
    for block in _blocks(stream):
        found.append(block)
        if len(found) >= AT_ONCE:
            yield from _events(found, context)
            found = []
    yield from _events(found, context)


def _blocks(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """First line's number and text of each block: up to an empty line or the next beginning."""
    number, kept, size = 0, list[str](), 0
    for place, text in _lines(stream):
        is_blank = not text or text.isspace()
        ends = is_blank or len(kept) >= MOST_LINES or size > LARGEST
        if kept and (ends or STARTS.match(text)):
            yield number, "\n".join(kept)
            kept, size = [], 0
        if not is_blank:
            number = number if kept else place
            kept.append(text)
            size += len(text)
    if kept:
        yield number, "\n".join(kept)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """Each line with its number, of one that is too long the beginning."""
    for block in blocks(stream):
        for number, text in enumerate(block.texts, block.number):
            yield number, text if len(text) <= LARGEST else text[:LARGEST]


def _events(found: list[tuple[int, str]], context: Context) -> Iterator[Batch]:
    jobs: list[tuple[dict[str, str], str, int]] = []
    others: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    for number, text in found:
        match = STARTS.match(text)
        values = values_of(text) if match else {}
        cells = _cells(values, text) if match and match[1] == "JobId" else None
        if cells:
            jobs.append((cells, text, number))
        elif match and match[1] != "JobId" and len(values) > 1:
            others.append(_seen(match[1], values, text, number, context))
        else:
            rejected.append(Rejected(line=number, reason="nothing that scontrol shows", text=text))
    if jobs:
        cells_of, texts, numbers = zip(*jobs, strict=True)
        made = accounting.batch_of(cells_of, texts, numbers, context, SOURCE)
        rejected += made.rejected
        yield Batch(events=made.events)
    if others or rejected:
        yield Batch(events=table_of(others, context, SOURCE), rejected=tuple(rejected))


def values_of(text: str) -> dict[str, str]:
    """Keys and values, of which the first of a key counts; none goes on over lines."""
    _, *parts = KEY.split(text)
    names, values = parts[::2], parts[1::2]
    if "\n" in text:
        for name, value in zip(names[:-1], values, strict=False):
            if name in WHOLE_LINES and "\n" not in value:  # what looks like a key may be in it
                return values_by_line(text)
        values = [value.partition("\n")[0] for value in values]
    return dict(zip(reversed(names), map(str.strip, reversed(values)), strict=True))


def values_by_line(text: str) -> dict[str, str]:
    """As `values_of`; of a line that holds free text, all of it is the first key's."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        matches = list(KEY.finditer(line))
        for place, match in enumerate(matches):
            name, end = match[1], len(line)
            if place + 1 < len(matches) and not _takes_line(name, line, match, text):
                end = matches[place + 1].start()
            found.setdefault(name, line[match.end() : end].strip())
            if end == len(line):
                break
    return found


def _takes_line(name: str, line: str, match: re.Match[str], text: str) -> bool:
    """Whether the rest of the line is this key's: free text, in the form of several lines."""
    first = not line[: match.start()].strip() or name == "JobName"
    return name in WHOLE_LINES and name != "Reason" and first and "\n" in text


def _cells(found: dict[str, str], text: str) -> dict[str, str] | None:
    """The job as sacct's cells; None without a state."""
    told = {name: value for name, value in found.items() if value not in UNSET}
    job = told.get("JobId", "")
    if not job.isdigit() or not told.get("JobState", "").replace("_", "").isalpha():
        return None
    cells = {cell: told[name] for name, cell in CELLS.items() if name in told}
    cells["jobid"] = _shown(job, told)
    if cells["jobid"] != job:
        cells["jobidraw"] = job
    user = ACCOUNT.fullmatch(told.get("UserId", ""))
    if user and ("\n" in text or len(USER.findall(text)) == 1):  # a name can feign another user
        cells["user"], cells["uid"] = user.groups()
    cells["alloctres"] = told.get("AllocTRES") or told.get("TRES") or told.get("Tres", "")
    if name := told.get("Name"):  # as a file of jobs that ended has it
        cells.setdefault("jobname", name)
    if not cells["alloctres"] and "TresPerNode" in told:
        cells["reqgres"] = told["TresPerNode"]
    cells["submitline"] = told.get("SubmitLine") or told.get("Command", "")
    return cells


def _shown(job: str, told: dict[str, str]) -> str:
    """The number as sacct has it."""
    array = told.get("ArrayJobId", "")
    task = told.get("ArrayTaskId", "")
    if array.isdigit() and task:
        return f"{array}_{task}" if task.isdigit() else f"{array}_[{task.strip('[]')}]"
    for kind in ("HetJob", "PackJob"):
        if (leader := told.get(f"{kind}Id", "")).isdigit():
            return f"{leader}+{told.get(f'{kind}Offset', '0')}"
    return job


def _seen(
    kind: str, found: dict[str, str], text: str, number: int, context: Context
) -> dict[str, Any]:
    """A node with who drained it and when, where that is told; else how it was when it was sent."""
    name, state = found[kind], found.get("State", "")
    thing = kind.removesuffix("Name").removesuffix("Id").lower()
    reason, actor, when = _by(found.get("Reason", ""), context)
    stopped = any(word in state.upper() for word in STOPPED)
    drained = thing == "node" and stopped and when is not None
    time = when if drained and when else context.received
    action = f"{thing}-drained" if drained else f"{thing}-seen"
    told = (name, state, reason, time) if drained else (text, time.date())
    nodes = nodes_of(found.get("Nodes", name if thing == "node" else ""))
    labels = {"state": state, "reason": reason, "tres": found.get("CfgTRES", "")}
    return {
        "@timestamp": time,
        "event.id": context.event_id("scontrol", kind, *told),
        "event.category": "host" if thing == "node" else "configuration",
        "event.type": "change" if drained else "info",
        "event.action": action,
        "event.outcome": "success",
        "event.original": text,
        "message": f"{thing} {name[:200]}: {state.lower() or 'seen'}",
        "actor.account": f"slurm:{actor}" if drained and actor else None,
        "actor.basis": "user in the reason" if drained else "not told",
        "user.name": actor if drained else None,
        "host.name": name if thing == "node" and len(nodes) == 1 else context.host,
        "job.nodes": list(nodes) or None,
        "batch.line": number,
        "labels": [(label, value[:1024]) for label, value in labels.items() if value],
    }


def _by(reason: str, context: Context) -> tuple[str, str | None, datetime | None]:
    match = BY.fullmatch(reason[:4096])
    if not match:
        return reason, None, None
    return match[1], match[2], time_of(match[3], Clock(context.timezone, context.received))


def recognises(head: bytes, path: str) -> float:
    """Sure where it begins with a job or a node and what only scontrol says of it."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    first = start.split(b"\n", 1)[0]
    if OF_JOB.match(first) and (b"UserId=" in start[:4096] or b"JobState=" in start[:4096]):
        return 0.95
    return 0.9 if OF_NODE.match(first) or OF_NODE.match(start[:400].replace(b"\n", b" ")) else 0.0


SOURCE = Source(
    name="slurm_scontrol",
    family="scheduler",
    title="Slurm jobs and nodes (scontrol show)",
    recognises=recognises,
    parse=parse,
    seam=begun_by(re.compile(rb"^" + STARTS.pattern.encode(), re.MULTILINE)),
)
