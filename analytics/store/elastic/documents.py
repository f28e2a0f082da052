"""What Elasticsearch answers as tables."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from analytics.fields import BY_NAME, SCHEMA, Kind
from analytics.store.elastic.mapping import Json


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


def _column(field: pa.Field, values: list[Any]) -> pa.Array:
    kind = BY_NAME[field.name].kind
    if kind is Kind.TIME:
        return pa.array(values, pa.string()).cast(field.type)
    if kind is Kind.LABELS:
        return pa.array([pairs and list(pairs.items()) for pairs in values], field.type)
    return pa.array(values, field.type)
