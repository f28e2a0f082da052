"""Columns of rows of several kinds: what a kind's rows share is said once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import BY_NAME

LONGEST_LABEL = 1024  # characters


class Labels:
    """Labels of rows, gathered name by name; kept flat, as an object a row would cost too much."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rows: list[int] = []
        self._names: list[str] = []
        self._texts: list[str | None] = []
        self._empty: list[int] = []

    def empty(self, rows: Sequence[int]) -> None:
        """Says that these rows have labels, even if there are none."""
        self._empty += rows

    def put(self, rows: Sequence[int], name: str, texts: Sequence[str | None]) -> None:
        """Takes a label of some rows; those with None have none."""
        self._rows += rows
        self._names += [name] * len(rows)
        self._texts += texts

    def column(self) -> pa.Array:
        """A map for each row, null without labels unless they may be `empty`."""
        texts = pa.array(self._texts, pa.string())
        rows = np.array(self._rows, dtype=np.int64)
        told = np.flatnonzero(np.asarray(texts.is_valid()))
        order = pa.array(told[np.argsort(rows[told], kind="stable")])
        counts = np.bincount(rows[told], minlength=self._size)
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        counts[self._empty] += 1  # or they would be null
        none = np.concatenate((counts == 0, [False]))
        names = pa.array(self._names, pa.string()).take(order)
        items = pc.utf8_slice_codeunits(texts.take(order), 0, LONGEST_LABEL)
        return pa.MapArray.from_arrays(pa.array(starts, pa.int32(), mask=none), names, items)


class Kinds:
    """Gathers the fields of so many rows, kind by kind, each row in one kind."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._kinds: list[tuple[Sequence[int], Mapping[str, Any]]] = [((), {})]
        self._kind_of = [0] * size
        self._own: dict[str, tuple[list[int], list[Any]]] = {}  # places and values
        self._labels = Labels(size)

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
        if shared.get("labels") == []:
            self._labels.empty(rows)
        for name, text in shared.get("labels") or ():
            self.label(rows, name, [text] * len(rows))
        for name, values in (own or {}).items():
            places, column = self._own.setdefault(name, ([], []))
            places += rows
            column += values

    def label(self, rows: Sequence[int], name: str, texts: Sequence[str | None]) -> None:
        """Takes a label of the rows at these places, behind those that they have."""
        self._labels.put(rows, name, texts)

    def columns(self) -> dict[str, pa.Array]:
        """A column for each field that any row has."""
        self._fill()
        kinds = pa.array(self._kind_of, pa.int32())
        names = set[str]().union(*(shared for _, shared in self._kinds)) - self._own.keys()
        columns = {"labels": self._labels.column()}
        for name in sorted(names - {"labels"}):
            values = [shared.get(name) for _, shared in self._kinds]
            columns[name] = pa.array(values, BY_NAME[name].arrow).take(kinds)
        for name, (rows, own) in self._own.items():
            columns[name] = pa.array(own, BY_NAME[name].arrow).take(self._places(rows))
        return columns

    def _places(self, rows: Sequence[int]) -> pa.Array:
        """For each row where its value is among those of these rows, null for the others."""
        places = np.full(self.size, -1, dtype=np.int32)
        places[rows] = np.arange(len(rows), dtype=np.int32)
        return pa.array(places, mask=places < 0)

    def _fill(self) -> None:
        """Puts what is shared by some rows, and others' own, in its place."""
        for rows, shared in self._kinds:
            for name in self._own.keys() & shared.keys():
                if (value := shared[name]) is not None:
                    places, column = self._own[name]
                    places += rows
                    column += [value] * len(rows)
