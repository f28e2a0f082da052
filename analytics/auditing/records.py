"""The records of one audit event, each read for what an event is made of.

Most have the form in which the kernel writes them, which one expression reads; any other is read
field by field. Texts that come again and again are read once.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from analytics.auditing.processes import LONGEST_KEPT, Process, process_in, process_of
from analytics.auditing.values import Fields, encoded_bytes, fields, is_set, plain
from analytics.event import readable

RECORDS = re.compile(r"(?:node=\S+ )?type=(\S+) msg=audit\([^)\n]*\):?[ ]*(.*)")
CALL = (
    r"(arch=\S++ syscall=\S++)(?: per=\S++)? success=(\S++) exit=(\S++)"
    r" (a0=\S++ a1=\S++ a2=\S++ a3=\S++) items=[0-9]++"
    r" ppid=([0-9]{1,10}) pid=([0-9]{1,10}) (auid=.*+)"
)
PATH = re.compile(
    r'item=[0-9]+ name=("[^"]*"|[0-9A-F]+) inode=[0-9]+ dev=\S++ mode=\S++ ouid=([0-9]+)'
    r" ogid=[0-9]+ rdev=\S++(?: obj=[^\s=]+)? (?:name|obj)type=([A-Z]+)(?: cap_[^\x1dA-Z]*)?"
)
QUOTED = re.compile(r'argc=[0-9]+(?: a[0-9]+="[^"]*")*')
ARGUMENT = re.compile(r'(?:^| )a(\d+)(?:\[\d+\])?=("[^"]*"|[^\s\x1d]*)')
MOST_ARGUMENTS = 4096


def _record(kind: str, body: str = "(.*+)") -> str:
    return rf"(?:node=\S++ )?type={kind} msg=audit\([^)\n]*+\): {body}"


CALLED = re.compile(CALL)
IN_ORDER = re.compile(  # the records of most system calls, in the order of the kernel
    _record("SYSCALL", CALL)
    + "".join(
        f"(?:\n{_record(kind)})?"
        for kind in ("EXECVE", "SOCKADDR", "OBJ_PID", "CWD", *["PATH"] * 4, "PROCTITLE")
    )
    + f"(?:\n{_record('EOE', '')})?"
)


class Path(NamedTuple):
    """A file that a system call named: its name as given, its owner, and what became of it."""

    name: str | None
    owner: str | None
    kind: str | None  # NORMAL, PARENT, CREATE, DELETE …
    owner_name: str | None = None  # where the log is enriched
    rooted: str | None = None  # the name, where it is a path from the root that is tidy


@dataclass(slots=True)
class Call:
    """A system call, in words of its record."""

    number: str  # as `arch=c000003e syscall=59`
    success: str | None
    exit: str | None
    arguments: str | list[str | None]  # as `a0=0 a1=1f a2=0 a3=8`, or their values
    parent: str | None
    pid: str | None

    def argument(self, place: int) -> str | None:
        """One of the four arguments, in hexadecimal."""
        if isinstance(self.arguments, str):
            return self.arguments.split(" ")[place][3:]
        return self.arguments[place]


@dataclass(slots=True)
class Records:
    """What one event's records say together."""

    paths: list[Path]
    call: Call | None = None
    process: Process | None = None  # that called
    kind: str | None = None  # type of the record that leads, where it is no system call's
    lead: str = ""
    arguments: list[str] | None = None
    directory: str | None = None
    encoded_title: str | None = None
    objects: list[Fields] | None = None
    address: str | None = None
    flags: str | None = None  # octal, of openat2


def read(text: str) -> Records:
    """Reads each record of an event; of those without a reader the first one leads."""
    found = IN_ORDER.fullmatch(text)
    return _read_each(text) if found is None else in_order(found)


def in_order(found: re.Match[str]) -> Records:
    """What records say that match `IN_ORDER`."""
    # fmt: off
    (
        called, success, exit_, arguments, parent, pid, process, command,
        address, target, directory, first, second, third, fourth, title,
    ) = found.groups()
    # fmt: on
    call = Call(called, success, exit_, arguments, parent, pid)
    records = Records([], call, process_in(process))
    if command is not None:
        _execve(records, command)
    if address is not None:
        _address(records, address)
    if target is not None:
        _object(records, target)
    if directory is not None:
        records.directory = directory_in(directory)
    for path in (first, second, third, fourth):
        if path is None:
            break
        _path(records, path)
    records.encoded_title = title
    return records


