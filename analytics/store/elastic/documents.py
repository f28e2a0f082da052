"""What Elasticsearch answers as tables."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from analytics.fields import BY_NAME, SCHEMA, Kind
from analytics.store.elastic.mapping import Json

ZSTD = pa.ipc.IpcWriteOptions(compression="zstd")


def table(sources: Sequence[Json], names: Sequence[str]) -> pa.Table:
    """Documents as a table with these columns, in the types of `SCHEMA`."""
    fields = [SCHEMA.field(name) for name in names]
    columns = [_column(field, [source.get(field.name) for source in sources]) for field in fields]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def person_days(sources: Sequence[Json]) -> dict[date, pa.Table]:
    """Documents of person-days as one table a day."""
    return {
        date.fromisoformat(source["day"]): pa.table(
            {name: _unpacked(name, told) for name, told in source["columns"].items()}
        )
        for source in sources
    }


def packed(column: pa.ChunkedArray) -> str:
    """A column as text a tenth as long as its numbers written out."""
    sink = pa.BufferOutputStream()
    table = pa.table({"values": column.combine_chunks()})
    with pa.ipc.new_stream(sink, table.schema, options=ZSTD) as writer:
        writer.write_table(table)
    return b64encode(sink.getvalue()).decode()


def _unpacked(name: str, told: Any) -> pa.ChunkedArray | pa.Array:
    if isinstance(told, list):  # as the first versions wrote them
        return pa.array(told, pa.string() if name == "person" else pa.float64())
    with pa.ipc.open_stream(b64decode(told)) as reader:
        return reader.read_all()["values"]


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
