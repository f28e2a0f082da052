"""The records of one audit event, each read for what an event is made of."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from analytics.auditing.processes import LONGEST_KEPT, Process, process_in, process_of
from analytics.auditing.values import Fields, encoded_bytes, fields, is_set, plain
from analytics.event import readable

RECORDS = re.compile(r"(?:node=\S+ )?type=(\S+) msg=audit\([^)\n]*\):?[ ]*(.*)\n")
CALL = re.compile(
    r"arch=(\S+) syscall=(\S+)(?: per=\S+)? success=(\S+) exit=(\S+)"
    r" a0=(\S+) a1=(\S+) a2=(\S+) a3=(\S+) items=\d+ ppid=(\d+) pid=(\d+) (auid=.*)"
)
CALL_KEYS = (*("arch", "syscall", "success", "exit", "a0", "a1", "a2", "a3", "ppid", "pid"),)
PATH = re.compile(
    r'item=\d+ name=("[^"]*"|[0-9A-F]+) inode=\d+ dev=\S+ mode=\S+ ouid=(\d+) ogid=\d+ rdev=\S+'
    r"(?: obj=[^\s=]+)? (?:name|obj)type=([A-Z]+)(?: cap_[^\x1dA-Z]*)?"
)
ARGUMENT = re.compile(r'(?:^| )a(\d+)(?:\[\d+\])?=("[^"]*"|[^\s\x1d]*)')
MOST_ARGUMENTS = 4096


class Path(NamedTuple):
    """A file that a system call named: its name as given, its owner, and what became of it."""

    name: str | None
    owner: str | None
    kind: str | None  # NORMAL, PARENT, CREATE, DELETE …
    owner_name: str | None = None  # where the log is enriched


@dataclass(slots=True)
class Records:
    """What one event's records say together."""

    call: Fields | None = None
    process: Process | None = None
    kind: str | None = None  # type of the record that leads, where it is no system call's
    lead: Fields | None = None
    arguments: list[str] = field(default_factory=list)
    directory: str | None = None
    encoded_title: str | None = None
    paths: list[Path] = field(default_factory=list)
    objects: list[Fields] = field(default_factory=list)
    address: str | None = None
    flags: str | None = None  # octal, of openat2

    @property
    def title(self) -> str | None:
        """The command line of the process, as far as the kernel keeps it: 128 bytes."""
        if self.encoded_title is None:
            return None
        words = encoded_bytes(self.encoded_title.rstrip()).rstrip(b"\x00")
        return readable(words.replace(b"\x00", b" "))


def read(text: str) -> Records:
    """Reads each record of an event; of those without a reader the first one leads."""
    records = Records()
    for kind, body in RECORDS.findall(text):
        reader = READERS.get(kind)
        if reader:
            reader(records, body)
        elif records.kind is None and not kind.startswith("UNKNOWN["):
            records.kind, records.lead = kind, fields(body)
    return records


def _syscall(records: Records, body: str) -> None:
    found = CALL.fullmatch(body)
    if found:
        *told, process = found.groups()
        records.call, records.process = dict(zip(CALL_KEYS, told, strict=True)), process_in(process)
    else:
        records.call = fields(body)
        records.process = process_of(records.call)


def _path(records: Records, body: str) -> None:
    records.paths.append(_remembered_path(body) if len(body) <= LONGEST_KEPT else _path_in(body))


@lru_cache(maxsize=8192)
def _remembered_path(body: str) -> Path:
    return _path_in(body)


def _path_in(body: str) -> Path:
    found = PATH.fullmatch(body)
    if found:
        name, owner, kind = found.groups()
        return Path(plain(name), owner, kind)
    told = fields(body)
    return Path(
        plain(told.get("name")),
        told.get("ouid"),
        told.get("nametype") or told.get("objtype"),
        plain(told.get("OUID")),
    )


def _execve(records: Records, body: str) -> None:
    if "[" not in body:
        for _, value in ARGUMENT.findall(body)[:MOST_ARGUMENTS]:
            records.arguments.append(plain(value) or "")
        return
    parts: dict[str, bytes] = {}  # long arguments come in pieces, also over several records
    for index, value in ARGUMENT.findall(body)[:MOST_ARGUMENTS]:
        parts[index] = parts.get(index, b"") + encoded_bytes(value)
    for index, piece in parts.items():
        if int(index) < len(records.arguments):
            records.arguments[int(index)] += readable(piece)
        else:
            records.arguments.append(readable(piece))


def _cwd(records: Records, body: str) -> None:
    records.directory = plain(body[4:]) if body[-1:] == '"' else plain(fields(body).get("cwd"))


def _proctitle(records: Records, body: str) -> None:
    records.encoded_title = body.removeprefix("proctitle=")


def _object(records: Records, body: str) -> None:
    records.objects.append(fields(body))


def _address(records: Records, body: str) -> None:
    records.address = fields(body).get("saddr")


def _open_flags(records: Records, body: str) -> None:
    records.flags = fields(body).get("oflag")


def _nothing(_records: Records, _body: str) -> None:
    """Of these an event needs nothing but the raw line."""


Reader = Callable[[Records, str], None]
READERS: dict[str, Reader] = {
    "SYSCALL": _syscall,
    "PATH": _path,
    "EXECVE": _execve,
    "CWD": _cwd,
    "PROCTITLE": _proctitle,
    "OBJ_PID": _object,
    "SOCKADDR": _address,
    "OPENAT2": _open_flags,
    **dict.fromkeys(
        (
            *("EOE", "BPRM_FCAPS", "CAPSET", "FD_PAIR", "IPC", "IPC_SET_PERM", "MMAP"),
            *("MQ_GETSETATTR", "MQ_NOTIFY", "MQ_OPEN", "MQ_SENDRECV", "SOCKETCALL", "URINGOP"),
        ),
        _nothing,
    ),
}


def touched(paths: list[Path]) -> Path | None:
    """The file that was meant: the first that is no directory around it, best one with an owner."""
    first = None
    for path in paths:
        if path.kind != "PARENT":
            if is_set(path.owner):
                return path
            first = first or path
    return first or (paths[0] if paths else None)
