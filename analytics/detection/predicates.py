"""What a rule's condition becomes: a tree that answers with a boolean for each row of a view."""

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import re2

from analytics.detection import packages
from analytics.detection.columns import Literals, Mask, View
from analytics.detection.literals import shortest, sought
from analytics.detection.patterns import REMEMBERED, Pattern

EVERYWHERE = {"event.category", "event.type", "event.module", "event.dataset", "event.outcome"}
# Arrow compiles an expression each time, which takes longer than to search so many texts one by one
COMPILED_FOR = 48
SHORTEST = 3  # a literal of one or two characters stands nearly everywhere
NUMERAL = r"\A-?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:e[+-]?[0-9]{1,2})?\z"

Gate = Literals  # at least one of them stands, in upper or lower case, wherever it is open
Gates = frozenset[Gate]
NO_GATES: Gates = frozenset()


class Predicate(Protocol):
    """A condition over rows. Equal predicates are asked once a view."""

    def __call__(self, view: View) -> Mask: ...
    def __hash__(self) -> int: ...

    @property
    def gates(self) -> Gates:
        """All of them are open in every row that matches."""


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Predicate, ...]

    def __call__(self, view: View) -> Mask:
        """The cheap parts first; the costly ones are asked only of the rows that are left."""
        answer = np.ones(view.rows, dtype=bool)
        for part in sorted(self.parts, key=_cost):
            if not answer.any():
                break
            if 4 * int(answer.sum()) < view.rows:
                answer[answer] = view.only(answer).holds(part)
            else:
                answer = answer & view.holds(part)
        return answer

    @cached_property
    def gates(self) -> Gates:
        return NO_GATES.union(*(part.gates for part in self.parts))


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Predicate, ...]

    def __call__(self, view: View) -> Mask:
        answer = np.zeros(view.rows, dtype=bool)
        for part in self.parts:
            answer = answer | view.holds(part)
        return answer

    @cached_property
    def gates(self) -> Gates:
        """One: of each part the gate that opens most rarely."""
        if not all(part.gates for part in self.parts):
            return NO_GATES
        rarest = (max(part.gates, key=_selectivity) for part in self.parts)
        return frozenset({frozenset[tuple[str, str]]().union(*rarest)})


@dataclass(frozen=True)
class Not:
    """The part does not hold; so also where the field is absent."""

    part: Predicate

    gates = NO_GATES

    def __call__(self, view: View) -> Mask:
        return ~view.holds(self.part)


@dataclass(frozen=True)
class Text:
    """A value of the column matches one of the patterns."""

    column: str
    patterns: tuple[Pattern, ...]

    @cached_property
    def regex(self) -> str:
        """All patterns as one alternation."""
        return "|".join(dict.fromkeys(pattern.regex for pattern in self.patterns))

    def __call__(self, view: View) -> Mask:
        if any(view.closed(gate) for gate in self.gates):
            return np.zeros(view.rows, dtype=bool)
        return view.where(self.column, lambda texts: found(texts, self.regex), self)

    @cached_property
    def gates(self) -> Gates:
        literals = [sought(pattern.literals) for pattern in self.patterns]
        unsought = self.column in EVERYWHERE or self.column in packages.NAMES
        if unsought or any(shortest(each) < SHORTEST for each in literals):
            return NO_GATES
        gate = frozenset((self.column, literal) for each in literals for literal in each)
        return frozenset({gate})


@dataclass(frozen=True)
class Missing:
    """The event has no value there; an empty list is none."""

    column: str

    gates = NO_GATES

    def __call__(self, view: View) -> Mask:
        array = view.array(self.column)
        if pa.types.is_list(array.type):
            array = pc.fill_null(pc.equal(pc.list_value_length(array), 0), True)
            return np.asarray(array, dtype=bool)
        return np.asarray(array.is_null(), dtype=bool)


@dataclass(frozen=True)
class Number:
    """A number in the column, or a text that is one, compares so: equal, less, greater …"""

    column: str
    comparison: str
    number: float

    gates = NO_GATES

    def __call__(self, view: View) -> Mask:
        return view.where(self.column, self._compare, self)

    def _compare(self, texts: pa.Array) -> Mask:
        numerals = pc.if_else(pa.array(found(texts, NUMERAL)), texts, None)
        compare: Callable[[Any, Any], Any] = getattr(pc, self.comparison)
        answer = compare(numerals.cast(pa.float64()), pa.scalar(float(self.number)))
        return np.asarray(answer.fill_null(False))


