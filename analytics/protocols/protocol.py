"""What a protocol carries: records as they stand in a body, with what is said beside each."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import orjson

from analytics.event import readable

TEXTS = ("message", "log", "_raw", "MESSAGE")  # where shippers put a log's line


class Told(NamedTuple):
    """What is said of a record beside it; empty where nothing is.

    `source` is one of ours, `kind` what the shipper calls it (a sourcetype, an index, a scope):
    records of different kinds are not read as one log. `path` is the file that it stood in.
    """

    source: str = ""
    kind: str = ""
    path: str = ""
    host: str = ""
    user: str = ""


NOTHING_TOLD = Told()


class Carried(NamedTuple):
    """One record of a body: `number` from 1, and why it is none, or what it is.

    `text` is a line of a log, or several, in its own words; `document` is the record as one line
    of JSON. Where both are there, one of them will be what a source reads: a shipper may have put
    a log's line into an object of its own, or an object may happen to have a message.
    """

    number: int
    text: bytes = b""
    document: bytes = b""
    told: Told = NOTHING_TOLD
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """How to take a body apart. `records` reads it to its end and never raises on its bytes.

    `usual` is what is told of records that say nothing, by the name that the body came with.
    """

    name: str
    title: str
    records: Callable[[BinaryIO], Iterator[Carried]]
    usual: Callable[[str], Told] = lambda name: Told(path=name)


def text_in(value: dict[str, Any]) -> bytes:
    """The line of a log that an object holds under one of the usual names; empty for none."""
    event = value.get("event")
    original = event.get("original") if isinstance(event, dict) else value.get("event.original")
    for text in (original, *map(value.get, TEXTS)):
        if isinstance(text, str) and text.strip():
            return encoded(text)
    return b""


def encoded(text: str) -> bytes:
    """UTF-8; halves of surrogates, which stand for no character, are written out."""
    return text.encode("utf-8", "backslashreplace").rstrip(b"\r\n")


def as_line(value: Any) -> bytes:
    """A JSON value on one line; empty for one that is nested too deeply."""
    try:
        return orjson.dumps(value)
    except TypeError:  # halves of surrogates, or more than 254 levels
        try:
            return json.dumps(value).encode()
        except RecursionError:
            return b""


def said(value: Any, most: int = 255) -> str:
    """A name that somebody said, fit to be kept; empty for anything else."""
    return readable(value[:most]) if isinstance(value, str) else ""
