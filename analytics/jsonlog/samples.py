"""What a source's reader makes of lines that differ in their copied values only."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from analytics.event import Context
from analytics.jsonlog.forms import Leaf
from analytics.jsonlog.learnt import Cell, Pattern, Sample, shared
from analytics.jsonlog.marking import Given, marked_document
from analytics.jsonlog.marks import FIRST_ID, MARKED, Cut, Marks, Noting, Piece
from analytics.jsonlog.moments import Unclear
from analytics.jsonlog.parts import Part
from analytics.reading import Document

Rows = Sequence[Mapping[str, Any]] | str
# What a source makes of each of some documents: its events, or why there are none.
Read = Callable[[Sequence[Document], Context], Sequence[Rows]]
SHORTEST = 48  # bytes that a text may at least have
MOST_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What a source's reader looks into; everything else it only copies, or leaves.

    Names are dotted, without places in lists, and stand for all that is under them. `at` are
    values that decide on what comes out, `anywhere` names of such that may stand in any part; of
    `words` those do that match a pattern of RE2, of all texts those that match the one of `*`.
    `signs` decide by whether they stand in a text. `same` are texts of which it matters whether
    they are the same. `times` are read as times, `addresses` as internet addresses, `counts` as
    whole numbers, also where they are written as texts, `digests` as those of SHA-256. `parts` are
    texts that are taken apart, by templates. `without` are further words, that decide where the
    record itself has no text of a name. `only` are the names of all that the reader reads, if told.
    Names of `words` and `parts` may have places in lists. `absent` are signs that no text has.
    """

    at: tuple[str, ...] = ()
    anywhere: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    signs: Mapping[str, str] = field(default_factory=dict)
    same: tuple[tuple[str, str], ...] = ()
    times: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    absent: str = ""

    def into(self, leaf: Leaf) -> str:
        """How a leaf is looked into: time, address, all of it, or not; left if it is not read."""
        if leaf.kind == "plain":
            return "all"
        if self.only and not _is_under(leaf, self.only):
            return "left"
        for how, names in (("time", self.times), ("address", self.addresses), ("all", self.at)):
            if _is_under(leaf, names):
                return "all" if how == "address" and leaf.kind != "text" else how
        return "" if self.anywhere.isdisjoint(leaf.path) else "all"


def _is_under(leaf: Leaf, names: Iterable[str]) -> bool:
    dotted = f"{leaf.name}."
    return any(dotted.startswith(f"{name}.") for name in names)


class Taking(NamedTuple):
    """How leaves were taken, which have ports, how long they may be, and parts by number."""

    taken: Sequence[str]
    with_port: frozenset[int]
    longest: Sequence[int]
    parts: Mapping[int, Part]


def learn(read: Read, all_given: Sequence[Given], context: Context) -> list[Sample | None]:
    """Learns from each of some lines of one form; None where it cannot be told what is copied."""
    found: list[Sample | None] = [None] * len(all_given)
    longest = [dict(enumerate(given.lengths)) for given in all_given]
    waiting = list(range(len(all_given)))
    for _ in range(MOST_TRIES):
        given = [(all_given[which], longest[which]) for which in waiting]
        learnt = [_learnt(read, given, context, kind) for kind in (0, 1)] if given else []
        cut: list[int] = []
        for which, one, other in zip(waiting, *learnt, strict=True) if learnt else ():
            leaf = next((said.leaf for said in (one, other) if isinstance(said, Cut)), None)
            if leaf is not None and _shortened(longest[which], leaf):
                cut.append(which)
            elif isinstance(one, Sample) and one == other:
                found[which] = one
        waiting = cut
    return found


