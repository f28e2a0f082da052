"""What was typed against jobs and processes: `scancel 4711`, `scontrol hold 4711`, `pkill -u bob`.

A typed command is a wish, no deed: Slurm refuses the jobs of others to most people. So it is told
apart from what accounting, controller or kernel saw happen.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from analytics.selection import matches

MOST_TARGETS = 200  # of one command
LONGEST = 4_000  # characters of it that are looked at
TOOLS = (
    r"(?:^|[\s;&|(/])(?:scancel|scontrol|srun|sattach|qdel|qhold|qalter|qsig|qrerun"
    r"|pkill|killall|skill|slay)\s"
)
ENDS = re.compile(r"[;&|\n<>]|\s#")
BEGINS = re.compile(
    r"(?:^|[\s;&|(/])(scancel|scontrol|srun|sattach|qdel|qhold|qalter|qsig|qrerun|pkill|killall"
    r"|skill|slay)\s+"
)
JOB = re.compile(r"(\d{1,10})(?:[_+.][\w\[\],%-]*)*(?:\.[\w.-]+)?")
JOB_OPTION = re.compile(r"(?:^|\s)--jobid[= ](\d{1,10})")
USERS = re.compile(r"(?:^|\s)(?:-u\s*|-U\s*|--(?:user|euid|uid)[= ])([\w.,-]{1,200})")
SCONTROL = re.compile(
    r"(?:\S+\s+)*?(?:hold|uhold|suspend|requeue|requeuehold|update|top)\s+(.*)", re.IGNORECASE
)
SCONTROL_JOB = re.compile(r"(?:^|[\s,])(?:jobid=|job=|job\s+)?(\d{1,10})(?=[\s,_.+]|$)", re.I)
UPDATED = re.compile(r"(?:^|\s)job(?:id)?[= ]([\d,_]{1,200})", re.IGNORECASE)
OPTION_WITH_VALUE = re.compile(
    r"\s(?:-[AMnpqRstwWlNoeh]|--(?:account|clusters?|name|jobname|partition|qos|reservation|signal"
    r"|state|nodelist|wckey))(?:=|\s+)\S+"
)
JOBLESS = frozenset({"pkill", "killall", "skill", "slay"})
INSIDE = frozenset({"srun", "sattach"})


class Target(NamedTuple):
    """A job by its number, or everything of a user."""

    job: str | None
    user: str | None


def typed(events: pa.Table) -> pa.BooleanArray:
    """Rows with a command that names jobs or users to end, change or enter."""
    return matches(events, "process.command_line", TOOLS)


def targets_of(line: str) -> list[Target]:
    """What a command line would end, change or enter, in order, each once."""
    found = dict.fromkeys(_targets(line[:LONGEST]))
    return list(found)[:MOST_TARGETS]


def _targets(line: str) -> Iterator[Target]:
    for begin in BEGINS.finditer(line):
        tool, rest = begin[1], line[begin.end() :]
        end = ENDS.search(rest)
        rest = rest[: end.start()] if end else rest
        if tool in INSIDE:
            yield from (Target(job, None) for job in JOB_OPTION.findall(rest))
            if tool == "sattach" and (step := JOB.match(rest)):
                yield Target(step[1], None)
            continue
        if tool == "scontrol":
            yield from (Target(job, None) for job in _of_scontrol(rest))
            continue
        users = USERS.findall(rest)
        yield from (Target(None, user) for names in users for user in names.split(",") if user)
        if tool not in JOBLESS and not users:
            yield from (Target(job, None) for job in _numbers(rest))


def _of_scontrol(rest: str) -> list[str]:
    asked = SCONTROL.fullmatch(rest)
    if asked is None:
        return []
    if re.match(r"(?:\S+\s+)*?update\s", rest, re.IGNORECASE):
        return [job.partition("_")[0] for jobs in UPDATED.findall(rest) for job in jobs.split(",")]
    return SCONTROL_JOB.findall(asked[1])


def _numbers(rest: str) -> Iterator[str]:
    """Jobs that stand alone, not as an option's value."""
    for word in OPTION_WITH_VALUE.sub(" ", f" {rest}").split():
        if job := JOB.fullmatch(word):
            yield job[1]


def spread(events: pa.Table) -> tuple[pa.Table, list[Target]]:
    """The events, each as often as it has targets, and the target of each row: what was typed,
    or the job that a row without a command names."""
    encoded = pc.dictionary_encode(events["process.command_line"].combine_chunks())
    known = [targets_of(line) for line in encoded.dictionary.to_pylist()]
    rows: list[int] = []
    targets: list[Target] = []
    jobs = events["job.id"].to_pylist()
    for row, (code, job) in enumerate(zip(encoded.indices.to_pylist(), jobs, strict=True)):
        found = [Target(job, None)] if code is None else known[code]
        rows.extend([row] * len(found))
        targets.extend(found)
    return events.take(pa.array(rows, pa.int64())), targets
