"""Reads logs as they lie about: bounded lines, JSON documents, compressed files."""

import gzip
import io
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple

import orjson
import zstandard

from analytics.event import readable

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20
LARGEST_DOCUMENT = 16 << 20
LARGEST_RATIO = 200  # plain bytes for each compressed one; real logs reach 20 to 60
SAMPLED = 8  # values of a head
BETWEEN_VALUES = re.compile(r"\s*")
BETWEEN_ITEMS = re.compile(r"[\s,\[]*")
RATIO_FROM = 64 << 20  # plain bytes from which the ratio counts
# What the unpackers raise; ValueError and struct.error where a zip points nowhere.
DAMAGED = (
    *(OSError, EOFError, ValueError, NotImplementedError, struct.error),
    *(zlib.error, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile),
)


class Unreadable(Exception):
    """A file or body that cannot be read as a log; the message says why."""


class Line(NamedTuple):
    """A line without its end; `number` from 1, `offset` in bytes of the plain log."""

    number: int
    offset: int
    text: bytes
    too_long: bool = False  # `text` is only its beginning


def lines(stream: BinaryIO, longest: int = LONGEST_LINE) -> Iterator[Line]:
    """Each line of a stream, LF or CRLF, the last one with or without its end.

    Memory stays bounded by `longest`: of a longer line only the beginning is given.
    """
    number, offset = 0, 0
    while raw := stream.readline(longest + 1):
        number += 1
        start, text = offset, raw
        offset += len(raw)
        too_long = len(raw) > longest
        while not raw.endswith(b"\n") and (raw := stream.readline(BLOCK)):
            offset += len(raw)
        yield Line(number, start, text.rstrip(b"\r\n"), too_long)


class Document(NamedTuple):
    """One JSON value of a log with its raw text; `error` says why there is no value."""

    number: int
    offset: int
    raw: bytes
    value: Any = None
    error: str | None = None


def documents(stream: BinaryIO) -> Iterator[Document]:
    """Each JSON value of a stream: JSON lines, one pretty-printed object, or an array's items.

    A stream that starts with `[` or whose first line is no whole value is read value by value,
    any other line by line; so one broken line never spoils the next.
    """
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    head = buffered.peek(BLOCK)[:BLOCK].lstrip(b"\xef\xbb\xbf \t\r\n")
    first = head.split(b"\n", 1)[0]
    by_line = head[:1] != b"[" and (_parses(first) or not _opens(head))
    if by_line:
        yield from _by_line(buffered)
        return
    reader = io.TextIOWrapper(buffered, "utf-8", errors="backslashreplace", newline="")
    try:
        yield from _by_value(reader)
    finally:
        reader.detach()  # or it would close the stream, which is the caller's


