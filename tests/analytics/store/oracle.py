"""What a search means, said a second time: by plain Python, over one row."""

import math
import re
from datetime import UTC, datetime, timedelta
from string import ascii_lowercase, ascii_uppercase
from typing import Any as Anything

from analytics.fields import BY_NAME, FIELDS, Kind
from analytics.store.query import All, Any, Between, Exists, Not, OneOf, Query, Term
from tests.analytics.store.samples import Row

FOLD = str.maketrans(ascii_uppercase, ascii_lowercase)


def holds(query: Query | None, row: Row) -> bool:  # noqa: PLR0911 (one a case)
    """Whether the row is one that the query means."""
    match query:
        case None:
            return True
        case Not(part):
            return not holds(part, row)
        case All(parts):
            return all(holds(part, row) for part in parts)
        case Any(parts):
            return any(holds(part, row) for part in parts)
        case Exists(name):
            return any(value != "" for value in values(name, row))
        case OneOf(name, wanted):
            return any(str(value) in wanted for value in values(name, row))
        case Term(None, value, exact):
            texts = [field.name for field in FIELDS if field.kind is Kind.TEXT]
            return any(holds(Term(name, value, exact), row) for name in texts)
        case Term():
            return any(fits(query, value) for value in values(str(query.field), row))
        case Between():
            return any(within(query, value) for value in values(query.field, row))


def values(name: str, row: Row) -> list[Anything]:
    """The values of a field that are not null."""
    if name.startswith("labels."):
        found = [(row.get("labels") or {}).get(name.removeprefix("labels."))]
    elif name == "labels":
        found = list(row.get("labels") or {})
    else:
        value = row.get(name)
        found = value if isinstance(value, list) else [value]
    return [value for value in found if value is not None]


def fits(term: Term, value: Anything) -> bool:
    """Whether a value is the term's."""
    name = str(term.field)
    if isinstance(value, datetime):
        return within(Between(name, term.value, term.value), value)
    if isinstance(value, bool):
        return value is (term.value.lower() == "true")
    if not isinstance(value, str):
        return bool(value == type(value)(term.value))
    if not term.exact and term.value == "*":
        return value != ""
    pieces, folded = between_stars(term), value.translate(FOLD)
    if name not in BY_NAME or BY_NAME[name].kind is not Kind.TEXT:
        return stand_in(pieces, folded)
    starts = range(0, max(len(folded) - 1_000, 1), 7_000)
    anywhere = [[], *pieces, []]
    return any(stand_in(anywhere, folded[at : at + 8_000]) for at in starts)


def between_stars(term: Term) -> list[list[str | None]]:
    """The characters of the folded value between its stars; None is a question mark."""
    if term.exact:
        return [list(term.value.translate(FOLD))]
    pieces: list[list[str | None]] = [[]]
    for escaped, wild, plain in re.findall(
        r"\\(.)|([*?])|(.)", term.value.translate(FOLD), re.DOTALL
    ):
        if wild == "*":
            pieces.append([])
        else:
            pieces[-1].append(None if wild else escaped or plain)
    return pieces


def stand_in(pieces: list[list[str | None]], text: str) -> bool:
    """Whether the pieces are the text, with anything between one and the next."""
    first, *rest = ["".join("." if c is None else re.escape(c) for c in piece) for piece in pieces]
    if not rest:
        return re.fullmatch(first, text, re.DOTALL) is not None
    found = re.match(first, text, re.DOTALL)
    for piece in rest[:-1]:
        if found is None:
            return False
        found = re.compile(piece, re.DOTALL).search(text, found.end())
    end = len(text) - len(pieces[-1])
    if found is None or found.end() > end:
        return False
    return re.compile(rest[-1], re.DOTALL).fullmatch(text, end) is not None


def within(part: Between, value: Anything) -> bool:
    """Whether a value is in the range."""
    if part.lower is None and part.upper is None:
        return bool(value != "")
    low, high = bounds(part.lower, value), bounds(part.upper, value)
    if low and not (value >= low[0] if not part.strict_lower else value >= low[1]):
        return False
    return not high or (value < high[1] if not part.strict_upper else value < high[0])


def bounds(text: str | None, value: Anything) -> tuple[Anything, Anything] | None:
    """The first value that the text means, and the first that comes after it."""
    if text is None:
        return None
    if isinstance(value, datetime):
        start = datetime.fromisoformat(text)
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        return start, start + (timedelta(days=1) if len(text) == 10 else timedelta(microseconds=1))
    if isinstance(value, str):
        return text, text + "\0"
    if isinstance(value, int):
        return int(text), int(text) + 1
    return float(text), math.nextafter(float(text), math.inf)
