"""Access logs (nginx or Apache, combined format) of a Hugging Face mirror or proxy."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import (
    EARLIEST,
    LATEST_AHEAD,
    Batch,
    Context,
    Rejected,
    Source,
    account,
    assemble,
    readable,
    table_of,
)
from analytics.fields import BY_NAME
from analytics.reading import Line, lines
from analytics.sources.hf_access.hub import Asked, action_of, asked, known, libraries

BATCH = 20_000
QUOTED = rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
USUAL = re.compile(  # what nearly all lines are, read twice as fast
    rb"([^ ]++) [^ ]++ ([^ ]++) \[([^\]]++)\] " + rb'"([^"\\]*+)" (\d{3}) (\d{1,18}+)(.*+)',
    re.DOTALL,
)
LINE = re.compile(
    rb"(\S++(?: \S++)*?) \S++ (\S++) \[([^\]]++)\] " + QUOTED + rb" (\d{3}|-) (\d{1,18}|-)(.*)",
    re.DOTALL,
)
PARTS = ("prefix", "user", "time", "request", "status", "size", "tail")
TAIL = re.compile(rb"(?: " + QUOTED + rb" " + QUOTED + rb")?(.*)", re.DOTALL)
MINUTE = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d) ([+-]\d{4})")
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
ESCAPED = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|(["\\]))')
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+")
HUB_PATH = re.compile(
    rb'"[A-Z]+ \S*?(?:/resolve/[^/ "]+/[^ "]|/api/(?:models|datasets|spaces|resolve-cache)/'
    rb"|\.git/info/lfs/)"
)
TYPES = {"hf-upload": "change", "hf-change": "change"}


@lru_cache(maxsize=50_000)
def _minute(raw: bytes, zone: bytes) -> int | None:
    """Microseconds from 1970 to the minute that these first 17 bytes of a time name."""
    match = MINUTE.fullmatch((raw + zone).decode("ascii", "replace"))
    if not match:
        return None
    day, month, year, clock, offset = match.groups()
    text = f"{year}-{MONTHS.find(month) // 3 + 1:02}-{day}T{clock}{offset}"
    try:
        return (datetime.fromisoformat(text) - EPOCH) // MICROSECOND
    except (ValueError, OverflowError):
        return None


def _time(raw: bytes) -> int | None:
    """Microseconds from 1970, or None where the time cannot be read."""
    minute, second = _minute(raw[:17], raw[20:]), raw[18:20]
    if minute is None or raw[17:18] != b":" or not (second.isdigit() and second < b"60"):
        return None
    return minute + int(second) * 1_000_000


def _unescaped(raw: bytes) -> str:
    r"""Text without the \xNN, \" and \\\\ that web servers write for what could break a line."""
    text = readable(raw)
    if "\\" not in text:
        return text
    return readable(ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], text))


class Request(NamedTuple):
    """A request line and what it means."""

    method: str | None
    target: str
    asked: Asked
    action: str


@lru_cache(maxsize=50_000)
def _request(raw: bytes) -> Request:
    text = _unescaped(raw)
    method, _, rest = text.partition(" ")
    target, _, version = rest.rpartition(" ")
    if not (method.isupper() and target and version.startswith("HTTP/")):
        return Request(None, text, Asked(text), "http-request")
    about = asked(target)
    return Request(method, target, about, action_of(about.verb, method))


@lru_cache(maxsize=50_000)
def _client(raw: bytes) -> tuple[str, str | None]:
    """Address of the first client in what stands before the identity, and the virtual host."""
    words = readable(raw).replace(",", " ").split()
    addresses = [word for word in words if ADDRESS.fullmatch(word)]
    if not addresses or len(words) == 1:
        return (words[-1] if words else "-"), None
    return addresses[0], words[0] if words[0] not in addresses else None


def _user(raw: bytes) -> str | None:
    return None if raw in (b"-", b'""') else readable(raw)


class Tail(NamedTuple):
    """What follows the size: two quoted fields, and whatever the site added."""

    referrer: str | None
    agent: str | None
    further: str | None


@lru_cache(maxsize=4096)
def _tail(raw: bytes) -> Tail:
    match = TAIL.fullmatch(raw)
    referrer, agent, further = match.groups() if match else (None, None, raw)
    return Tail(_told(referrer), _told(agent), readable(further.strip()) or None)


def _told(field: bytes | None) -> str | None:
    return None if field in (None, b"", b"-") else _unescaped(field)


def _labels(raw: bytes) -> list[tuple[str, str]] | None:
    tail = _tail(raw)
    labels = libraries(tail.agent or "")
    labels |= {"referrer": tail.referrer, "further": tail.further}
    return [(name, value) for name, value in labels.items() if value] or None


def _outcome(status: bytes) -> str:
    if not b"100" <= status < b"600":
        return "unknown"
    return "success" if status < b"400" else "failure"


def _number(digits: bytes) -> int | None:
    return None if digits == b"-" else int(digits)


def _sentence(request: Request) -> str:
    return f"{known().verbs[request.action]} {request.asked.what}"


