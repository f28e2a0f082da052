"""Commands as numbers: one row a command, in the order in which each person typed them, cut into
blocks of about a hundred."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BLOCK = 100  # commands: the length that the literature judges by (Schonlau et al. 2001)
TRUSTED = 10 * BLOCK  # commands of a person that are learnt without asking who typed them
UNPAIRED = -1


@dataclass(frozen=True, slots=True)
class Tokens:
    """Columns of equal length; all are codes from 0 on.

    `round` rises with time (a day, say): a round is judged by what was learnt before it. `block`
    numbers all blocks, of rising rounds; one has one person and one round. `word` is the command's
    name, `shape` the name with the form of its arguments, the same as the word where only names are
    known. `before` is the row typed just before in the same block, else `UNPAIRED`.
    """

    person: Ints
    round: Ints
    block: Ints
    word: Ints
    shape: Ints
    before: Ints

    def __len__(self) -> int:
        return len(self.person)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return int(self.block[-1]) + 1 if len(self) else 0

    def of_block(self, column: Ints) -> Ints:
        """The value of a column that is the same in a whole block, for each block."""
        found = np.zeros(self.blocks, dtype=np.int64)
        found[self.block] = column
        return found

    def rounds(self) -> Iterator[Ints]:
        """The rows of each round, in order."""
        if not len(self):
            return
        borders = np.flatnonzero(np.r_[True, np.diff(self.round) != 0, True])
        for first, last in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True):
            yield np.arange(first, last)


def cut(person: Ints, round_: Ints, word: Ints, shape: Ints, stream: Ints | None = None) -> Tokens:
    """The tokens of commands that are sorted by round, then person, then as typed.

    What one person typed in one round is cut into blocks of the same length, as near to `BLOCK` as
    can be; less than that is one shorter block. Commands follow each other only within a `stream`
    (a host and a log, say).
    """
    size = len(person)
    if not size:
        return Tokens(*(np.zeros(0, dtype=np.int64) for _ in fields(Tokens)))
    starts = np.r_[True, (np.diff(person) != 0) | (np.diff(round_) != 0)]
    group = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    length = np.diff(np.r_[first, size])
    pieces = np.maximum(1, np.rint(length / BLOCK).astype(np.int64))
    place = np.arange(size) - first[group]
    offset = np.r_[0, np.cumsum(pieces)[:-1]]
    block = offset[group] + place * pieces[group] // length[group]
    follows = np.r_[False, np.diff(block) == 0]
    if stream is not None:
        follows &= np.r_[False, np.diff(stream) == 0]
    before = np.where(follows, np.arange(size) - 1, UNPAIRED)
    return Tokens(person, round_, block, word, shape, before)