def _shortened(longest: dict[int, int], cut: int) -> bool:
    """Whether texts can be less long: the one that came out cut short, else all others."""
    is_long = longest.get(cut, 0) > SHORTEST
    others = [leaf for leaf, most in longest.items() if most > SHORTEST and cut in longest]
    for leaf in [cut] if is_long else others:
        longest[leaf] = max(SHORTEST, longest[leaf] // 2)
    return is_long or bool(others)


def _learnt(
    read: Read, all_given: Sequence[tuple[Given, Mapping[int, int]]], context: Context, kind: int
) -> list[Sample | Exception]:
    usual = Marks(kind)
    raw, number = usual.line().encode(), usual.count(999)
    noting = Noting.of(context, raw, kind)
    found: list[Sample | Exception] = []
    marked: list[tuple[int, Any, Marks, Taking]] = []
    known: dict[Any, dict[str, Any]] = {}  # texts, by what decides on marks
    for at, (given, longest) in enumerate(all_given):
        found.append(Unclear("not read"))
        try:
            value, marks, ports = marked_document(given, longest, kind)
            marks.received(noting.received)
        except Unclear as error:
            found[at] = error
        else:
            decisive = (*marks.texts.items(), *marks.long.items(), *given.taken, *ports)
            marks.known = known.setdefault(decisive, {})
            most = shared(tuple(longest[leaf] for leaf in range(len(given.leaves))))
            taking = Taking(given.taken, ports, most, marks.parted_in)
            marked.append((at, value, marks, taking))
    try:
        read_ = read([Document(number, 0, raw, value) for _, value, _, _ in marked], noting)
    except Unclear:
        return found
    for rows, (at, _, marks, taking) in zip(read_, marked, strict=True):
        try:
            found[at] = _sample(rows, marks, noting, taking)
        except (Cut, Unclear) as error:
            found[at] = error
    return found


def _sample(rows: Rows, marks: Marks, noting: Noting, taking: "Taking") -> Sample:
    if isinstance(rows, str):
        raise Unclear(rows)
    cells = [{name: _cell(told, marks) for name, told in row.items()} for row in rows]
    numbers: dict[int, int] = {}
    renumbered = tuple({n: _renumbered(cell, numbers) for n, cell in row.items()} for row in cells)
    ids = tuple(
        None if (text := noting.noted[number]) is None else _text(text, marks) for number in numbers
    )
    if any(piece and piece.leaf <= FIRST_ID for cell in ids if cell for piece in cell.shape or ()):
        raise Unclear("ids made of ids")
    return Sample(renumbered, ids, *taking)


def _renumbered(cell: Cell, numbers: dict[int, int]) -> Cell:
    """The same with ids numbered as they come in a line's own events."""
    if cell.kind == "text":
        return cell._replace(shape=_with_ids(cell.shape, numbers))
    if cell.kind == "list":
        return cell._replace(shape=tuple(_with_ids(one, numbers) for one in cell.shape))
    if cell.kind == "labels":
        names, patterns = cell.shape
        return cell._replace(shape=(names, tuple(_with_ids(one, numbers) for one in patterns)))
    return cell


def _with_ids(pattern: Pattern, numbers: dict[int, int]) -> Pattern:
    for piece in pattern:
        if piece is not None and piece.leaf <= FIRST_ID:
            break
    else:
        return pattern
    return tuple(
        Piece(FIRST_ID - numbers.setdefault(FIRST_ID - piece.leaf, len(numbers)))
        if piece and piece.leaf <= FIRST_ID
        else piece
        for piece in pattern
    )


def _text(text: str, marks: Marks) -> Cell:
    if text not in marks.known:
        marks.known[text] = _read_text(text, marks)
    found: Cell = marks.known[text]
    return found


def _read_text(text: str, marks: Marks) -> Cell:
    if not MARKED.search(text):
        return Cell("same", None, (text,))
    parts: list[str | Piece] = []
    for part in marks.parts(text):
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part != "":
            parts.append(part)
    pieces = [part for part in parts if isinstance(part, Piece)]
    if not pieces:
        return Cell("same", None, (text,))
    if (cut := next((piece for piece in pieces if piece.cut), None)) and parts[-1:] != pieces:
        raise Cut(cut.leaf)  # how much of it is there depends on other values
    pattern = tuple(part if isinstance(part, Piece) else None for part in parts)
    return Cell("text", pattern, tuple(part for part in parts if isinstance(part, str)))


def _cell(value: Any, marks: Marks) -> Cell:
    if isinstance(value, str):
        return _text(value, marks)
    if isinstance(value, Mapping):
        return _labels(list(value.items()), marks)
    if isinstance(value, list | tuple) and value:
        is_labels = isinstance(value[0], tuple)
        return _labels(value, marks) if is_labels else _list(value, marks)
    kind, leaf = "number", None
    if isinstance(value, datetime):
        kind, leaf = "time", marks.times.get(value)
    elif type(value) in (int, float):
        leaf = marks.numbers.get(value, marks.decimals.get(value))
    return Cell("same", None, (value,)) if leaf is None else Cell(kind, leaf, ())


def _list(items: Sequence[str], marks: Marks) -> Cell:
    cells = [_text(item, marks) for item in items]
    if all(cell.kind == "same" for cell in cells):
        return Cell("same", None, (list(items),))
    return Cell("list", *_joined(cells))


def _labels(pairs: Sequence[tuple[str, str]], marks: Marks) -> Cell:
    names = tuple(name for name, _ in pairs)
    if any(_text(name, marks).kind != "same" for name in names):
        raise Unclear("a label's name")
    cells = [_text(text, marks) for _, text in pairs]
    if all(cell.kind == "same" for cell in cells):
        return Cell("same", None, (list(pairs),))
    shape, same = _joined(cells)
    return Cell("labels", (names, shape), same)


def _joined(cells: Sequence[Cell]) -> tuple[Any, tuple[Any, ...]]:
    patterns = tuple(cell.shape or (None,) for cell in cells)
    return patterns, tuple(part for cell in cells for part in cell.same)
