"""Columns of rows of several kinds: what a kind's rows share is said once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from analytics.fields import BY_NAME


class Kinds:
    """Gathers the fields of so many rows, kind by kind, each row in one kind."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._kinds: list[tuple[Sequence[int], Mapping[str, Any]]] = [((), {})]
        self._kind_of = [0] * size
        self._own: dict[str, list[Any]] = {}

    def put(
        self,
        rows: Sequence[int],
        shared: Mapping[str, Any],
        own: Mapping[str, Iterable[Any]] | None = None,
    ) -> None:
        """Takes the rows at these places: what all of them share, and columns of their own."""
        kind, kind_of = len(self._kinds), self._kind_of
        self._kinds.append((rows, shared))
        for row in rows:
            kind_of[row] = kind
        for name, values in (own or {}).items():
            column = self._own.get(name)
            if column is None:
                column = self._own[name] = [None] * self.size
            for row, value in zip(rows, values, strict=True):
                column[row] = value

    def columns(self) -> dict[str, pa.Array]:
        """A column for each field that any row has."""
        self._fill()
        kinds = pa.array(self._kind_of, pa.int32())
        names = set[str]().union(*(shared for _, shared in self._kinds)) - self._own.keys()
        columns = {
            name: pa.array([shared.get(name) for _, shared in self._kinds], BY_NAME[name].arrow)
            for name in sorted(names)
        }
        columns = {name: column.take(kinds) for name, column in columns.items()}
        for name, values in self._own.items():
            columns[name] = pa.array(values, BY_NAME[name].arrow)
        return columns

    def _fill(self) -> None:
        """Puts what is shared by some rows, and others' own, in its place."""
        for rows, shared in self._kinds:
            for name in self._own.keys() & shared.keys():
                column, value = self._own[name], shared[name]
                if value is not None:
                    for row in rows:
                        column[row] = value