# Of which part of a line each column is made, and how.
MADE: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "event.category": ("request", lambda _: "web"),
    "event.type": ("request", lambda raw: TYPES.get(_request(raw).action, "access")),
    "event.action": ("request", lambda raw: _request(raw).action),
    "event.outcome": ("status", _outcome),
    "actor.account": ("user", lambda raw: account("unix", _user(raw))),
    "actor.basis": ("user", lambda raw: "http user" if _user(raw) else None),
    "user.name": ("user", _user),
    "host.name": ("prefix", lambda raw: _client(raw)[1]),
    "source.ip": ("prefix", lambda raw: _client(raw)[0]),
    "url.original": ("request", lambda raw: _request(raw).target),
    "http.request.method": ("request", lambda raw: _request(raw).method),
    "http.response.status_code": ("status", _number),
    "user_agent.original": ("tail", lambda raw: _tail(raw).agent),
    "hf.repo": ("request", lambda raw: _request(raw).asked.repo),
    "hf.kind": ("request", lambda raw: _request(raw).asked.kind),
    "hf.revision": ("request", lambda raw: _request(raw).asked.revision),
    "hf.path": ("request", lambda raw: _request(raw).asked.path),
    "hf.format": ("request", lambda raw: _request(raw).asked.format),
    "message": ("request", lambda raw: _sentence(_request(raw))),
    "labels": ("tail", _labels),
}


def _table(rows: Sequence[tuple[Any, ...]], context: Context) -> pa.Table:
    """Columns, each made of the distinct values of its part: a line has no time for more."""
    if not rows:
        return table_of([], context, SOURCE)
    numbers, offsets, texts, times, *parts = zip(*rows, strict=True)
    part = dict(zip(PARTS, parts, strict=True))
    distinct = {name: _distinct(part[name]) for name in {name for name, _ in MADE.values()}}
    columns = {
        "@timestamp": pa.array(times, pa.int64()).cast(BY_NAME["@timestamp"].arrow),
        "event.id": pa.array(map(context.line_id, offsets, texts), pa.string()),
        "event.original": pa.array(map(readable, texts), pa.string()),
        "batch.line": pa.array(numbers, pa.int64()),
        "http.response.body.bytes": pa.array(map(_number, part["size"]), pa.int64()),
    }
    for name, (of, make) in MADE.items():
        values, places = distinct[of]
        columns[name] = pa.array(map(make, values), BY_NAME[name].arrow).take(places)
    here = pa.scalar(context.host, pa.string())
    columns["host.name"] = pc.coalesce(columns["host.name"], here)
    who = pc.coalesce(columns["user.name"], columns["source.ip"])
    columns["message"] = pc.binary_join_element_wise(who, columns["message"], " ")
    return assemble(columns, len(rows), context, SOURCE)


def _distinct(values: Sequence[Any]) -> tuple[list[Any], pa.Array]:
    """The distinct values, and for each row its value's place among them."""
    places: dict[Any, int] = {}
    of_rows = [places.setdefault(value, len(places)) for value in values]
    return list(places), pa.array(of_rows, pa.int32())


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of an access log."""
    earliest = (EARLIEST - EPOCH) // MICROSECOND
    latest = (context.received + LATEST_AHEAD - EPOCH) // MICROSECOND
    rows: list[tuple[Any, ...]] = []
    rejected: list[Rejected] = []
    for line in lines(stream):
        text = line.text
        match = None if line.too_long else USUAL.fullmatch(text) or LINE.fullmatch(text)
        time = _time(match[3]) if match else None
        if match and time is not None and earliest <= time <= latest:
            rows.append((line.number, line.offset, text, time, *match.groups()))
        elif text.strip():
            reason = _wrong(line, match, time, context)
            rejected.append(Rejected(line=line.number, reason=reason, text=readable(text[:4096])))
        if len(rows) >= BATCH or len(rejected) >= BATCH:
            yield Batch(events=_table(rows, context), rejected=tuple(rejected))
            rows, rejected = [], []
    if rows or rejected:
        yield Batch(events=_table(rows, context), rejected=tuple(rejected))


def _wrong(line: Line, match: re.Match[bytes] | None, time: int | None, context: Context) -> str:
    if line.too_long:
        return "line is too long"
    if match is None:
        return "not in the combined log format"
    if time is None:
        return f"time {readable(match[3])} cannot be read"
    return context.implausible(EPOCH + time * MICROSECOND) or "time cannot be"


def recognises(head: bytes, path: str) -> float:
    """Sure where an access log asks for the hub's paths."""
    found = [LINE.fullmatch(line.rstrip(b"\r")) for line in head.split(b"\n")[:200] if line.strip()]
    read = sum(match is not None for match in found)
    return 0.95 if read and read * 2 >= len(found) and HUB_PATH.search(head) else 0.0


SOURCE = Source(
    name="hf_access",
    family="huggingface",
    title="Hugging Face mirror access log",
    recognises=recognises,
    parse=parse,
)
