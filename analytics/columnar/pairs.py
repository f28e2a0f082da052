"""Names and values out of many texts at once, as `name=value` between blanks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.splitting import extents
from analytics.columnar.values import listed, shortened


@dataclass(frozen=True)
class Pairs:
    """Pairs of so many rows: of each pair its row, name and value, in the order of rows."""

    size: int
    rows: np.ndarray
    names: pa.Array
    values: pa.Array

    @cached_property
    def _coded(self) -> tuple[list[str], np.ndarray]:
        """The distinct names, and for each pair its name's place among them."""
        coded = pc.dictionary_encode(self.names)
        return listed(coded.dictionary), np.asarray(coded.indices)

    def doubled(self) -> np.ndarray:
        """Whether a row has a name twice, for each row."""
        names, codes = self._coded
        told = np.sort(self.rows * len(names) + codes)  # a table of rows and names may be huge
        doubled = np.zeros(self.size, dtype=bool)
        doubled[told[1:][told[1:] == told[:-1]] // max(len(names), 1)] = True
        return doubled

    def replaced(self, rows: Sequence[int], told: Sequence[Mapping[str, str]]) -> "Pairs":
        """The same, but for these rows, which have these pairs instead."""
        kept = ~np.isin(self.rows, rows)
        counts = [len(pairs) for pairs in told]
        places = np.concatenate([self.rows[kept], np.repeat(rows, counts).astype(np.int64)])
        order = pa.array(np.argsort(places, kind="stable"))
        names = [name for pairs in told for name in pairs]
        values = [value for pairs in told for value in pairs.values()]
        columns = ((self.names, names), (self.values, values))
        return Pairs(
            self.size,
            np.sort(places, kind="stable"),
            *(
                pa.concat_arrays([old.filter(pa.array(kept)), pa.array(new, pa.string())]).take(
                    order
                )
                for old, new in columns
            ),
        )

    def column(self, name: str) -> pa.Array:
        """The values of a name, null for rows without it."""
        names, codes = self._coded
        if name not in names:
            return pa.nulls(self.size, pa.string())
        found = np.flatnonzero(codes == names.index(name))
        places = np.full(self.size, -1)
        places[self.rows[found]] = found
        return self.values.take(pa.array(places, mask=places < 0))

    def labels(self, without: Collection[str], most: int, longest: int = 1024) -> pa.Array:
        """A map for each row of its first `most` pairs, but for these names."""
        names, codes = self._coded
        kept = ~np.isin(codes, [at for at, name in enumerate(names) if name in without])
        begun = np.searchsorted(self.rows, np.arange(self.size))
        kept &= np.arange(len(self.rows)) - begun[self.rows] < most
        counts = np.bincount(self.rows[kept], minlength=self.size)
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        mask = pa.array(kept)
        items = shortened(self.values.filter(mask), longest)
        return pa.MapArray.from_arrays(pa.array(starts), self.names.filter(mask), items)


def of_words(texts: pa.Array) -> Pairs:
    """The pairs of texts of which each word is one; an empty text has none."""
    words = pc.split_pattern(texts, " ")
    _, counts = extents(words)
    halves = pc.split_pattern(words.flatten(), "=", max_splits=1)
    starts, lengths = extents(halves)
    whole = lengths == 2
    names, values = (halves.values.take(pa.array(starts[whole] + half)) for half in (0, 1))
    return Pairs(len(texts), np.repeat(np.arange(len(texts)), counts)[whole], names, values)
