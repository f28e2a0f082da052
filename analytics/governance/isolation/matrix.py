"""Who touched what of whom, as one table: actor × owner × kind of act."""

from collections.abc import Iterable

import pyarrow as pa

from analytics.findings import Finding, ReasonKind

COLUMNS = pa.schema(
    [
        ("actor", pa.string()),
        ("owner", pa.string()),
        ("check", pa.string()),
        ("count", pa.int64()),
        ("days", pa.int64()),
        ("first", pa.timestamp("us", tz="UTC")),
        ("last", pa.timestamp("us", tz="UTC")),
    ]
)
ORDER = (
    *(("count", "descending"), ("last", "descending")),
    *(("actor", "ascending"), ("owner", "ascending"), ("check", "ascending")),
)


def matrix(found: Iterable[Finding]) -> pa.Table:
    """Rows with the columns of `COLUMNS`, the most first; `found` are the findings of a period.

    `owner` is a person or `team:…`. `count` are things, each counted on each of the `days` on which
    it was touched; `first` and `last` are the times of the newest act on the first and last day.
    """
    rows = [
        {"actor": one.person, "owner": owner, "check": one.id, "count": count, "time": one.time}
        for one in found
        if one.kind is ReasonKind.ISOLATION
        for owner, count in one.owners
    ]
    kinds = pa.schema([*(COLUMNS.field(place) for place in range(4)), ("time", COLUMNS.types[-1])])
    told = pa.Table.from_pylist(rows, schema=kinds)
    summed = told.group_by(["actor", "owner", "check"]).aggregate(
        [("count", "sum"), ("time", "count"), ("time", "min"), ("time", "max")]
    )
    named = {
        "count_sum": "count",
        "time_count": "days",
        "time_min": "first",
        "time_max": "last",
    }
    renamed = summed.rename_columns([named.get(name, name) for name in summed.column_names])
    return renamed.select(COLUMNS.names).cast(COLUMNS).sort_by(list(ORDER))
