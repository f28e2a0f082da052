"""Turns requests, however they were logged, into columns of events.

A line has no time for more than a few steps, so each column is made of the distinct values of
its part of the lines.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.values import joined, labelled, listed, made, numbers
from analytics.event import Batch, Context, Rejected, Source, assemble, table_of
from analytics.fields import BY_NAME
from analytics.hubtraffic import asking
from analytics.hubtraffic.parts import MADE, Labels, Named

NOBODY = pa.scalar("somebody")
COUNTED = {"size": "http.response.body.bytes"}
Labelling = Sequence[tuple[tuple[str, ...], Callable[..., Labels] | Named]]  # of which parts what


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of some lines: numbers of lines, ids, whole texts, times, and a column a part.

    Times are microseconds, parts are texts.
    """

    numbers: pa.Array
    ids: pa.Array
    texts: pa.Array
    times: pa.Array
    parts: Mapping[str, pa.Array]
    rejected: Sequence[Rejected] = ()


def together(found: Sequence[Requests]) -> Requests:
    """All of these in the order of their lines; they have the same parts."""
    if len(found) == 1:
        return found[0]
    order = pa.array(np.argsort(pa.concat_arrays([one.numbers for one in found]), kind="stable"))
    columns = ((one.numbers, one.ids, one.texts, one.times, *one.parts.values()) for one in found)
    numbers, ids, texts, times, *parts = (
        pa.concat_arrays(column).take(order) for column in zip(*columns, strict=True)
    )
    rejected = [each for one in found for each in one.rejected]
    return Requests(
        numbers, ids, texts, times, dict(zip(found[0].parts, parts, strict=True)), rejected
    )


@dataclass(slots=True)
class Gathered:
    """Requests that are found one by one."""

    parts: tuple[str, ...]
    numbers: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    groups: list[Sequence[str | None]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def add(
        self,
        number: int,
        offset: int,
        raw: bytes,
        text: str,
        time: int,
        group: Sequence[str | None],
    ) -> None:
        """One more, which has a text for each part."""
        self.numbers.append(number)
        self.offsets.append(offset)
        self.raw.append(raw)
        self.texts.append(text)
        self.times.append(time)
        self.groups.append(group)

    def requests(self, context: Context) -> Requests:
        """All of them."""
        columns = zip(*self.groups, strict=True) if self.groups else ((),) * len(self.parts)
        parts = {
            name: pa.array(column, pa.string())
            for name, column in zip(self.parts, columns, strict=True)
        }
        return Requests(
            numbers=pa.array(self.numbers, pa.int64()),
            ids=pa.array(context.line_ids(self.offsets, self.raw), pa.string()),
            texts=pa.array(self.texts, pa.string()),
            times=pa.array(self.times, pa.int64()),
            parts=parts,
            rejected=self.rejected,
        )


def batch_of(
    requests: Requests,
    context: Context,
    source: Source,
    labels: Labelling,
) -> Batch:
    """The events of these requests; no two of `labels` give the same name."""
    rejected = tuple(requests.rejected)
    if not len(requests.texts):
        return Batch(events=table_of([], context, source), rejected=rejected)
    columns = {
        "@timestamp": requests.times.cast(BY_NAME["@timestamp"].arrow),
        "event.id": requests.ids,
        "event.original": requests.texts,
        "batch.line": requests.numbers,
        "labels": _labels(requests.parts, labels),
    }
    for part, texts in requests.parts.items():
        if part in MADE:
            columns |= made(texts, *MADE[part])
        elif part in asking.FORMS:
            columns |= asking.columns(texts, asking.FORMS[part])
        elif part in COUNTED:
            columns[COUNTED[part]] = numbers(texts)
    here = pa.scalar(context.host, pa.string())
    columns["host.name"] = pc.coalesce(columns["host.name"], here)
    who = pc.coalesce(columns["user.name"], columns["source.ip"], NOBODY)
    columns["message"] = pc.binary_join_element_wise(who, columns["message"], " ")
    table = assemble(columns, len(requests.texts), context, source)
    return Batch(events=table, rejected=rejected)


def _labels(parts: Mapping[str, pa.Array], labels: Labelling) -> pa.Array:
    """A map for each row, those that are a name and a text behind the others."""
    found, named = [], {}
    for names, make in labels:
        first, *others = (parts[name] for name in names)
        if isinstance(make, Named):
            named[make.name] = make.texts(first) if make.texts else first
        else:
            found.append(_made_labels([first, *others], make))
    return joined(*found, labelled(named)) if named else joined(*found)


def _made_labels(columns: Sequence[pa.Array], make: Callable[..., Labels]) -> pa.Array:
    """A map for each row; rows with the same values are worked out once."""
    distinct, places = _distinct(columns)
    return maps(make(*values) for values in distinct).take(places)


def _distinct(columns: Sequence[pa.Array]) -> tuple[Iterable[tuple[Any, ...]], pa.Array]:
    """The distinct rows of some columns, and for each row its place among them."""
    first, *others = (pc.dictionary_encode(one, null_encoding="encode") for one in columns)
    rows, places = [(value,) for value in listed(first.dictionary)], first.indices
    for coded in others:
        values = listed(coded.dictionary)
        pairs = np.asarray(places).astype(np.int64) * len(values) + np.asarray(coded.indices)
        both = pc.dictionary_encode(pa.array(pairs))
        found = (divmod(pair, len(values)) for pair in both.dictionary.to_pylist())
        rows = [(*rows[row], values[value]) for row, value in found]
        places = both.indices
    return rows, places


def maps(found: Iterable[Labels]) -> pa.Array:
    """Maps of texts."""
    starts = [0]
    names: list[str] = []
    texts: list[str] = []
    for of_one in found:
        names.extend(of_one[0])
        texts.extend(of_one[1])
        starts.append(len(names))
    keys, items = pa.array(names, pa.string()), pa.array(texts, pa.string())
    return pa.MapArray.from_arrays(pa.array(starts, pa.int32()), keys, items)
