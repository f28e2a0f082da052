"""What was learnt from a line: of what each field of its events is made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from analytics.jsonlog.marks import Piece
from analytics.jsonlog.parts import Part

STAMP = "@timestamp"
Pattern = tuple[Piece | None, ...]  # None: the same for all lines of a sample


class Cell(NamedTuple):
    """A field of an event: what it is made of, and what in that is always the same.

    Its kind is same, number, time, text, list of texts, or labels; `shape` are the pieces.
    """

    kind: str
    shape: Any
    same: tuple[Any, ...]


@dataclass(frozen=True)
class Sample:
    """What the reader makes of such lines: the cells of each event by field, the texts of which
    ids are made (None for the line's own); how values were taken, which addresses have ports,
    how long texts may be, by leaf, and what numbers behind the last leaf's are parts of."""

    rows: tuple[Mapping[str, Cell], ...]
    ids: tuple[Cell | None, ...]
    taken: Sequence[str]
    with_port: frozenset[int]
    longest: Sequence[int]
    parts: Mapping[int, Part]

    @cached_property
    def shape(self) -> Any:
        """What is the same, and one object, for all samples that can be filled in together."""
        rows = tuple(
            tuple((name, cell.kind, cell.shape) for name, cell in row.items()) for row in self.rows
        )
        ids = tuple(cell and cell.shape for cell in self.ids)
        return shared((rows, ids, tuple(self.taken), self.with_port))

    @cached_property
    def fitting(self) -> Any:
        """What decides on which lines are fit, and one object, for all that agree in that.

        Such samples are filled in together as well: they differ in few columns.
        """
        ids = tuple(cell and (cell.kind, cell.shape) for cell in self.ids)
        cells = [(name, cell) for row in self.rows for name, cell in row.items()]
        times = frozenset((one.shape, name == STAMP) for name, one in cells if one.kind == "time")
        pieces = frozenset(self.pieces())
        return shared((len(self.rows), ids, tuple(self.taken), self.with_port, pieces, times))

    def pieces(self) -> Iterator[Piece]:
        """The values that are copied, also into ids."""
        for cell in (*(c for row in self.rows for c in row.values()), *filter(None, self.ids)):
            if cell.kind == "text":
                yield from filter(None, cell.shape)
            elif cell.kind in ("list", "labels"):
                patterns = cell.shape if cell.kind == "list" else cell.shape[1]
                yield from (piece for pattern in patterns for piece in pattern if piece)
            elif cell.kind == "number":
                yield Piece(cell.shape)


@lru_cache(maxsize=1 << 12)
def shared(one: Any) -> Any:
    """One object for all that are equal: these are told apart faster."""
    return one