@dataclass(frozen=True)
class Network:
    """The column holds an address of the network."""

    column: str
    network: ipaddress.IPv4Network | ipaddress.IPv6Network

    gates = NO_GATES

    def __call__(self, view: View) -> Mask:
        return view.where(self.column, lambda texts: _each(texts, self._contains), self)

    def _contains(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return address in self.network


@dataclass(frozen=True)
class TimePart:
    """The minute, hour, day, week, month or year of a time, in UTC, compares so; of texts that of
    those that are times as ISO 8601 has them, in UTC where they name no zone."""

    column: str
    part: str
    comparison: str
    number: float

    gates = NO_GATES

    def __call__(self, view: View) -> Mask:
        times = view.array(self.column)
        if not pa.types.is_timestamp(times.type):
            return view.where(self.column, self._of_texts, self)
        return self._compare(times)

    def _of_texts(self, texts: pa.Array) -> Mask:
        return self._compare(pa.array(map(_time, texts.to_pylist()), pa.timestamp("us", tz="UTC")))

    def _compare(self, times: pa.Array) -> Mask:
        part = getattr(pc, "iso_week" if self.part == "week" else self.part)(times)
        answer = getattr(pc, self.comparison)(
            part.cast(pa.float64()), pa.scalar(float(self.number))
        )
        return np.asarray(answer.fill_null(False))


@dataclass(frozen=True)
class Same:
    """One of the column's texts is, begins, ends or contains one of the other column's."""

    column: str
    other: str
    starts: bool = False
    ends: bool = False

    gates = NO_GATES

    def __call__(self, view: View) -> Mask:
        ours, theirs = _by_row(view, self.column), _by_row(view, self.other)
        return np.fromiter(
            (
                any(self._holds(text, part) for text in texts for part in parts)
                for texts, parts in zip(ours, theirs, strict=True)
            ),
            dtype=bool,
            count=view.rows,
        )

    def _holds(self, text: str, part: str) -> bool:
        if self.starts and self.ends:
            return part in text
        if self.starts:
            return text.startswith(part)
        return text.endswith(part) if self.ends else text == part


def found(texts: pa.Array, regex: str) -> Mask:
    """Where the RE2 expression is found; never where there is no text."""
    if len(texts) <= COMPILED_FOR:
        search = _compiled(regex).search
        return _each(texts, lambda text: search(text) is not None)
    answer = pc.match_substring_regex(texts, regex).fill_null(False)
    return np.asarray(answer.to_numpy(zero_copy_only=False), dtype=bool)


def _time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


@lru_cache(REMEMBERED)
def _compiled(regex: str) -> Any:
    return re2.compile(regex)


def _each(texts: pa.Array, test: Callable[[str], bool]) -> Mask:
    answers = (text is not None and test(text) for text in texts.to_pylist())
    return np.fromiter(answers, dtype=bool, count=len(texts))


def _by_row(view: View, column: str) -> Iterable[list[str]]:
    """The texts of each row, lower case."""
    values = view.values(column)
    if not len(values.texts):
        return [[] for _ in range(view.rows)]
    texts = [None if text is None else text.lower() for text in values.texts.to_pylist()]
    places = values.codes if values.codes is not None else np.arange(len(texts))
    rows = values.parents if values.parents is not None else np.arange(view.rows)
    by_row: list[list[str]] = [[] for _ in range(view.rows)]
    for row, place in zip(rows.tolist(), places.tolist(), strict=True):
        text = texts[place] if place >= 0 else None
        if text is not None:
            by_row[row].append(text)
    return by_row


def _cost(part: Predicate) -> int:
    """How dear a part is: what its gate can narrow first, what looks at each row by itself last."""
    if isinstance(part, AllOf | AnyOf):
        return max(map(_cost, part.parts))
    if isinstance(part, Not):
        return 1 + _cost(part.part)
    return 9 if isinstance(part, Same) else 0 if part.gates else 1


def _selectivity(gate: Gate) -> int:
    """How rarely a gate opens, roughly: short literals and the words of event.* are frequent."""
    return min(
        (1 if column.startswith("event.") else len(literal) for column, literal in gate), default=0
    )
