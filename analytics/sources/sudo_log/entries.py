"""Sudo's own log cut into entries: JSON over one or many lines, wrapped lines, I/O log indexes."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analytics.reading import LONGEST_LINE, Line

MEMBER = re.compile(rb'([ \t]*)"(?:accept|reject|alert|exit)"[ \t]*:[ \t]*\{[ \t]*')
CLASSIC = re.compile(
    rb"(?P<stamp>[^\s:]{1,12} +\d{1,2} \d\d:\d\d:\d\d(?: \d{4})?) : (?P<user>[^:]{1,256}?) : "
    rb"(?P<rest>.*)",
    re.DOTALL,
)
INDEX = re.compile(rb"(\d{9,11})(?:\.(\d{1,9}))?:([^:]*):([^:]*):([^:]*):([^:]*):(\d*):(\d*)")
BRACES = frozenset({b"{", b"}", b"[", b"]", b",", b"},", b"\xef\xbb\xbf"})


class Entry(NamedTuple):
    """The lines of one entry: `kind` is json, member, classic, index, or what is wrong."""

    kind: str
    line: Line
    text: bytes


def entries(log: Iterable[Line]) -> Iterator[Entry]:
    """Each entry of a log with its lines joined by LF; nothing but braces is left out."""
    gathered: list[Line] = []
    kind, size = "", 0
    for line in log:
        if gathered and size + len(line.text) > LONGEST_LINE:
            yield _entry("entry is too long", gathered)
            gathered, kind, size = [], "", 0
        if kind and _goes_on(kind, gathered, line):
            gathered.append(line)
            size += len(line.text) + 1
            if _is_whole(kind, gathered):
                yield _entry(kind, gathered)
                gathered, kind, size = [], "", 0
            continue
        if gathered and kind != "object":  # a lone brace around events of their own
            yield _entry(kind, gathered)
        gathered, size = [line], len(line.text) + 1
        kind = "line is too long" if line.too_long else _begun(line.text)
        if kind in ("json", "", "line is too long", "not an entry of sudo"):
            if kind:
                yield _entry(kind, gathered)
            gathered, kind, size = [], "", 0
    if gathered:
        yield _entry(kind, gathered)


def _begun(text: bytes) -> str:
    """What kind of entry a line begins; nothing for what only holds entries together."""
    bare = text.strip()
    if not bare or bare in BRACES:
        return "object" if text.rstrip() in (b"{", b"\xef\xbb\xbf{") else ""
    if bare[:1] in b"{@":
        return "json"
    if MEMBER.fullmatch(text):
        return "member"
    if CLASSIC.match(text):
        return "classic"
    return "index" if INDEX.fullmatch(text) else "not an entry of sudo"


def _goes_on(kind: str, gathered: list[Line], line: Line) -> bool:
    if kind == "classic":
        return line.text[:4] == b"    " and not CLASSIC.match(line.text)
    if kind == "index":
        return len(gathered) < 3
    if kind == "object":
        return len(gathered) > 1 or MEMBER.fullmatch(line.text) is None
    return True


def _is_whole(kind: str, gathered: list[Line]) -> bool:
    last = gathered[-1].text
    if kind == "index":
        return len(gathered) == 3
    if kind == "object":
        return last.rstrip() == b"}"
    if kind == "member":
        begin = gathered[0].text
        indent = begin[: len(begin) - len(begin.lstrip(b" \t"))]
        return last.rstrip().rstrip(b",") == indent + b"}"
    return False


def _entry(kind: str, gathered: list[Line]) -> Entry:
    return Entry(kind, gathered[0], b"\n".join(line.text for line in gathered))
