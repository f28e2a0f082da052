"""Tells which rules could match in which rows, without asking their conditions.

What a rule's literals rule out costs nothing but one search of each column for the literals of
all rules together. So most rules are never asked, and the others only of few rows.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from ahocorasick_rs import BytesAhoCorasick, Implementation

from analytics.detection.columns import Codes, Literals, Mask, Values, View
from analytics.detection.logsources import LogSource
from analytics.detection.patterns import of_text
from analytics.detection.predicates import Gate, Gates, Text
from analytics.detection.sigma import Rule

MOST_KEPT = 500_000  # rows of which is kept what was found out about them, which bounds memory
WORD = re.compile(r"[a-z0-9]")
SMALL = 16 << 10  # characters of literals up to which the fastest automaton is not too large
# What is the same as an ASCII letter but for upper and lower case: long s and the Kelvin sign.
FOLDED = {"\u017f": "s", "\u212a": "k"}

Found = dict[str, Codes]  # in which values of a column each literal stands


class Prefilter:
    """The literals and log sources of some rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = [(rule, _telling(rule.predicate.gates)) for rule in rules]
        gates = (gate for _, gates in self._rules for gate in gates)
        self._sought = Literals().union(*gates)
        literals: dict[str, set[str]] = defaultdict(set)
        for column, literal in self._sought:
            literals[column].add(literal)
        alike: dict[frozenset[str], _Search] = {}
        self._searches: dict[str, _Search] = {}
        for column, each in literals.items():
            wanted = frozenset(each)
            self._searches[column] = alike.setdefault(wanted, _Search(sorted(wanted)))

    def candidates(self, view: View) -> Iterator[tuple[Rule, View]]:
        """Each rule that could match with the rows in which it could, in the rules' order."""
        asked = _Asked(view, self._searches, self._sought)
        for rule, gates in self._rules:
            rows = asked.rows(rule.source, gates)
            if rows is not None:
                yield rule, rows


def _telling(gates: Gates) -> Gates:
    """The gates to look for: without those of signs alone where there are others, as what
    stands in nearly every command takes longer to find than it spares."""
    words = (gate for gate in gates if all(WORD.search(literal) for _, literal in gate))
    return frozenset(words) or gates


class _Asked:
    """What is found of all literals in some events, and what follows from it for gates."""

    def __init__(self, view: View, searches: dict[str, "_Search"], sought: Literals) -> None:
        self._view = view
        self._places = {
            (column, literal): places
            for column, search in searches.items()
            for literal, places in search.found(view.values(column)).items()
        }
        self._standing = frozenset(self._places)
        view.lacks(sought - self._standing)
        self._open: dict[Gate, Mask] = {}
        self._kept: dict[tuple[LogSource, Gates], View] = {}
        self._rows = 0  # of what is kept
        self._routed: dict[LogSource, tuple[Mask, bool]] = {}

    def rows(self, source: LogSource, gates: Gates) -> View | None:
        """The source's rows in which all gates are open; None where there are none. Rules that
        have these in common share what is found out about the rows."""
        if any(gate.isdisjoint(self._standing) for gate in gates):
            return None
        key = source, gates
        found = self._kept.get(key)
        if found is None:
            rows, some = self._of_source(source)
            for gate in gates if some else ():
                rows = rows & self._opened(gate)
            if not some or not rows.any():
                return None
            found = self._view.only(rows)
            self._rows += found.rows
            if self._rows <= MOST_KEPT:
                self._kept[key] = found
        return found

    def _of_source(self, source: LogSource) -> tuple[Mask, bool]:
        found = self._routed.get(source)
        if found is None:
            rows = np.ones(self._view.rows, dtype=bool)
            for column, values in source.where:
                rows &= self._view.holds(Text(column, tuple(of_text(value) for value in values)))
            found = self._routed[source] = rows, bool(rows.any())
        return found

    def _opened(self, gate: Gate) -> Mask:
        found = self._open.get(gate)
        if found is None:
            found = np.zeros(self._view.rows, dtype=bool)
            by_column: dict[str, list[Codes]] = defaultdict(list)
            for key in gate & self._standing:
                by_column[key[0]].append(self._places[key])
            for column, places in by_column.items():
                values = self._view.values(column)
                chosen = np.zeros(len(values.texts), dtype=bool)
                for each in places:
                    chosen[each] = True
                found |= values.spread(chosen)
            self._open[gate] = found
        return found


class _Search:
    """Looks for some literals at once, in upper and lower case."""

    def __init__(self, literals: Sequence[str]) -> None:
        self._literals = literals
        small = sum(map(len, literals)) <= SMALL
        self._automaton = BytesAhoCorasick(
            [literal.encode() for literal in literals],
            implementation=Implementation.DFA if small else Implementation.ContiguousNFA,
        )

    def found(self, values: Values) -> Found:
        """The literals that stand in any of the values. One that begins in one value and ends
        in the next is taken for found, which only means that the rule is asked for nothing."""
        data, bounds = _lowered(values.texts)
        matches = self._automaton.find_matches_as_indexes(data, overlapping=True)
        if not matches:
            return {}
        signs = np.fromiter(chain.from_iterable(matches), np.int64, 3 * len(matches))
        flat = signs.reshape(-1, 3)
        flat = flat[np.argsort(flat[:, 0], kind="stable")]
        places = np.searchsorted(bounds, flat[:, 1], side="right") - 1
        numbers, firsts = np.unique(flat[:, 0], return_index=True)
        parts = np.split(places, firsts[1:])
        return dict(zip((self._literals[number] for number in numbers), parts, strict=True))


def _lowered(texts: pa.Array) -> tuple[bytes, npt.NDArray[Any]]:
    """All texts in lower case, as far as they are ASCII, and where each begins and ends."""
    data, bounds = _bytes(texts)
    if any(sign.encode() in data for sign in FOLDED):
        for sign, letter in FOLDED.items():
            texts = pc.replace_substring(texts, sign, letter)
        data, bounds = _bytes(texts)
    return data.lower(), bounds


def _bytes(texts: pa.Array) -> tuple[bytes, npt.NDArray[Any]]:
    _, offsets, data = texts.buffers()
    if not len(texts) or data is None:
        return b"", np.zeros(1, np.int32)
    bounds = np.frombuffer(offsets, np.int32, len(texts) + 1, 4 * texts.offset)
    return bytes(memoryview(data)[bounds[0] : bounds[-1]]), bounds - bounds[0]
