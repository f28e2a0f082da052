"""Turns requests, however they were logged, into columns of events.

A line has no time for more than a few steps, so each column is made of the distinct values of
its part of the lines.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.values import joined, labelled
from analytics.event import Batch, Context, Rejected, Source, assemble, table_of
from analytics.fields import BY_NAME
from analytics.hubtraffic.parts import MADE, Labels, Named

NOBODY = pa.scalar("somebody")
COUNTED = {"size": "http.response.body.bytes"}
NUMBER = r"^[0-9]{1,18}$"
Labelling = Sequence[tuple[tuple[str, ...], Callable[..., Labels] | Named]]  # of which parts what


@dataclass(slots=True)
class Requests:
    """Requests of some lines: their places, times in microseconds, and a value for each part.

    Only while they are gathered may a time or a group be None: such a line is no request yet.
    """

    parts: tuple[str, ...]
    numbers: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    times: list[int | None] = field(default_factory=list)
    groups: list[tuple[Any, ...] | None] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def add(
        self,
        number: int,
        offset: int,
        raw: bytes,
        text: str,
        time: int,
        group: tuple[Any, ...],
    ) -> None:
        """One more, which has a value for each part."""
        self.numbers.append(number)
        self.offsets.append(offset)
        self.raw.append(raw)
        self.texts.append(text)
        self.times.append(time)
        self.groups.append(group)


def batch_of(
    requests: Requests,
    context: Context,
    source: Source,
    labels: Labelling,
) -> Batch:
    """The events of these requests; no two of `labels` give the same name."""
    rejected = tuple(requests.rejected)
    if not requests.texts:
        return Batch(events=table_of([], context, source), rejected=rejected)
    values = dict(
        zip(requests.parts, zip(*filter(None, requests.groups), strict=True), strict=True)
    )
    columns = {
        "@timestamp": pa.array(requests.times, pa.int64()).cast(BY_NAME["@timestamp"].arrow),
        "event.id": pa.array(context.line_ids(requests.offsets, requests.raw)),
        "event.original": pa.array(requests.texts, pa.string()),
        "batch.line": pa.array(requests.numbers, pa.int64()),
        "labels": _labels(values, labels),
    }
    for part, of_rows in values.items():
        if part in MADE:
            columns |= _made(part, of_rows)
        elif part in COUNTED:
            columns[COUNTED[part]] = _counted(of_rows)
    here = pa.scalar(context.host, pa.string())
    columns["host.name"] = pc.coalesce(columns["host.name"], here)
    who = pc.coalesce(columns["user.name"], columns["source.ip"], NOBODY)
    columns["message"] = pc.binary_join_element_wise(who, columns["message"], " ")
    table = assemble(columns, len(requests.texts), context, source)
    return Batch(events=table, rejected=rejected)


def _made(part: str, values: Sequence[Any]) -> dict[str, pa.Array]:
    """The columns that a part gives."""
    names, make = MADE[part]
    distinct, places = _distinct(values)
    made = zip(*map(make, distinct), strict=True)
    return {
        name: pa.array(column, BY_NAME[name].arrow).take(places)
        for name, column in zip(names, made, strict=True)
    }


def _counted(values: Sequence[str | int | None]) -> pa.Array:
    """Whole numbers; what is none, or below zero, is not known."""
    texts = pa.array([None if value is None else str(value) for value in values], pa.string())
    return pc.if_else(pc.match_substring_regex(texts, NUMBER), texts, None).cast(pa.int64())


def _distinct(values: Sequence[Any]) -> tuple[list[Any], pa.Array]:
    """The distinct values, and for each row its value's place among them."""
    places: dict[Any, int] = dict.fromkeys(values, 0)
    for place, value in enumerate(places):
        places[value] = place
    return list(places), pa.array([places[value] for value in values], pa.int32())


def _labels(values: Mapping[str, Sequence[Any]], labels: Labelling) -> pa.Array:
    """A map for each row, those that are a name and a text behind the others."""
    found, named = [], {}
    for parts, make in labels:
        if isinstance(make, Named):
            (texts,) = (values[part] for part in parts)
            made = map(make.text, texts) if make.text else texts
            named[make.name] = pa.array(made, pa.string())
        else:
            found.append(_made_labels([values[part] for part in parts], make))
    return joined(*found, labelled(named)) if named else joined(*found)


def _made_labels(values: list[Sequence[Any]], make: Callable[..., Labels]) -> pa.Array:
    """A map for each row; rows with the same values are worked out once."""
    if len(values) == 1:
        distinct, places = _distinct(values[0])
        return maps(map(make, distinct)).take(places)
    distinct, places = _distinct(list(zip(*values, strict=True)))
    return maps(make(*each) for each in distinct).take(places)


def maps(found: Iterable[Labels]) -> pa.Array:
    """Maps of texts; one that is empty becomes null."""
    starts: list[int | None] = []
    names: list[str] = []
    texts: list[str] = []
    for of_one in found:
        starts.append(len(names) if of_one[0] else None)
        names.extend(of_one[0])
        texts.extend(of_one[1])
    starts.append(len(names))
    keys, items = pa.array(names, pa.string()), pa.array(texts, pa.string())
    return pa.MapArray.from_arrays(pa.array(starts, pa.int32()), keys, items)
