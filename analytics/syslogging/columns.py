"""Columns out of what messages tell: what several rows share is made once."""

from collections.abc import Sequence

import pyarrow as pa

from analytics.fields import BY_NAME
from analytics.syslogging.forms import Told


def columns_of(rows: Sequence[Told]) -> dict[str, pa.Array]:
    """A column for each field that any of the rows has."""
    places: dict[int, int] = {}
    codes = [places.setdefault(id(row), len(places)) for row in rows]
    if len(places) == len(rows):
        return _columns(rows)
    distinct: list[Told] = [rows[0]] * len(places)
    for row in rows:
        distinct[places[id(row)]] = row
    taken = pa.array(codes, pa.int32())
    return {name: column.take(taken) for name, column in _columns(distinct).items()}


def _columns(rows: Sequence[Told]) -> dict[str, pa.Array]:
    names: set[str] = set().union(*rows)
    return {
        name: pa.array([row.get(name) for row in rows], BY_NAME[name].arrow)
        for name in sorted(names)
    }
