"""JSON access logs (nginx, Caddy, Envoy, Traefik) of a Hugging Face mirror or proxy."""

import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
import orjson

from analytics.columnar.blocks import Piece, pieces, raw_lines
from analytics.event import Batch, Context, Rejected, Source, merged, readable
from analytics.hubtraffic.lined import Times, unfit
from analytics.hubtraffic.parts import Labels, Named, agent_labels, cache_word, labels_of, told
from analytics.hubtraffic.times import either, iso, milliseconds, seconds, web
from analytics.hubtraffic.traffic import Gathered, Requests, batch_of, together
from analytics.jsonlog.alike import Forms
from analytics.jsonlog.lined import Block
from analytics.reading import documents, sampled
from analytics.sources.hf_access_json.columns import requests_of
from analytics.sources.hf_access_json.shapes import cleaned, request_of

HUB_PATH = re.compile(
    rb"/resolve/[^/ \"]+/[^ \"]|/api/(?:models|datasets|spaces|resolve-cache)/|\.git/info/lfs/"
)
CLOCK = either(seconds, milliseconds, iso, web)
AT_ONCE = 2_000  # items of an array
BYTES_AT_ONCE = 1 << 21
TRIES = 50  # to find an object on a line that is broken
PARTS = (
    *("time", "client", "user", "call", "status", "size", "referrer", "agent"),
    *("cache", "seconds", "upstream", "forwarded"),
)
One = tuple[int, int, bytes, str]  # number of its line, offset, and itself twice


def _referrer(text: str | None) -> Labels:
    return labels_of({"referrer": told(text)})


def _cache(text: str | None) -> Labels:
    return labels_of({"cache": text and (cache_word(text) or text)})


LABELS = (
    (("agent",), agent_labels),
    (("referrer",), _referrer),
    (("cache",), _cache),
    (("seconds",), Named("request_seconds")),
    (("upstream",), Named("upstream")),
    (("forwarded",), Named("forwarded_for")),
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """Events of an access log: an object a line, or the items of an array."""
    times = Times(CLOCK, context)
    found = _found(stream, times, context)
    return merged(batch_of(requests, context, SOURCE, LABELS) for requests in found)


def _found(stream: BinaryIO, times: Times, context: Context) -> Iterator[Requests]:
    """The requests of lines, or of items of an array, some at a time."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    if buffered.peek(64)[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
        items = documents(buffered)
        while some := list(islice(items, AT_ONCE)):
            yield _requests([(*item[:3], readable(item.raw)) for item in some], times, context)
        return
    forms = Forms()
    for piece in pieces(buffered, BYTES_AT_ONCE):
        if piece.too_long:
            one = (piece.number, piece.offset, piece.data, readable(piece.data))
            yield _requests([one], times, context)
        else:
            yield _of_lines(piece, forms, times, context)


def _of_lines(lines: Piece, forms: Forms, times: Times, context: Context) -> Requests:
    """The requests of some lines: those that are alike by columns, the rest one by one."""
    block = Block(lines.data + b"\n", lines.number - 1, lines.offset)
    found = [one for alike in forms.found(block) if (one := requests_of(alike, times, context))]
    left = np.ones(len(block.starts), bool)
    for one in found:
        left[np.asarray(one.numbers) - lines.number] = False
    if left.any():
        offsets, raw = raw_lines(lines.offset, lines.data)
        rest = [
            (lines.number + row, offsets[row], raw[row], readable(raw[row]))
            for row in np.flatnonzero(left).tolist()
        ]
        found.append(_requests(rest, times, context))
    return together(found)


def _requests(some: list[One], times: Times, context: Context) -> Requests:
    found = Gathered(PARTS)
    for piece in some:
        try:
            value = orjson.loads(piece[2])
        except orjson.JSONDecodeError:
            _glued(found, piece, times, context)
        else:
            _take(found, piece, value, times, context)
    return found.requests(context)


def _take(found: Gathered, piece: One, value: Any, times: Times, context: Context) -> None:
    request = request_of(cleaned(value) if b"\\u0000" in piece[2] else value)
    time = times[request.time] if request else None
    if request and time is not None:
        found.add(*piece, time, request)
        return
    reason = unfit(CLOCK, request.time, context) if request else "not a request"
    found.rejected.append(Rejected(line=piece[0], reason=reason, text=piece[3]))


def _glued(found: Gathered, piece: One, times: Times, context: Context) -> None:
    """Takes a line apart on which several objects stand, or the end of one that was cut off."""
    number, offset, _, text = piece
    if not text.strip("\ufeff \t"):
        return
    decoder, at, tries = json.JSONDecoder(), 0, 0
    while at < len(text):
        begun, end, value = text.find("{", at), len(text), None
        if begun >= 0 and tries < TRIES:
            try:
                value, end = decoder.raw_decode(text, begun)
            except (ValueError, RecursionError):
                tries += 1
                following = text.find("{", begun + 1)
                end = following if following > 0 else end
        one = text[at:end]
        part = (number, offset, one.encode(), one)
        if isinstance(value, dict):
            _take(found, part, cleaned(value), times, context)
        else:
            found.rejected.append(Rejected(line=number, reason="not JSON", text=one))
        at, offset = end, offset + len(part[2])


def recognises(head: bytes, path: str) -> float:
    """Sure of JSON objects that tell of requests, some of them for the hub's paths."""
    values = sampled(head)
    if not values or not HUB_PATH.search(head.replace(b"\\/", b"/")):
        return 0.0
    return 0.95 if sum(request_of(value) is not None for value in values) * 2 > len(values) else 0.0


SOURCE = Source(
    name="hf_access_json",
    family="huggingface",
    title="Hugging Face mirror access log (JSON)",
    recognises=recognises,
    parse=parse,
)
