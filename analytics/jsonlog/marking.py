"""A line's document with marks in place of its values."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from analytics.jsonlog.forms import Leaf
from analytics.jsonlog.marks import Marks
from analytics.jsonlog.parts import PARTED, is_with_port


class Given(NamedTuple):
    """A line to be learnt from: its document's text, and how each leaf is taken.

    A leaf is taken as a text, number, time or address, or left as it is.
    """

    text: bytes
    leaves: Sequence[Leaf]
    taken: Sequence[str]
    lengths: Sequence[int]  # of the longest texts, in bytes
    signs: Mapping[int, Mapping[str, bool]]  # whether they stand in a leaf's text
    same: Mapping[int, int]  # leaves with the same text as another one
    absent: str = ""  # signs that no mark may have


LONG = 128  # characters, from which on a text may be cut short


def marked_document(
    given: Given, longest: Mapping[int, int], kind: int
) -> tuple[Any, Marks, frozenset[int]]:
    """A line's document with marks in it, and which of them are addresses with ports.

    Raises Unclear.
    """
    marks = Marks(kind)
    marks.line()
    marks.absent = tuple((sign, False) for sign in given.absent)
    value = orjson.loads(given.text)
    ports: set[int] = set()
    for at, (leaf, taken) in enumerate(zip(given.leaves, given.taken, strict=True)):
        if not taken:
            continue
        *way, last = leaf.path
        inner = value
        for step in way:
            inner = inner[step]
        if taken == "address" and is_with_port(inner[last]):
            ports.add(at)
        inner[last] = _mark(marks, given, at, inner[last], longest)
    return value, marks, frozenset(ports)


def _mark(marks: Marks, given: Given, at: int, value: Any, longest: Mapping[int, int]) -> Any:
    """What stands for a leaf's value."""
    taken, other = given.taken[at], given.same.get(at, at)
    if taken == "text":
        known = marks.texts.get(other)
        if len(value) > LONG:
            marks.long[other] = min(len(value), marks.long.get(other, len(value)))
        return known or marks.text(other, longest[other], given.signs.get(at, {}))
    if taken.startswith(PARTED):
        return marks.parted(at, taken.removeprefix(PARTED), 64 + longest[at])
    if taken == "time":
        return marks.time(at, value)
    if taken == "address":
        return marks.address(at, value)
    if taken in ("number", "digits"):
        return marks.number(other) if taken == "number" else marks.digits(other)
    is_digest = taken == "digest"
    return marks.digest(at) if is_digest else marks.decimal(at, small=taken == "power")
