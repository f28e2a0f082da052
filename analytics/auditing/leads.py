"""Events that a program tells, not a system call: log-ins, sudo commands, services, settings."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from analytics.auditing.addresses import internet_address
from analytics.auditing.kinds import deed_of
from analytics.auditing.processes import LONGEST_KEPT, Process, process_of
from analytics.auditing.tables import Row
from analytics.auditing.values import LONGEST_LABEL, Fields, fields, number, plain, unquoted

ELSEWHERE = frozenset(  # fields of a leading record that have a column of their own
    {"pid", "uid", "auid", "exe", "comm", "cwd", "cmd", "acct", "success", "res", "key", "ses"}
    | {"tty", "terminal", "AUID", "UID", "data", "hostname", "addr", "subj"}
)
ENCODED = frozenset(  # fields that the kernel and programs write in hexadecimal where they must
    {"name", "path", "sw", "vm", "unit", "file", "dir", "device", "grp", "old-disk", "new-disk"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Lead:
    """What a leading record tells."""

    process: Process
    success: str | None
    columns: Row  # some of a row's
    path: str | None
    labels: tuple[tuple[str, str], ...]


class Told(NamedTuple):
    """A lead, and the process ids, which differ where everything else is the same."""

    lead: Lead
    pid: int | None
    parent: int | None


def lead_in(kind: str, body: str) -> Told:
    """Reads a leading record; what follows its process id once for each different text."""
    pid, _, rest = body.partition(" ")
    number_known = pid.startswith("pid=") and pid[4:].isdigit() and "pid=" not in rest
    if number_known and len(rest) <= LONGEST_KEPT:
        return Told(remembered_lead(kind, rest), number(pid[4:]), None)
    return told_of(kind, fields(body))


def told_of(kind: str, told: Fields) -> Told:
    """What a leading record with these fields tells."""
    return Told(_lead_of(kind, told), number(told.get("pid")), number(told.get("ppid")))


@lru_cache(maxsize=4096)
def remembered_lead(kind: str, rest: str) -> Lead:
    """What a leading record tells behind its process id, of a text short enough to be kept."""
    return _lead_of(kind, fields(rest))


def _lead_of(kind: str, told: Fields) -> Lead:
    labels = []
    for name, value in told.items():
        if name in ELSEWHERE:
            continue
        if text := plain(value) if name in ENCODED else unquoted(value):
            labels.append((name, text[:LONGEST_LABEL]))
    return Lead(
        process=process_of(told),
        success=(told.get("success") or told.get("res") or "").rstrip(")") or None,
        columns=_columns(kind, told),
        path=plain(told.get("path")),
        labels=tuple(labels),
    )


def _columns(kind: str, told: Fields) -> Row:
    category, type_, action = deed_of(kind)
    target = told.get("AUID") or told.get("auid") if kind == "LOGIN" else told.get("id")
    columns = {
        "event.category": category,
        "event.type": type_,
        "event.action": "violated-apparmor-policy" if "apparmor" in told else action,
        "user.target.name": plain(told.get("acct")) or unquoted(target),
        "source.ip": internet_address(told.get("addr")),
    }
    if command := plain(told.get("cmd")) or plain(told.get("data")):
        columns["process.command_line"] = command
    if directory := plain(told.get("cwd")):
        columns["process.working_directory"] = directory
    return columns
