"""Parts of many texts at once, split at the marks between them: no object for any of them."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NOTHING = pa.scalar(None, pa.string())


def cut(texts: pa.Array, mark: str, *, last: bool = False) -> tuple[pa.Array, pa.Array]:
    """What stands before the first (or `last`) mark, and behind it; null where there is none."""
    split = pc.split_pattern(texts, mark, max_splits=1, reverse=last)
    starts, counts = extents(split)
    before = split.values.take(pa.array(starts, mask=counts < 1))
    return before, split.values.take(pa.array(starts + 1, mask=counts < 2))


def words(texts: pa.Array, most: int) -> list[pa.Array]:
    """The first words of texts with single blanks between them; null where there are fewer.

    As many columns as asked for. Of an empty text the first word is empty.
    """
    split = pc.split_pattern(texts, " ")
    starts, counts = extents(split)
    return [
        split.values.take(pa.array(starts + place, mask=counts <= place)) for place in range(most)
    ]


def extents(split: pa.ListArray) -> tuple[np.ndarray, np.ndarray]:
    """Where each list begins among all values, and how many it has."""
    offsets = np.asarray(split.offsets)
    return offsets[:-1].astype(np.int64), np.diff(offsets)


class Splitting:
    """Texts that are split step by step; those that do not fit a step are left out from there.

    `rows` are the places of those that are left among all texts, in their order.
    """

    def __init__(self, name: str, texts: pa.Array) -> None:
        """Begins with whole texts, by a name."""
        self.rows = np.arange(len(texts))
        self._parts = {name: texts}

    def __getitem__(self, name: str) -> pa.Array:
        """A part of the texts that are left."""
        return self._parts[name]

    def get(self, name: str, otherwise: pa.Array) -> pa.Array:
        """A part of the texts that are left, where they have it."""
        return self._parts.get(name, otherwise)

    def put(self, name: str, part: pa.Array) -> None:
        """Takes a part that was made of others."""
        self._parts[name] = part

    def match(self, name: str, pattern: str) -> None:
        """Leaves those of which a part has this form (of RE2, anchored by itself), or is null."""
        told = pc.match_substring_regex(self._parts[name], pattern)
        self.leave(np.asarray(pc.fill_null(told, True)))

    def without(self, name: str, sign: str) -> None:
        """Leaves those of which a part does not have an (ASCII) sign."""
        part = self._parts[name]
        _, offsets, data = part.buffers()
        found = np.flatnonzero(np.frombuffer(data or b"", np.uint8) == ord(sign))
        borders = np.frombuffer(offsets, np.int32)[part.offset : part.offset + len(part) + 1]
        self.leave(np.diff(np.searchsorted(found, borders)) == 0)

    def split(self, name: str, mark: str, into: Sequence[str], most: int | None = None) -> None:
        """Leaves those of which a part has that many parts between marks, by these names.

        Parts without a name are dropped. With `most` splits the last part has the other marks.
        """
        split = pc.split_pattern(self._parts.pop(name), mark, max_splits=most)
        starts, counts = extents(split)
        fitting = counts == len(into)
        self.leave(fitting)
        for place, part in enumerate(into):
            if part:
                self._parts[part] = split.values.take(pa.array(starts[fitting] + place))

    def cut(self, name: str, mark: str, behind: str, *, last: bool = False) -> None:
        """Takes what stands behind a mark for a part of its own, null without a mark."""
        self._parts[name], self._parts[behind] = cut(self._parts[name], mark, last=last)

    def filled(self, *names: str) -> None:
        """Leaves those of which none of these parts is empty."""
        for name in names:
            self.leave(np.asarray(pc.not_equal(self._parts[name], "")))

    def leave(self, fitting: np.ndarray) -> None:
        """Leaves those that are marked."""
        if not fitting.all():
            self.rows = self.rows[fitting]
            kept = pa.array(fitting)
            self._parts = {name: part.filter(kept) for name, part in self._parts.items()}
