"""Requests of lines that are alike: what `request_of` makes of each of them, by columns.

Where the fields of a request stand is told by one line of a form; the others have theirs at the
same places. What is not plain there is left to be read line by line.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.splitting import cut
from analytics.columnar.values import mapped, shortened
from analytics.event import Context
from analytics.hubtraffic.lined import Times
from analytics.hubtraffic.traffic import Requests
from analytics.jsonlog.alike import Alike
from analytics.jsonlog.forms import Leaf, Path
from analytics.jsonlog.kinds import COUNT, NOUGHT, are_numbers, numbers
from analytics.sources.hf_access_json.shapes import (
    NAMES,
    fields_of,
    in_seconds,
    plain,
    stamp,
    told,
)

STRING = pa.string()
PROTOCOL = " HTTP/"
# Fractions of no more than 15 digits: a float has them all. Small ones get a power of ten.
SHORT = r"^(?:(?:0|[1-9][0-9]{0,8})\.[0-9]{1,6}|[1-9][0-9]{0,11}\.[0-9]{1,3})$"
SMALL, NOUGHTS = "0.0000", r"^([0-9]+\.[0-9]+?)0+$"
HEADERS = frozenset({"headers", "resp_headers"})
OF_CADDY: Mapping[str, tuple[Path, ...]] = {  # in the document and in its `request`
    "time": (("ts",),),
    "user": (("user_id",),),
    "status": (("status",),),
    "size": (("size",),),
    "duration": (("duration",),),
    "cache": (("resp_headers", "X-Cache"), ("resp_headers", "Cache-Status")),
}
OF_CADDY_REQUEST: Mapping[str, tuple[Path, ...]] = {
    "host": (("host",),),
    "client": (("client_ip",), ("remote_ip",), ("remote_addr",)),
    "method": (("method",),),
    "target": (("uri",),),
    "referrer": (("headers", "Referer"),),
    "agent": (("headers", "User-Agent"),),
    "forwarded": (("headers", "X-Forwarded-For"),),
}


class _Unfit(Exception):
    """Lines of this form are read one by one."""


class _Places(NamedTuple):
    """Where each field of a request stands, by its path; `second` is what a duration counts of.

    A line of which one of the `filled` has one of these texts means something else.
    """

    fields: Mapping[str, Path]
    second: int
    filled: Mapping[Path, frozenset[str]]


def requests_of(alike: Alike, times: Times, context: Context) -> Requests | None:
    """The requests of those lines that are plain; None where there are none."""
    try:
        columns = _Columns(alike)
        told_apart = columns.parts()
    except _Unfit:
        return None
    when = mapped(told_apart["time"], times.__getitem__)
    fit = columns.fit & np.asarray(when.is_valid())
    if not fit.any():
        return None
    rows, kept = alike.rows[fit], pa.array(fit)
    block = alike.block
    offsets = (block.offset + block.starts[rows]).tolist()
    return Requests(
        numbers=pa.array(block.number + 1 + rows),
        ids=pa.array(context.line_ids(offsets, block.lines(rows)), STRING),
        texts=alike.lines().filter(kept),
        times=when.filter(kept),
        parts={name: part.filter(kept) for name, part in told_apart.items()},
    )


class _Columns:
    """Values of lines of one form; `fit` are those that are read right so. Raises _Unfit."""

    def __init__(self, alike: Alike) -> None:
        self.alike = alike
        self.leaves = {leaf.path: leaf for leaf in alike.form.leaves}
        self.fit = np.ones(alike.size, bool)
        (line,) = alike.block.lines(alike.rows[:1])
        self.places = _places(orjson.loads(line))
        for leaf in alike.form.leaves:
            if leaf.kind != "text":
                self.fit &= self._are_values(leaf)

    def parts(self) -> dict[str, pa.Array]:
        """Texts of all parts of a request, by the names that `Request` has for them."""
        for path, odd in self.places.filled.items():
            for text in odd:
                self.fit &= ~np.asarray(pc.equal(self._text(path), text))
        return {
            "time": shortened(self._made("time", stamp), 64),
            "client": self._client(),
            "user": self._made("user", told),
            "call": self._call(),
            "status": self._made("status", told),
            "size": self._made("size", plain),
            **{name: self._made(name, told) for name in ("referrer", "agent", "cache")},
            "seconds": self._seconds(),
            **{name: self._made(name, told) for name in ("upstream", "forwarded")},
        }

    def _are_values(self, leaf: Leaf) -> Any:
        """Where a JSON value stands, and where it belongs; several only in a list."""
        raw = self.alike.raw(leaf.piece)
        if leaf.kind == "number":
            return are_numbers(raw)
        is_fit = _is_value if isinstance(leaf.path[-1], str) else _is_list
        return np.asarray(mapped(raw, is_fit, pa.bool_()))

    def _leaf(self, path: Path) -> Leaf:
        if path not in self.leaves:  # an object, or a list
            raise _Unfit
        return self.leaves[path]

    def _text(self, path: Path) -> pa.StringArray:
        leaf = self._leaf(path)
        if leaf.kind != "text":
            raise _Unfit
        return self.alike.column(leaf.piece)

    def _made(
        self, field: str, make: Callable[[Any], str | None], *, as_it_is: bool = True
    ) -> pa.Array:
        """What is made of a field's values; texts stay `as_it_is`, and so may whole numbers."""
        path = self.places.fields.get(field)
        if path is None:
            return pa.nulls(self.alike.size, STRING)
        leaf = self._leaf(path)
        if leaf.kind == "text":
            return self.alike.column(leaf.piece)
        raw = self.alike.raw(leaf.piece)
        if leaf.kind == "number" and as_it_is and (written := _as_python(raw)):
            return written
        return mapped(raw, lambda text: _of_raw(text, make), STRING)

    def _client(self) -> pa.Array:
        """The virtual host, where there is one, before the client."""
        fields, nothing = self.places.fields, pa.scalar("")
        client = self._text(fields["client"]) if "client" in fields else None
        if "host" not in fields:
            return pa.repeat(nothing, self.alike.size) if client is None else client
        host = self._text(fields["host"])
        both = pc.binary_join_element_wise(
            host, pa.scalar("None") if client is None else client, " "
        )
        none = pc.or_(pc.equal(host, ""), pc.equal(host, "-"))
        return pc.if_else(none, nothing if client is None else client, both)

    def _call(self) -> pa.Array:
        """Method and target, or what stands before the protocol in a whole request line."""
        fields = self.places.fields
        if "method" in fields and "target" in fields:
            return pc.binary_join_element_wise(
                self._text(fields["method"]), self._text(fields["target"]), " "
            )
        request = self._text(fields["request"])
        before, _ = cut(request, PROTOCOL, last=True)
        return pc.if_else(pc.equal(before, ""), request, before)

    def _seconds(self) -> pa.Array:
        second = self.places.second
        made = self._made("duration", lambda it: in_seconds(it, second), as_it_is=second == 1)
        return shortened(made, 40)


