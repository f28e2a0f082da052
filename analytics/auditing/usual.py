"""The rows of most events: system calls on files and programs, as the kernel usually tells them.

What is here is said again in `rows` and `deeds`, which know every event; a test holds the two to
the same. An event that is not wholly of this form is left to them, with what was read of it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from analytics.auditing.actors import Descent, doer_of, owner_of
from analytics.auditing.deeds import WRITING, full_path, whole
from analytics.auditing.joining import Joined
from analytics.auditing.processes import LONGEST_KEPT, Process, process_in, remembered_process
from analytics.auditing.records import (
    IN_ORDER,
    MOST_ARGUMENTS,
    QUOTED,
    Path,
    directory_in,
    in_order,
    path_in,
    remembered_path,
    title_of,
    touched,
)
from analytics.auditing.rows import OUTCOMES, placed, row_with
from analytics.auditing.sentences import LONGEST
from analytics.auditing.syscalls import SystemCall, system_call
from analytics.auditing.tables import Act, Doer, Values, act_of, values_of
from analytics.event import Context

NEW_LINE = "\n"
MOVED = frozenset({"renamed", "linked", "symlinked"})
File = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Calling:
    """What the calls of a process that went alike share."""

    kind: SystemCall
    doer: Doer
    outcome: str
    labels: dict[str, str]  # before those of the doer
    all_labels: dict[str, str]
    act: Act
    told: str  # the sentence's beginning
    failed: str  # its end
    is_process: bool  # what was done was done to a program, not to a file
    moves: bool  # a file, to where another path says

    def writing(self, type_: str) -> tuple[Act, str]:
        """Act and sentence where it opened a file to write to it."""
        act = act_of(self.doer, self.kind.deed.category, type_, "wrote-file", self.outcome)
        return act, f"{self.doer.name} wrote file"


@lru_cache(maxsize=8192)
def _calling(
    process: Process, called: str, success: str, failure: str | None, in_job: bool, realm: str
) -> Calling | None:
    """What is shared; None where not only files and programs are told of."""
    kind = system_call(process.syscall, called)
    if kind.signal is not None or kind.tells_arguments:
        return None
    doer, outcome = doer_of(process, in_job, realm), OUTCOMES.get(success, "unknown")
    labels = {"record": "SYSCALL", "syscall": kind.name}
    if outcome == "failure":
        labels["exit"] = failure or ""
    return Calling(
        kind=kind,
        doer=doer,
        outcome=outcome,
        labels=labels,
        all_labels=labels | doer.labels,
        act=act_of(doer, *kind.deed, outcome),
        told=f"{doer.name} {kind.deed.action.replace('-', ' ')}",
        failed=" (failed)" if outcome == "failure" else "",
        is_process=kind.deed.category == "process",
        moves=kind.deed.action in MOVED,
    )


def usual_values(event: Joined, context: Context, descent: Descent) -> Values | None:
    """The values of an event as `tables.values_of` has them; None where it is no system call's,
    or its records are not those of most, in the order of the kernel."""
    found = IN_ORDER.fullmatch(event.text)
    if found is None:
        return None
    # fmt: off
    (
        called, success, exit_, arguments, parent, pid, who, command,
        address, target, directory, first, second, third, fourth, title,
    ) = found.groups()
    # fmt: on
    if address is not None or target is not None:
        return _told(found, event, context, descent)
    if command is not None and QUOTED.fullmatch(command) is None:
        return _told(found, event, context, descent)
    # What is short is asked for at once, without a call in between: it is most of all there is.
    process = remembered_process(who) if len(who) <= LONGEST_KEPT else process_in(who)
    pid, parent, realm = int(pid), int(parent), context.realm
    in_job = bool(descent.known or process.launcher) and (
        descent.in_job(event.prefix, process, pid, parent)
    )
    call = _calling(process, called, success, None if success == "yes" else exit_, in_job, realm)
    if call is None:
        return _told(found, event, context, descent)
    where = None if directory is None else directory_in(directory)
    paths = [
        remembered_path(body) if len(body) <= LONGEST_KEPT else path_in(body)
        for body in (first, second, third, fourth)
        if body is not None
    ]
    kind, act, told, labels = call.kind, call.act, call.told, call.all_labels
    file = touched(paths)
    path, owner, account = _file(file, where, arguments, kind, realm)
    if call.moves and file and (to := _new_path(paths, file, where)):
        labels = call.labels | {"new_path": to} | call.doer.labels
    if kind.opens and _writes(arguments, kind):
        created = file is not None and file.kind == "CREATE"
        act, told = call.writing("creation" if created else "change")
    args = None if command is None else command.split('"')[1 : 2 * MOST_ARGUMENTS : 2] or None
    line = " ".join(args) if args else None if title is None else title_of(title)
    what = (line or call.doer.executable) if call.is_process else path
    if what:
        told += f" {(what.partition(NEW_LINE)[0] if NEW_LINE in what else what)[:LONGEST]}"
    return (
        *placed(event, context),
        *(pid, told + call.failed, account, None, line, args, parent, None, where),
        *(path, owner, None, act, labels),
    )


def _told(found: re.Match[str], event: Joined, context: Context, descent: Descent) -> Values:
    """The values of another event, the records of which are in the usual order as well."""
    return values_of(row_with(in_order(found), None, event, context, descent))


def _file(
    file: Path | None, directory: str | None, arguments: str, kind: SystemCall, realm: str
) -> File:
    """The path of the file that was meant, its owner and the owner's account."""
    if file is None:
        return None, None, None
    path = file.rooted
    if path is None:
        start = None if kind.directory is None else _argument(arguments, kind.directory)
        path = full_path(file, directory, start)
    if file.owner is None:
        return path, None, None
    return path, file.owner_name or file.owner, owner_of(file.owner, realm)


def _new_path(paths: list[Path], file: Path, directory: str | None) -> str | None:
    """What a file was renamed to, or the name of a link to it."""
    new = [one for one in paths if one.kind == "CREATE" and one is not file]
    return full_path(new[-1], directory, None) if new else None


def _argument(arguments: str, place: int) -> str:
    return arguments.split(" ")[place][3:]


def _writes(arguments: str, kind: SystemCall) -> bool:
    """Whether a file is opened for writing."""
    flags = None if kind.flags is None else _argument(arguments, kind.flags)
    if flags:
        return bool(whole(flags, 16) & WRITING)
    return kind.deed.type == "creation"
