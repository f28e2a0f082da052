"""Audit records out of LAUREL's objects, as raw logs would give them."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from analytics.auditing.leads import Told, told_of
from analytics.auditing.processes import Process, process_of
from analytics.auditing.records import READERS, Call, Path, Records
from analytics.auditing.values import Fields, fields, is_set
from analytics.event import readable
from analytics.jsonlog.values import Payload, mapping, objects
from analytics.sources.laurel.sockets import address_in

MOST_ARGUMENTS = 4096
PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
UNKNOWN = re.compile(r"unknown\((\d{1,10})\)", re.ASCII)
# What the kernel writes in quotes, or in hexadecimal where it must.
QUOTED = frozenset(
    {"acct", "exe", "comm", "ocomm", "cwd", "cmd", "data", "key", "name", "path", "sw", "vm"}
    | {"unit", "file", "dir", "device", "grp", "old-disk", "new-disk"}
    | {"AUID", "UID", "EUID", "OUID", "OAUID"}
)
OF_PROCESS = ("comm", "exe", "auid", "uid", "euid", "ses", "tty", "key")
NAMES_OF_PROCESS = ("AUID", "UID", "EUID", "SYSCALL")
ARGUMENTS = ("a0", "a1", "a2", "a3")
PARTS = READERS.keys() - {"URINGOP"}  # which never lead
BESIDE = frozenset({"ID", "NODE", "PARENT_INFO", "CONTAINER_INFO"})  # no records


def word(value: Any) -> str | None:
    """A number or a text as text, with the bytes that LAUREL has escaped; None for no such."""
    if type(value) is int:
        return str(value)
    if type(value) is not str or not value:
        return None
    if "%" in value and PERCENT.search(value):
        return readable(unquote_to_bytes(value))
    return value if value.isascii() and "\x00" not in value else readable(value)


def quoted(value: Any) -> str | None:
    """A text as the kernel writes one."""
    told = word(value)
    if told is None:
        return None
    return told.encode().hex().upper() if '"' in told else f'"{told}"'


def identity(number: Any, name: Any) -> str | None:
    """A user id, or the name where only that was kept."""
    told = word(number)
    if told is not None or name is None:
        return told
    name = word(name) or ""
    numbered = UNKNOWN.fullmatch(name)
    return numbered[1] if numbered else name


def fields_of(body: Payload) -> Fields:
    """The fields of a record, as they stand in a raw one; those of a program's message too."""
    told: Fields = {}
    message = body.get("msg")
    if isinstance(message, str):  # what a program wrote never hides the kernel's
        told = fields(word(message) or "")
    for name, value in body.items():
        text = quoted(value) if name in QUOTED else _bare(value)
        if text is not None and name != "msg":
            told[name] = text
    for name in ("auid", "uid", "ouid", "oauid"):
        if name not in told and name.upper() in body:
            told[name] = identity(None, body[name.upper()])
    return told


def _bare(value: Any) -> str | None:
    """A value that the kernel neither quotes nor marks as hexadecimal or octal."""
    told = word(value)
    if told is None or told[0] != "0" or told[1:2] not in ("x", "o"):
        return told
    return told[2:] if told[1] == "x" else "0" + told[2:]


def records_of(event: Payload) -> Records:
    """What one event's records say together, but for the one that leads."""
    records = Records([])
    for kind, told in event.items():
        reader = READ.get(kind)
        if reader is not None:
            for body in bodies_of(told):
                reader(records, body)
    return records


def bodies_of(told: Any) -> list[Payload]:
    """The records of one type."""
    return objects(told) if isinstance(told, list) else [mapping(told)]


def leading(event: Payload, records: Records) -> Told | None:
    """What the first record says that is none of a system call's own; notes its type."""
    for kind, told in event.items():
        if kind == "URINGOP" and records.call is not None:  # that asked for it
            continue
        if kind not in PARTS and kind not in BESIDE and not kind.startswith("UNKNOWN["):
            bodies = bodies_of(told)
            if bodies and bodies[0]:
                records.kind = readable(kind)
                return told_of(records.kind, fields_of(bodies[0]))
    return None


def _call(records: Records, body: Payload) -> None:
    number = _bare(body.get("syscall"))
    records.call = Call(
        f"arch={_bare(body.get('arch')) or ''} syscall={number or ''}",
        word(body.get("success")),
        word(body.get("exit")),
        _arguments_of(body),
        word(body.get("ppid")),
        word(body.get("pid")),
    )
    values = [body.get(name) for name in OF_PROCESS]
    names = [body.get(name) for name in NAMES_OF_PROCESS]
    try:
        records.process = _remembered(*values, *names)
    except TypeError:  # a list or an object where a plain value should be
        records.process = process_of(fields_of(body))


@lru_cache(maxsize=8192)
def _remembered(*values: Any) -> Process:
    names = OF_PROCESS + NAMES_OF_PROCESS
    return process_of(fields_of(dict(zip(names, values, strict=True))))


def _arguments_of(body: Payload) -> list[str | None]:
    given = body.get("ARGV")
    values = given if isinstance(given, list) else [body.get(name) for name in ARGUMENTS]
    told = [_bare(value) for value in values[:4]]
    return told + [None] * (4 - len(told))


def _path(records: Records, body: Payload) -> None:
    owner = identity(body.get("ouid"), body.get("OUID"))
    records.paths.append(
        Path(
            word(body.get("name")),
            owner if is_set(owner) else None,
            word(body.get("nametype")) or word(body.get("objtype")),
            word(body.get("OUID")),
        )
    )


def _execve(records: Records, body: Payload) -> None:
    given = body.get("ARGV")
    if isinstance(given, list):
        records.arguments = [word(item) or "" for item in given[:MOST_ARGUMENTS]]
    elif joined := word(body.get("ARGV_STR")):
        records.arguments = joined.split(" ", MOST_ARGUMENTS)


def _directory(records: Records, body: Payload) -> None:
    records.directory = word(body.get("cwd"))


def _title(records: Records, body: Payload) -> None:
    given = body.get("ARGV")
    words = given[:MOST_ARGUMENTS] if isinstance(given, list) else [body.get("proctitle")]
    title = "\x00".join(filter(None, map(word, words)))
    if title:
        records.encoded_title = title.encode().hex().upper()


def _object(records: Records, body: Payload) -> None:
    records.objects = [*(records.objects or ()), fields_of(body)]


def _address(records: Records, body: Payload) -> None:
    records.address = address_in(body)


def _open_flags(records: Records, body: Payload) -> None:
    records.flags = word(body.get("oflag"))


READ: dict[str, Callable[[Records, Payload], None]] = {
    "SYSCALL": _call,
    "PATH": _path,
    "EXECVE": _execve,
    "CWD": _directory,
    "PROCTITLE": _title,
    "OBJ_PID": _object,
    "SOCKADDR": _address,
    "OPENAT2": _open_flags,
}
