"""What the words of a search stand for: field names, numbers, times, yes or no, wildcards."""

import math
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import Enum

from analytics.fields import BY_NAME, Field, Kind

LONGEST_KEYWORD = 4_000  # characters; longer ones are cut when they are stored
LONGEST = 900  # characters of a value in a search; Lucene's automata hold no more, or
LONGEST_PART = 250  # no more than this of part of a value
MOST_WILDCARDS = 10
LABEL = "labels."
INSTANT = timedelta(microseconds=1)
DAY_LENGTH = len("2026-01-31")


class Wild(Enum):
    """A wildcard in a pattern."""

    ANY = "*"  # any number of characters
    ONE = "?"  # just one


Pattern = tuple[str | Wild, ...]
Value = str | int | float | bool | datetime


def named(name: str) -> Field:
    """The field of that name; `labels.x` is the field `labels`. ValueError names near ones."""
    if name in BY_NAME:
        return BY_NAME[name]
    if name.startswith(LABEL) and len(name) > len(LABEL):
        return BY_NAME["labels"]
    ends = [known for known in BY_NAME if known.endswith(f".{name.lower()}")]
    near = ends or get_close_matches(name.lower(), BY_NAME, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near[:3])}?" if near else "a colon is typed in quotes"
    raise ValueError(f'there is no field "{name}"; {hint}')


def keyword(name: str, *kinds: Kind) -> str:
    """The same name. ValueError where no field of these kinds has it."""
    if name not in BY_NAME or BY_NAME[name].kind not in kinds:
        raise ValueError(f"{name} is no field of kind {' or '.join(kinds)}")
    return name


def pattern(text: str, *, exact: bool) -> Pattern:
    """Literal pieces and wildcards in order. Where not exact, a backslash takes the meaning
    from the character after it. ValueError for what is too long or has too many wildcards."""
    if len(text) > LONGEST:
        raise ValueError(f"a value has at most {LONGEST} characters")
    if exact:
        return (text,) if text else ()
    pieces: list[str | Wild] = []
    literal = ""
    characters = iter(text)
    for character in characters:
        if character in "*?":
            pieces += [literal, Wild(character)] if literal else [Wild(character)]
            literal = ""
        else:
            literal += next(characters, "\\") if character == "\\" else character
    if literal:
        pieces.append(literal)
    if sum(isinstance(piece, Wild) for piece in pieces) > MOST_WILDCARDS:
        raise ValueError(f"a value has at most {MOST_WILDCARDS} wildcards")
    return tuple(pieces)


def literal(pieces: Pattern) -> str | None:
    """The text of a pattern without wildcards, else None."""
    text = [piece for piece in pieces if isinstance(piece, str)]
    return "".join(text) if len(text) == len(pieces) else None


def typed(field: Field, text: str) -> Value:
    """The value that a text is in a field of numbers, or yes or no. ValueError where it is none."""
    if field.kind is Kind.NUMBER:
        return _whole(field, text)
    if field.kind is Kind.DECIMAL:
        return _decimal(field, text)
    if field.kind is Kind.FLAG:
        if text.lower() not in ("true", "false"):
            raise ValueError(f'{field.name} is true or false, not "{text}"')
        return text.lower() == "true"
    return text


def span(field: Field, text: str) -> tuple[Value, Value]:
    """The first value that a text means and the first one after it, for times; a day without
    an hour is all of that day. Without a zone it is UTC."""
    try:
        start = datetime.fromisoformat(text)
        start = start.replace(tzinfo=UTC) if start.tzinfo is None else start.astimezone(UTC)
        return start, start + (timedelta(days=1) if len(text) == DAY_LENGTH else INSTANT)
    except (ValueError, OverflowError):
        example = "2026-01-31 or 2026-01-31T13:45:00Z"
        raise ValueError(f'{field.name} is a time such as {example}, not "{text}"') from None


def _whole(field: Field, text: str) -> int:
    try:
        number = int(text) if text.isascii() and "_" not in text else None
    except ValueError:
        number = None
    if number is None or not -(2**63) <= number < 2**63:
        raise ValueError(f'{field.name} is a whole number, not "{text}"')
    return number


def _decimal(field: Field, text: str) -> float:
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f'{field.name} is a number, not "{text}"')
    return number
