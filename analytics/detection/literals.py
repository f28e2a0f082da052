"""Literals without which a regular expression cannot match: they tell where to look at all."""

import re
import warnings
from collections.abc import Iterable
from itertools import product
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

Literals = frozenset[str]
NONE: Literals = frozenset()
EMPTY: Literals = frozenset({""})
MOST = 64  # strings that one expression is followed into
ASCII = re.compile(r"[\x00-\x7f]+")
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)


def literals_of(regex: str) -> Literals:
    """Strings of which at least one, in upper or lower case, stands in whatever matches.

    Empty where none is known, as of what RE2 can read and Python cannot.
    """
    if "[:" in regex:  # a class of characters by name, which Python reads otherwise than RE2
        return NONE
    try:
        with warnings.catch_warnings(action="ignore"):  # of what Python may read otherwise one day
            parsed = _parser.parse(regex)
    except (re.error, OverflowError, RecursionError):
        return NONE
    return _sequence(parsed)[1]


def sought(literals: Literals) -> Literals:
    """What to look for of each, in lower case: its longest piece of ASCII, as only of that all
    engines agree which letters are the same."""
    return Literals(max(ASCII.findall(each), key=len, default="").lower() for each in literals)


def shortest(literals: Literals) -> int:
    """Length of the shortest, 0 where there is none."""
    return min(map(len, literals), default=0)


Found = tuple[Literals | None, Literals]  # all that it can match, if few; what must stand in it


def _sequence(nodes: Iterable[Any]) -> Found:
    run, whole, best = EMPTY, True, NONE
    for node in nodes:
        exact, needed = _node(*node)
        if exact is not None and len(exact) * len(run) <= MOST:
            run = Literals(start + end for start, end in product(run, exact))
            continue
        best = max(best, run, needed, key=shortest)
        run, whole = exact if exact is not None else EMPTY, False
    best = max(best, run, key=shortest)
    return (run if whole else None), (best if shortest(best) else NONE)


def _node(kind: Any, value: Any) -> Found:
    if kind is _constants.SUBPATTERN:
        return _sequence(value[-1])
    if kind is _constants.BRANCH:
        return _either([_sequence(branch) for branch in value[1]])
    if kind in REPEATS:
        least, most, inner = value
        exact, needed = _sequence(inner)
        optional = (least, most) == (0, 1) and exact is not None
        return (exact | EMPTY if exact and optional else None), (needed if least else NONE)
    if kind is _constants.LITERAL:
        return Literals({chr(value)}), NONE
    return (EMPTY if kind is _constants.AT else None), NONE


def _either(branches: list[Found]) -> Found:
    """One of several: what it needs is known only if each branch needs something."""
    exacts = [exact for exact, _ in branches if exact is not None]
    needs = [needed for _, needed in branches]
    exact = Literals().union(*exacts) if len(exacts) == len(branches) else None
    needed = Literals().union(*needs) if all(needs) else NONE
    return (exact if exact is not None and len(exact) <= MOST else None), needed