def _read_each(text: str) -> Records:
    records = Records([])
    for kind, body in RECORDS.findall(text):
        reader = READERS.get(kind)
        if reader:
            reader(records, body)
        elif records.kind is None and not kind.startswith("UNKNOWN["):
            records.kind, records.lead = kind, body
    return records


def _syscall(records: Records, body: str) -> None:
    found = CALLED.fullmatch(body)
    if found:
        *call, process = found.groups()
        records.call, records.process = Call(*call), process_in(process)
        return
    told = fields(body)
    records.process = process_of(told)
    records.call = Call(
        f"arch={told.get('arch') or ''} syscall={told.get('syscall') or ''}",
        told.get("success") or told.get("res"),
        told.get("exit"),
        [told.get(name) for name in ("a0", "a1", "a2", "a3")],
        told.get("ppid"),
        told.get("pid"),
    )


def _path(records: Records, body: str) -> None:
    records.paths.append(remembered_path(body) if len(body) <= LONGEST_KEPT else path_in(body))


def path_in(body: str) -> Path:
    found = PATH.fullmatch(body)
    if found:
        name, owner, kind = found.groups()
        name = plain(name)
        is_tidy = name is not None and name[:1] == "/" and "/." not in name and "//" not in name
        rooted = name if is_tidy else None
        return Path(name, owner if is_set(owner) else None, kind, rooted=rooted)
    told = fields(body)
    owner = told.get("ouid")
    return Path(
        plain(told.get("name")),
        owner if is_set(owner) else None,
        told.get("nametype") or told.get("objtype"),
        plain(told.get("OUID")),
    )


remembered_path = lru_cache(maxsize=8192)(path_in)


def _execve(records: Records, body: str) -> None:
    if records.arguments is None and QUOTED.fullmatch(body):
        records.arguments = body.split('"')[1 : 2 * MOST_ARGUMENTS : 2]
        return
    if records.arguments is None:
        records.arguments = []
    found = ARGUMENT.findall(body)[:MOST_ARGUMENTS]
    if "[" in body:
        _add_pieces(records.arguments, found)
    else:
        records.arguments += [plain(value) or "" for _, value in found]


def _add_pieces(arguments: list[str], found: list[tuple[str, str]]) -> None:
    """Adds long arguments, which come in pieces, also over several records."""
    parts: dict[str, bytes] = {}
    for index, value in found:
        parts[index] = parts.get(index, b"") + encoded_bytes(value)
    for index, piece in parts.items():
        if int(index) < len(arguments):
            arguments[int(index)] += readable(piece)
        else:
            arguments.append(readable(piece))


def _cwd(records: Records, body: str) -> None:
    records.directory = directory_in(body)


@lru_cache(maxsize=4096)
def directory_in(body: str) -> str | None:
    body = body.lstrip(" ")
    return plain(body[4:]) if body[-1:] == '"' else plain(fields(body).get("cwd"))


def _proctitle(records: Records, body: str) -> None:
    records.encoded_title = body


@lru_cache(maxsize=4096)
def title_of(body: str) -> str:
    """The command line of a process, as far as the kernel keeps it: 128 bytes."""
    words = encoded_bytes(body.strip(" ").removeprefix("proctitle=").rstrip()).rstrip(b"\x00")
    return readable(words.replace(b"\x00", b" "))


def _object(records: Records, body: str) -> None:
    told = fields(body)
    if records.objects is None:
        records.objects = [told]
    else:
        records.objects.append(told)


def _address(records: Records, body: str) -> None:
    records.address = fields(body).get("saddr")


def _open_flags(records: Records, body: str) -> None:
    records.flags = fields(body).get("oflag")


def _uring(records: Records, body: str) -> None:
    """What io_uring did: beside the call that asked for it, or alone, later, in a kernel thread."""
    if records.call is None and records.kind is None:
        records.kind, records.lead = "URINGOP", body


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
            *("MQ_GETSETATTR", "MQ_NOTIFY", "MQ_OPEN", "MQ_SENDRECV", "SOCKETCALL"),
        ),
        _nothing,
    ),
    "URINGOP": _uring,
}


def touched(paths: list[Path]) -> Path | None:
    """The file that was meant: the first that is no directory around it, best one with an owner."""
    first = None
    for path in paths:
        if path.kind != "PARENT":
            if path.owner is not None:
                return path
            first = first or path
    return first or (paths[0] if paths else None)
