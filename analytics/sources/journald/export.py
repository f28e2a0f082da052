"""The journal's export format: `FIELD=value` lines, binary values by length, then a blank line."""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from analytics.reading import LARGEST_DOCUMENT

FIELD = re.compile(rb"[A-Z_][A-Z0-9_]{0,63}")
LONGEST_ENTRY = LARGEST_DOCUMENT


class Exported(NamedTuple):
    """One entry: its first line, offset, bytes and fields; `error` says why it has none."""

    number: int
    offset: int
    raw: bytes
    fields: dict[str, bytes]
    error: str | None = None


def exported(stream: BinaryIO) -> Iterator[Exported]:
    """Each entry of an export; one that is cut short or damaged has an error."""
    number, offset = 1, 0
    first, start = 1, 0
    raw: list[bytes] = []
    fields: dict[str, bytes] = {}
    size, error = 0, None
    while True:
        line = stream.readline(LONGEST_ENTRY)
        if not line.strip(b"\r\n"):
            if raw:
                yield Exported(first, start, b"".join(raw), fields, error)
            if not line:
                return
            raw, fields, size, error = [], {}, 0, None
            number, offset = number + 1, offset + len(line)
            first, start = number, offset
            continue
        more, value, problem = _field(line, stream)
        name, equals, inline = line.rstrip(b"\r\n").partition(b"=")
        if problem is None and len(fields) < 1024:
            fields.setdefault(name.decode("ascii"), inline if equals else value)
        error = error or problem
        whole = line + more
        raw.append(whole)
        size += len(whole)
        number, offset = number + whole.count(b"\n"), offset + len(whole)
        if size > LONGEST_ENTRY:
            yield Exported(first, start, b"".join(raw), {}, "entry is too long")
            raw, fields, size, error = [], {}, 0, None
            first, start = number, offset


def _field(line: bytes, stream: BinaryIO) -> tuple[bytes, bytes, str | None]:
    """What follows a field's line, the value in it, and what is wrong with the field."""
    name, equals, _ = line.rstrip(b"\r\n").partition(b"=")
    if not FIELD.fullmatch(name):
        return b"", b"", "not a field of the journal's export"
    if equals:
        return b"", b"", None
    length = stream.read(8)
    size = int.from_bytes(length, "little")
    if len(length) < 8 or size > LONGEST_ENTRY:
        return length, b"", "a binary field of an impossible length"
    value = stream.read(size)
    end = stream.read(1) if len(value) == size else b""
    problem = None if end == b"\n" else "ends within a binary field"
    return length + value + end, value, problem
