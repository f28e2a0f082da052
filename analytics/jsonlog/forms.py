"""The text of JSON lines without their values: many lines are of one such form.

What one program says of one kind of event has the same names in the same order every time. So a
form is learnt once, from a line. Other lines of that form are found by what is around their
values, and these are taken by their places alone, a column at a time.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa

MOST_LEAVES = 900
DEEPEST = 64
LONGEST_FORM = 1 << 16  # bytes around the values
COMPARED = 1 << 16  # bytes around values that are compared at once
TOKEN = re.compile(rb'[ \t]*+(?:"([^"\\]*+(?:\\.[^"\\]*+)*)"|([^"\[\]{},: \t]++)|([\[\]{},:]))')
NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")

Path = tuple[str | int, ...]


class Leaf(NamedTuple):
    """A value of a form: where it stands in the document, and which piece of the text it is.

    Its kind is text, number or plain: true, false, null, and numbers between two marks.
    """

    path: Path
    kind: str
    piece: int

    @property
    def name(self) -> str:
        """The names on its way, dotted, without the places in lists."""
        return ".".join(step for step in self.path if isinstance(step, str))

    @property
    def names(self) -> tuple[str, ...]:
        """Its name, and where it is in lists also with the places in these."""
        placed = ".".join(map(str, self.path))
        return (self.name,) if placed == self.name else (self.name, placed)


class _Cut(NamedTuple):
    """Where a value is cut out of a text, and the mark before or at which it begins."""

    begin: int
    end: int
    mark: int


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """Where values begin and end, and what is around them.

    Values begin and end at a line's marks, moved by `moves`; a mark behind the last is the line's
    end. These places cut the text in pieces: every other one is a value.
    """

    marks: int
    at: Any  # marks
    moves: Any
    fixed: Any  # pieces that are the same in all documents
    lengths: Any  # of these pieces
    text: Any  # of all of them
    repeated: pa.Buffer  # that text, once for each of some lines
    leaves: tuple[Leaf, ...]
    # Pieces that were asked for so far: of all of a block's lines of the form, and of only some.
    wanted: set[int] = field(default_factory=set)
    wanted_of_some: set[int] = field(default_factory=set)


def learnt(text: bytes) -> Form | None:
    """The form of a line that is an object; None for one that is odd."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    reading = _Reading(text)
    if type(document) is not dict or not reading.read():
        return None
    ends = [*reading.marks, len(text)]
    cuts = reading.cuts
    at = [mark for cut in cuts for mark in (cut.mark, cut.mark + 1)]
    places = [place for cut in cuts for place in (cut.begin, cut.end)]
    bounds = [0, *places, len(text)]
    fixed = range(0, len(bounds), 2)
    around = b"".join(text[bounds[piece] : bounds[piece + 1]] for piece in fixed)
    if not cuts or len(around) > LONGEST_FORM:
        return None
    return Form(
        marks=len(reading.marks),
        at=np.array(at),
        moves=np.array([p - ends[mark] for p, mark in zip(places, at, strict=True)], np.int32),
        fixed=np.array(fixed, np.int32),
        lengths=np.diff(bounds)[::2],
        text=np.frombuffer(around, np.uint8),
        repeated=pa.py_buffer(around * max(1, COMPARED // len(around))),
        leaves=tuple(reading.leaves),
    )


class _Reading:
    """Reads where the values of an object stand that the parser of JSON takes."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.marks: list[int] = []
        self.leaves: list[Leaf] = []
        self.cuts: list[_Cut] = []
        self.path: list[str | int] = []
        self.names: list[set[str]] = []  # of each open object; none of a list

    def read(self) -> bool:
        """Whether it could be read: no name twice, not too many values, not too deep."""
        place, key = 0, False
        while match := TOKEN.match(self.text, place):
            place = match.end()
            if match[3]:
                sign = match[3]
                if sign in b"{[":
                    self.names.append(set())
                    self.path.append("" if sign == b"{" else 0)
                elif sign in b"}]":
                    self.names.pop()
                    self.path.pop()
                elif sign == b",":
                    step = self.path[-1]
                    if isinstance(step, int):
                        self.path[-1] = step + 1
                key = bool(self.path) and isinstance(self.path[-1], str) and sign in b"{,"
            elif key:
                name = orjson.loads(b'"%b"' % match[1])
                if name in self.names[-1]:
                    return False
                self.names[-1].add(name)
                self.path[-1] = name
                self.marks += (match.start(1) - 1, match.end(1))
                key = False
            else:
                self._value(match)
            if len(self.leaves) > MOST_LEAVES or len(self.path) > DEEPEST:
                return False
        return place == len(self.text)

    def _value(self, match: re.Match[bytes]) -> None:
        mark, path = len(self.marks), tuple(self.path)
        if match[1] is not None:
            self.cuts.append(_Cut(*match.span(1), mark))
            self.marks += (match.start(1) - 1, match.end(1))
            self.leaves.append(Leaf(path, "text", 2 * len(self.cuts) - 1))
            return
        begin, end = match.span(2)
        if self.cuts and self.cuts[-1].mark == mark - 1 and self.leaves[-1].kind != "text":
            # Between the same two marks as the one before it.
            last = self.leaves[-1]
            self.cuts[-1] = self.cuts[-1]._replace(end=end)
            self.leaves[-1] = last._replace(kind="plain")
            return
        kind = "number" if NUMBER.fullmatch(match[2]) else "plain"
        self.cuts.append(_Cut(begin, end, mark - 1))
        self.leaves.append(Leaf(path, kind, 2 * len(self.cuts) - 1))
