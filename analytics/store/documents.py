"""Events as Elasticsearch's JSON documents, and back."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import BY_NAME, SCHEMA, Kind
from analytics.store.mapping import WINDOWS, Json
from analytics.store.meaning import WINDOW, windows

SECONDS = "%Y-%m-%dT%H:%M:%SZ"  # pyarrow adds the fraction


def documents(events: pa.Table) -> Iterator[bytes]:
    """One JSON document an event, in order; what is null is left out."""
    names, columns, long = [], [], []
    for name in events.column_names:
        column = events[name]
        if column.null_count < len(column):
            names.append(name)
            columns.append(_values(BY_NAME[name].kind, column))
            if BY_NAME[name].kind is Kind.TEXT and _longest(column) > WINDOW:
                long.append(name)
    for row in zip(*columns, strict=True):
        document = {
            name: value for name, value in zip(names, row, strict=True) if value is not None
        }
        for name in long:
            text = document.get(name, "")
            if len(text) > WINDOW:
                document[WINDOWS + name] = list(windows(text))
        yield orjson.dumps(document)


def table(sources: Sequence[Json], names: Sequence[str]) -> pa.Table:
    """Documents as a table with these columns, in the types of `SCHEMA`."""
    fields = [SCHEMA.field(name) for name in names]
    columns = [_column(field, [source.get(field.name) for source in sources]) for field in fields]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def person_days(sources: Sequence[Json]) -> dict[date, pa.Table]:
    """Documents of person-days as one table a day."""
    found = {}
    for source in sources:
        columns = dict(source["columns"])
        person = pa.array(columns.pop("person"), pa.string())
        features = {name: pa.array(values, pa.float64()) for name, values in columns.items()}
        found[date.fromisoformat(source["day"])] = pa.table({"person": person, **features})
    return found


def histogram(rows: Sequence[tuple[int, str | None, int]]) -> pa.Table:
    """Rows of milliseconds, value and count as the table of a histogram."""
    times = pa.array([row[0] for row in rows], pa.timestamp("ms", "UTC"))
    return pa.table(
        {
            "time": times.cast(SCHEMA.field("@timestamp").type),
            "value": pa.array([row[1] for row in rows], pa.string()),
            "count": pa.array([row[2] for row in rows], pa.int64()),
        }
    )


def _longest(texts: pa.ChunkedArray) -> int:
    length: int = pc.max(pc.binary_length(texts)).as_py()
    return length


def _values(kind: Kind, column: pa.ChunkedArray) -> list[Any]:
    if kind is Kind.TIME:
        texts: list[Any] = pc.strftime(column, format=SECONDS).to_pylist()
        return texts
    values: list[Any] = column.to_pylist()
    if kind is Kind.LABELS:
        return [None if pairs is None else dict(pairs) for pairs in values]
    return values


def _column(field: pa.Field, values: list[Any]) -> pa.Array:
    kind = BY_NAME[field.name].kind
    if kind is Kind.TIME:
        return pa.array(values, pa.string()).cast(field.type)
    if kind is Kind.LABELS:
        return pa.array([pairs and list(pairs.items()) for pairs in values], field.type)
    return pa.array(values, field.type)