def _places(document: Any) -> _Places:
    """Where the fields of a request stand in a document, and in all of its form."""
    found = fields_of(tuple(document))
    if found is None:
        raise _Unfit
    keys = dict(zip(NAMES, found.keys, strict=True))
    request = keys["request"]
    if request is not None and isinstance(document[request], dict):
        return _places_of_caddy(document, request)
    fields: dict[str, Path] = {name: (key,) for name, key in keys.items() if key is not None}
    return _Places(fields, found.second, {})


def _places_of_caddy(document: Any, request: str) -> _Places:
    fields: dict[str, Path] = {}
    filled: dict[Path, frozenset[str]] = {}
    for root, table in (((), OF_CADDY), ((request,), OF_CADDY_REQUEST)):
        for name, ways in table.items():
            there = [found for way in ways if (found := _place(document, (*root, *way)))]
            if there:
                fields[name] = there[0]
            if len(there) > 1:
                filled[there[0]] = frozenset({""})  # then it is the next one
    if not fields.keys() >= {"time", "method", "target"}:
        raise _Unfit
    if "host" in fields:
        filled[fields["host"]] = frozenset({"-"})  # which is nothing in other servers' logs only
    return _Places(fields, 1, filled)


def _place(document: Any, path: Path) -> Path | None:
    """The path, where anything stands there; in a list of headers that of the first."""
    value = document
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return None
        value = value[step]
    return (*path, 0) if isinstance(value, list) and not HEADERS.isdisjoint(path) else path


def _as_python(raw: pa.StringArray) -> pa.StringArray | None:
    """These numbers as Python writes them, where it can be told of all of them at once."""
    kinds = numbers(raw)
    if ((kinds == COUNT) | (kinds == NOUGHT)).all():
        return raw
    told = pc.and_not(pc.match_substring_regex(raw, SHORT), pc.starts_with(raw, SMALL))
    return pc.replace_substring_regex(raw, NOUGHTS, r"\1") if pc.all(told).as_py() else None


def _of_raw(raw: str, make: Callable[[Any], str | None]) -> str | None:
    try:
        return make(orjson.loads(raw))
    except orjson.JSONDecodeError:  # such a line is not fit
        return None


def _is_value(raw: str) -> bool:
    try:
        return not isinstance(orjson.loads(raw), dict | list)
    except orjson.JSONDecodeError:
        return False


def _is_list(raw: str) -> bool:
    try:
        return isinstance(orjson.loads(f"[{raw}]"), list)
    except orjson.JSONDecodeError:
        return False
