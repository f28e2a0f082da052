"""The rows of most events: system calls on files and programs, as the kernel usually tells them.

What is here is said again in `rows` and `deeds`, which know every event; a test holds the two to
the same. An event that is not wholly of this form is left to them.
"""

from typing import Any

from analytics.auditing.actors import Descent, doer_of, owner_of
from analytics.auditing.deeds import WRITING, full_path, whole
from analytics.auditing.joining import Joined
from analytics.auditing.processes import LONGEST_KEPT, process_in, remembered_process
from analytics.auditing.records import (
    IN_ORDER,
    MOST_ARGUMENTS,
    QUOTED,
    Path,
    directory_in,
    path_in,
    remembered_path,
    title_of,
    touched,
)
from analytics.auditing.rows import OUTCOMES, microseconds
from analytics.auditing.sentences import LONGEST
from analytics.auditing.syscalls import SystemCall, system_call
from analytics.event import Context

MOVED = frozenset({"renamed", "linked", "symlinked"})
Groups = tuple[Any, ...]
Values = tuple[Any, ...]
File = tuple[str | None, str | None, str | None]


def usual_values(
    event: Joined, context: Context, descent: Descent
) -> tuple[Values, dict[str, str]] | None:
    """The values of an event in the order of `tables.BLANK`, and its labels; None for others."""
    found = IN_ORDER.fullmatch(event.text)
    if found is None:
        return None
    # fmt: off
    (
        called, success, exit_, arguments, parent, pid, who, command,
        address, target, directory, first, second, third, fourth, title,
    ) = found.groups()
    # fmt: on
    # What is short is asked for at once, without a call in between: it is most of all there is.
    process = remembered_process(who) if len(who) <= LONGEST_KEPT else process_in(who)
    kind = system_call(process.syscall, called)
    others = address is not None or target is not None or kind.signal is not None
    if others or kind.tells_arguments:
        return None
    if command is not None and QUOTED.fullmatch(command) is None:
        return None
    pid, parent = int(pid), int(parent)
    in_job = descent.in_job(event.prefix, process, pid, parent)
    doer, outcome = doer_of(process, in_job, context.realm), OUTCOMES.get(success, "unknown")
    labels = {"record": "SYSCALL", "syscall": kind.name}
    if outcome == "failure":
        labels["exit"] = exit_
    where = None if directory is None else directory_in(directory)
    paths = [
        remembered_path(body) if len(body) <= LONGEST_KEPT else path_in(body)
        for body in (first, second, third, fourth)
        if body is not None
    ]
    category, type_, action = kind.deed
    path, owner, account = _file(paths, where, arguments, kind, labels, context.realm)
    if kind.opens and _writes(arguments, kind):
        action, file = "wrote-file", touched(paths)
        type_ = "creation" if file and file.kind == "CREATE" else "change"
    args = None if command is None else command.split('"')[1 : 2 * MOST_ARGUMENTS : 2] or None
    line = " ".join(args) if args else None if title is None else title_of(title)
    what = (line or doer.executable) if category == "process" else path
    labels |= doer.labels
    time, _, serial = event.stamp.partition(":")
    host = event.prefix[5:-1] or context.host
    values = (
        microseconds(time),
        context.event_id(f"auditd\x1f{host}\x1f{time}\x1f{serial}"),
        *(category, type_, action, outcome),
        event.text[:-1],
        _sentence(doer.name, action, what, outcome),
        *(account, None, host, line, args, pid, parent, None, where, path, owner, None),
        *(event.line, doer),
    )
    return values, labels


def _file(
    paths: list[Path],
    directory: str | None,
    arguments: str,
    kind: SystemCall,
    labels: dict[str, str],
    realm: str,
) -> File:
    """The file that was meant: its path, its owner and the owner's account."""
    file = touched(paths)
    if file is None:
        return None, None, None
    start = None if kind.directory is None else _argument(arguments, kind.directory)
    path = full_path(file, directory, start)
    if kind.deed.action in MOVED:
        new = [one for one in paths if one.kind == "CREATE" and one is not file]
        if new and (to := full_path(new[-1], directory, None)):
            labels["new_path"] = to
    if file.owner is None:
        return path, None, None
    return path, file.owner_name or file.owner, owner_of(file.owner, realm)


def _argument(arguments: str, place: int) -> str:
    return arguments.split(" ")[place][3:]


def _writes(arguments: str, kind: SystemCall) -> bool:
    """Whether a file is opened for writing."""
    flags = None if kind.flags is None else _argument(arguments, kind.flags)
    if flags:
        return bool(whole(flags, 16) & WRITING)
    return kind.deed.type == "creation"


def _sentence(who: str, action: str, what: str | None, outcome: str) -> str:
    """As `sentences.sentence`."""
    told = f"{who} {action.replace('-', ' ')}"
    if what:
        told += f" {(what.partition(chr(10))[0] if chr(10) in what else what)[:LONGEST]}"
    return told + " (failed)" if outcome == "failure" else told