def _parses(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _opens(head: bytes) -> bool:
    """Whether the text begins an object over several lines rather than a broken JSON line."""
    return head[:1] == b"{" and head[1:].lstrip(b" \t")[:1] in (b"\r", b"\n")


def _by_line(stream: BinaryIO) -> Iterator[Document]:
    for line in lines(stream, LARGEST_DOCUMENT):
        if line.too_long:
            yield Document(line.number, line.offset, line.text[:4096], error="line is too long")
        elif line.text.strip():
            text = line.text.removeprefix(b"\xef\xbb\xbf")
            try:
                yield Document(line.number, line.offset, text, orjson.loads(text))
            except orjson.JSONDecodeError as error:
                yield Document(line.number, line.offset, text, error=f"not JSON: {error}")


def _by_value(reader: io.TextIOWrapper) -> Iterator[Document]:
    """Values of an array, or one after another; what stands between values is an error."""
    decoder = json.JSONDecoder()
    text, number, offset, ended, failed_at = "", 1, 0, False, 0
    while True:
        rest = text.lstrip(" \t\r\n,[]\ufeff")
        skipped = text[: len(text) - len(rest)]
        number, offset, text = number + skipped.count("\n"), offset + _size(skipped), rest
        if text and (ended or len(text) >= 2 * failed_at):
            try:
                value, end = decoder.raw_decode(text)
            except (ValueError, RecursionError) as error:  # also of a number with 4,301 digits
                if ended or len(text) > LARGEST_DOCUMENT:
                    reason = "value is too large" if not ended else f"not JSON: {error}"
                    yield Document(number, offset, text[:4096].encode(), error=reason)
                    while reader.read(BLOCK):
                        pass
                    return
                failed_at = len(text)
            else:
                raw = text[:end]
                if ended or end < len(text):  # a number might go on
                    yield Document(number, offset, raw.encode("utf-8", "backslashreplace"), value)
                    number, offset = number + raw.count("\n"), offset + _size(raw)
                    text, failed_at = text[end:], 0
                    continue
        if ended and not text:
            return
        block = reader.read(BLOCK)
        text, ended = text + block, not block


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


@contextmanager
def plain(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream itself, or what it unpacks to where it is gzip, zstd or a zip of one file.

    Raises Unreadable, also while reading, for a damaged archive or one that unpacks to more
    than 200 times its size.
    """
    magic = stream.read(4)
    stream.seek(0)
    if magic[:2] == b"\x1f\x8b":
        yield io.BufferedReader(_Guarded(gzip.GzipFile(fileobj=stream), stream))
    elif magic == b"\x28\xb5\x2f\xfd":
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            stream, read_across_frames=True
        )
        yield io.BufferedReader(_Guarded(reader, stream))
    elif magic == b"PK\x03\x04":
        try:
            archive = zipfile.ZipFile(stream)
        except DAMAGED as error:
            raise Unreadable(f"damaged zip: {error}") from error
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) != 1:
            raise Unreadable(f"a zip of {len(members)} files; unpack it and give the folder")
        if members[0].flag_bits & 1:
            raise Unreadable("the zip is encrypted")
        try:
            member = archive.open(members[0])
        except DAMAGED as error:
            raise Unreadable(f"damaged zip: {error}") from error
        yield io.BufferedReader(_Guarded(member, stream))
    else:
        yield stream


@lru_cache(maxsize=8)  # every source is asked about the same head
def sampled(head: bytes) -> tuple[Any, ...]:
    """The first few JSON values at the beginning of a log, to tell by them what it is.

    Of JSON lines one a line, of an array its items, of one object itself; none where the head
    is no JSON or ends before the first value does. For looking only: all callers share them.
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] not in (b"{", b"["):
        return ()
    text = start.decode("utf-8", "replace")
    between = BETWEEN_ITEMS if text[0] == "[" else BETWEEN_VALUES
    decoder = json.JSONDecoder()
    values: list[Any] = []
    place = 0
    while len(values) < SAMPLED:
        try:
            value, place = decoder.raw_decode(text, _after(between, text, place))
        except (ValueError, RecursionError):
            break
        values.append(value)
    return tuple(values)


def _after(between: re.Pattern[str], text: str, place: int) -> int:
    match = between.match(text, place)
    return match.end() if match else place


class _Guarded(io.RawIOBase):
    """A decompressor's output, stopped where it grows out of proportion."""

    def __init__(self, unpacked: Any, packed: BinaryIO) -> None:
        self._unpacked, self._packed, self._out = unpacked, packed, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data: bytes = self._unpacked.read(len(buffer))
        except DAMAGED as error:
            raise Unreadable(f"damaged archive: {error}") from error
        self._out += len(data)
        if self._out > RATIO_FROM and self._out > LARGEST_RATIO * max(self._packed.tell(), 1):
            raise Unreadable(f"unpacks to more than {LARGEST_RATIO} times its size")
        buffer[: len(data)] = data
        return len(data)


def leaves(value: Any, prefix: str = "", most: int = 64) -> dict[str, str]:
    """What is in a JSON value as text by dotted names, at most `most` of them, without nulls.

    A list of plain values is one text; texts are cut at 1,024 characters.
    """
    found: dict[str, str] = {}
    waiting: list[tuple[str, Any]] = [(prefix, value)]
    while waiting and len(found) < most:
        name, value = waiting.pop()
        if isinstance(value, dict):
            inner = [(f"{name}.{key}" if name else str(key), item) for key, item in value.items()]
            waiting.extend(reversed(inner[:most]))
        elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            inner = [(f"{name}.{number}", item) for number, item in enumerate(value[:most])]
            waiting.extend(reversed(inner))
        elif value is not None:
            found[readable(name)[:256] or "value"] = _plain_text(value)
    return found


def _plain_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain_text(item) for item in value[:64])[:1024]
    if isinstance(value, bool):
        return "true" if value else "false"
    return readable(str(value)[:1024])
