"""The text of documents without their values: many are of one such form.

What one shipper says of one kind of event has the same names in the same order every time. So
a form is learnt once, from a document's text. Other documents of that form are found by what is
around their values, and these are taken by their places alone, a column at a time. What is of
no form is left to the reader of JSON.
"""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import orjson

from analytics.sources.ecs.shapes import LONGEST_NAME, MOST_NAMES, flat

MOST_LEAVES = 2 * MOST_NAMES
LONGEST_FORM = 1 << 16  # bytes around the values
# A name, and a value up to where the next name may stand; only values may have escapes.
MEMBER = re.compile(
    rb'"(?P<name>[^"\\]*+)" *+: *+(?:(?P<object>\{)|"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*)"'
    rb'|\["(?P<list>[^"\\]*+(?:","[^"\\]*+)*)"\]|(?P<number>-?[0-9][0-9.eE+-]*+)'
    rb"|(?P<flag>true|false)|(?P<null>null)|(?P<empty>\[ *+\]))(?P<after>[} ,]*+)"
)
KINDS = ("text", "object", "list", "number", "flag", "null", "empty")
NOTHING = -1


class Leaf(NamedTuple):
    """A value of a form: its kind, its piece of the text, and what is the same in all of them."""

    kind: str
    piece: int = NOTHING
    same: Any = None


class _Cut(NamedTuple):
    """Where a value is cut out of a text, and between which marks."""

    begin: int
    end: int
    mark: int


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """Where values begin and end, and what is around them.

    A document's marks are its quotation marks, but for those between the texts of one list.
    Values begin and end at marks, moved by `moves`; a mark behind the last is the line's end.
    These places cut the text in pieces: every other one is a value.
    """

    marks: int
    at: Any  # marks
    moves: Any
    fixed: Any  # pieces that are the same in all documents
    lengths: Any  # of these pieces
    text: Any  # of all of them
    leaves: dict[str, Leaf]  # that are taken, in the order of their depth
    numbers: tuple[int, ...]  # pieces, also of what is not taken
    lists: tuple[int, ...]
    time: Leaf


def learnt(text: bytes) -> Form | None:
    """The form of a document; None where it has lists of anything but texts, or is odd."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    read = _read(text) if type(document) is dict else None
    if read is None:
        return None
    marks, leaves, cuts = read
    told = flat(document)
    time = leaves.get("@timestamp" if "@timestamp" in document else "timestamp")
    if time is None or time.kind not in ("text", "number") or len(told) > MOST_NAMES:
        return None
    if leaves.get("event.module", time).kind != "text" or not told.keys() <= leaves.keys():
        return None
    ends = [*marks, len(text)]
    at = [mark for cut in cuts for mark in (cut.mark, cut.mark + 1)]
    places = [place for cut in cuts for place in (cut.begin, cut.end)]
    bounds = [0, *places, len(text)]
    moves = [place - ends[mark] for place, mark in zip(places, at, strict=True)]
    flags = [leaf.piece for leaf in leaves.values() if leaf.kind == "flag"]
    fixed = sorted([*range(0, len(bounds), 2), *flags])
    around = b"".join(text[bounds[piece] : bounds[piece + 1]] for piece in fixed)
    if len(around) > LONGEST_FORM:
        return None
    return Form(
        marks=len(marks),
        at=np.array(at),
        moves=np.array(moves, np.int32),
        fixed=np.array(fixed),
        lengths=np.diff(bounds)[fixed],
        text=np.frombuffer(around, np.uint8),
        leaves={name: leaves[name] for name in told},
        numbers=tuple(leaf.piece for leaf in leaves.values() if leaf.kind == "number"),
        lists=tuple(leaf.piece for leaf in leaves.values() if leaf.kind == "list"),
        time=time,
    )


def _read(text: bytes) -> tuple[list[int], dict[str, Leaf], list[_Cut]] | None:
    """Where the marks of an object are, what its values are and where; None for an odd one."""
    marks: list[int] = []
    leaves: dict[str, Leaf] = {}
    cuts: list[_Cut] = []
    prefixes, place = [""], 1
    while prefixes and (member := MEMBER.match(text, place)):
        place = member.end()
        name = (prefixes[-1] + member["name"].decode())[:LONGEST_NAME]
        kind = next(kind for kind in KINDS if member[kind] is not None)
        begin, end = member.span(kind)
        marks += (member.start("name") - 1, member.end("name"))
        if kind == "object":
            prefixes.append(f"{name}.")
        elif name in leaves or len(leaves) >= MOST_LEAVES:
            return None
        elif kind in ("null", "empty"):
            leaves[name] = Leaf(kind, same=[] if kind == "empty" else None)
        else:
            same = member[kind] == b"true" if kind == "flag" else None
            leaves[name] = Leaf(kind, 2 * len(cuts) + 1, same)
            if kind in ("text", "list"):
                cuts.append(_Cut(begin, end, len(marks)))
                marks += (begin - 1, end)
            else:
                cuts.append(_Cut(begin, end, len(marks) - 1))
        del prefixes[len(prefixes) - member["after"].count(b"}") :]
    return None if prefixes or place < len(text) else (marks, leaves, cuts)
