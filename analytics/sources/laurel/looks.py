"""What is looked into of LAUREL's events, and of which of them others can be learnt from."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.auditing.actors import Descent
from analytics.auditing.processes import Process
from analytics.auditing.records import Records
from analytics.auditing.sentences import sentence
from analytics.auditing.syscalls import system_call
from analytics.auditing.tables import DOER_COLUMNS, Row
from analytics.event import Context
from analytics.jsonlog.samples import Looks, Rows
from analytics.jsonlog.values import Payload, mapping
from analytics.reading import Document
from analytics.sources.laurel.records import (
    NAMES_OF_PROCESS,
    OF_PROCESS,
    bodies_of,
    leading,
    records_of,
)
from analytics.sources.laurel.rows import read

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HEXADECIMAL = re.compile("[0-9a-f]{1,16}")
MARKED = "0[xo].*"  # as hexadecimal or octal, which is taken off
NOBODY = "0|65534|4294967295"
HERE = "-?[0-9]+|f*9c|AT_FDCWD"  # a directory, or any number
ARGUMENTS = tuple((f"SYSCALL.ARGV.{place}", f"SYSCALL.a{place}") for place in range(4))
IDENTITIES = ("auid", "uid", "euid", "ouid", "oauid")
TELLING = ("SYSCALL", "PATH", "OBJ_PID")  # records that tell them

LOOKS = Looks(
    at=(
        *(f"SYSCALL.{name}" for name in ("arch", "syscall", "success", "SYSCALL", "key")),
        *("PATH.nametype", "PATH.objtype", "OPENAT2.oflag", "EXECVE.ARGV_STR"),
        *("SOCKADDR.saddr", "SOCKADDR.SADDR.saddr_fam", "SOCKADDR.SADDR.port"),
    ),
    words={
        **dict.fromkeys((f"SYSCALL.{name}" for name in IDENTITIES), NOBODY),
        **dict.fromkeys(("PATH.ouid", "OBJ_PID.ouid", "OBJ_PID.oauid"), NOBODY),
        **dict.fromkeys(("SYSCALL.tty", "SYSCALL.ses"), rf"{MARKED}|\(none\)|\?|4294967295"),
        **dict.fromkeys(("OBJ_PID.opid",), MARKED),
        **dict.fromkeys((*ARGUMENTS[0], *ARGUMENTS[3]), f"{MARKED}|{HERE}"),
        **dict.fromkeys((*ARGUMENTS[1], *ARGUMENTS[2]), f"{MARKED}|{HERE}|[0-9a-f]{{1,8}}"),
        "CWD.cwd": "(?s)[^/].*",
        "SYSCALL.exit": "-[0-9]{1,4}",
    },
    addresses=("SOCKADDR.SADDR.addr",),
    parts={
        "ID": ("{seconds}:{digits}",),
        "PATH.name": ("/{path}", "{path}"),
        "CWD.cwd": ("/{directory}",),
        **dict.fromkeys((*ARGUMENTS[0], *ARGUMENTS[3]), ("0x{hexadecimal}",)),
        **dict.fromkeys((*ARGUMENTS[1], *ARGUMENTS[2]), ("0x{pointer}",)),
    },
    only=(
        *("ID", "NODE", "EXECVE", "CWD", "PROCTITLE", "SOCKADDR", "OPENAT2", "PARENT_INFO"),
        *(f"PATH.{name}" for name in ("name", "ouid", "OUID", "nametype", "objtype")),
        *(f"OBJ_PID.{name}" for name in ("opid", "ocomm", "ouid", "oauid", "OUID", "OAUID")),
        *(f"SYSCALL.{name}" for name in ("arch", "syscall", "success", "exit", "ppid", "pid")),
        *(f"SYSCALL.{name}" for name in (*OF_PROCESS, *NAMES_OF_PROCESS, "ARGV", "PID")),
        *(f"SYSCALL.a{place}" for place in range(4)),
        *(f"SYSCALL.{name}" for name in ("PPID.exe", "SPAWNED_BY.exe", "SCRIPT", "LABELS")),
        *("SYSCALL.EXE_HASH", "CONTAINER_INFO"),
    ),
    absent="%",
)


class Decided(Descent):
    """Knows of one process whether it descends from a launcher."""

    def __init__(self, *, in_job: bool) -> None:
        super().__init__()
        self._in_job = in_job

    def in_job(self, prefix: str, process: Process, number: int | None, parent: int | None) -> bool:
        """What is known."""
        return self._in_job


class Learner:
    """Reads events of system calls in a job, or out of one, as rows with their fields."""

    def __init__(self, *, in_job: bool) -> None:
        self._descent = Decided(in_job=in_job)

    def __call__(self, documents: Sequence[Document], context: Context) -> list[Rows]:
        """The row of each, or why others cannot be learnt from it."""
        return [self._rows(document, context) for document in documents]

    def _rows(self, document: Document, context: Context) -> Rows:
        told = mapping(document.value)
        reason = document.error or unlike(told)
        row = reason or read(document, context, self._descent)
        return row if isinstance(row, str) else [_with_fields(row, context)]


def unlike(event: Any) -> str | None:
    """Why what an event's values decide cannot be told by the looks."""
    call = event.get("SYSCALL")
    if not isinstance(call, dict):
        return "no system call"
    if any(isinstance(call.get(name), dict | list) for name in (*OF_PROCESS, *NAMES_OF_PROCESS)):
        return "an odd process"
    records = records_of(event)
    if leading(event, records) is not None:
        return "a record of a program"
    bodies = (body for kind in TELLING for body in bodies_of(event.get(kind)))
    if any(_is_known_by_name(body, name) for body in bodies for name in IDENTITIES):
        return "users by name alone"
    if len(records.objects or ()) > 1 or "msg" in (records.objects or [{}])[0]:
        return "several processes"  # of which it matters whose they are
    return None if _arguments_are_told(records) else "arguments that are no numbers"


def _is_known_by_name(body: Payload, name: str) -> bool:
    is_told = name in body or name.upper() in body
    return is_told and type(body.get(name)) is not int


def _arguments_are_told(records: Records) -> bool:
    call, process = records.call, records.process
    if call is None or process is None:
        return False
    kind = system_call(process.syscall, call.number)
    places = [kind.signal, kind.flags if kind.opens else None]
    told = [call.argument(place) for place in places if place is not None]
    return all(one is None or HEXADECIMAL.fullmatch(one) for one in told)


def _with_fields(row: Row, context: Context) -> Row:
    """A row with id and time, with the columns of who did it, and with a sentence that is whole."""
    row["message"] = sentence(row, None)
    row["event.id"] = context.event_id("auditd", row["event.id"])
    doer = row.pop("doer")
    row |= zip(DOER_COLUMNS, doer.columns, strict=True)
    row["@timestamp"] = EPOCH + timedelta(microseconds=row["@timestamp"])
    row["labels"] = list(row["labels"].items())
    return row
