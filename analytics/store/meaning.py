"""The one meaning of a search: what each part asks of one field, the same for both stores.

- Keyword fields are compared whole, list fields value by value, text fields by any part.
- A to Z equal a to z in what people type; no other letters are folded. `OneOf` folds nothing.
- A pattern with `*` inside holds in a text where it holds within one window of it (see
  `windows`); of shorter texts that is all of them.
- Null has no value: no part holds of it, so its `Not` does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.fields import FIELDS, Field, Kind
from analytics.store.query import All, Any, Between, Exists, Not, OneOf, Query, Term
from analytics.store.values import (
    LONGEST_KEYWORD,
    LONGEST_PART,
    Pattern,
    Value,
    Wild,
    literal,
    named,
    pattern,
    typed,
)
from analytics.store.values import span as time_span

WINDOW = 8_000  # characters; in UTF-8 they fit into a Lucene term, 32,766 bytes
OVERLAP = 1_000  # so that each part that is asked for is whole in some window
TEXTS = tuple(field for field in FIELDS if field.kind is Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Present:
    """The field has a value that is not empty."""

    field: Field
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """A value fits the pattern, A to Z folded: whole, or in a text field any part of it."""

    field: Field
    pattern: Pattern
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Among:
    """A value is one of these, exactly."""

    field: Field
    values: tuple[Value, ...]
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """lower ≤ a value ≤ upper; strict sides exclude the bound; None leaves a side open."""

    field: Field
    lower: Value | None
    upper: Value | None
    strict_lower: bool = False
    strict_upper: bool = False


Leaf = Present | Like | Among | Within


def leaves(part: Term | Exists | Between | OneOf) -> tuple[Leaf, ...]:
    """What a part asks: that any of these holds. ValueError where it makes no sense."""
    match part:
        case Exists(name):
            return (Present(named(name), _label(name)),)
        case Term(name, value, exact):
            pieces = pattern(value, exact=exact)
            if name is None:
                return tuple(_like(field, None, pieces) for field in TEXTS)
            return (_term(name, pieces),)
        case OneOf(name, values):
            return (_among(name, values),)
        case Between():
            return (_within(part),)


def reads_texts(query: Query | None) -> bool:
    """Whether texts are looked through, which are all read where no index has them."""
    match query:
        case None:
            return False
        case Not(part):
            return reads_texts(part)
        case All(parts) | Any(parts):
            return any(reads_texts(part) for part in parts)
        case _:
            return any(
                isinstance(leaf, Like) and leaf.field.kind is Kind.TEXT for leaf in leaves(query)
            )


def windows(text: str) -> Iterator[str]:
    """The overlapping windows, in characters, through which a text is searched."""
    for start in range(0, max(len(text) - OVERLAP, 1), WINDOW - OVERLAP):
        yield text[start : start + WINDOW]


def _label(name: str) -> str | None:
    return name.removeprefix("labels.") if name.startswith("labels.") else None


def _term(name: str, pieces: Pattern) -> Leaf:
    field, label = named(name), _label(name)
    if pieces == (Wild.ANY,):
        return Present(field, label)
    if field.kind in (Kind.KEYWORD, Kind.KEYWORDS, Kind.TEXT, Kind.LABELS):
        return _like(field, label, pieces)
    text = literal(pieces)
    if text is None:
        raise ValueError(f"{name} takes no wildcards, but ranges: {name}:[a TO b]")
    if field.kind is Kind.TIME:
        return Within(field, *time_span(field, text), strict_upper=True)
    return Among(field, (typed(field, text),))


def _like(field: Field, label: str | None, pieces: Pattern) -> Like:
    if field.kind is Kind.LABELS:
        if label is None:
            raise ValueError("which label? Write labels.<name>:<value>")
        if literal(pieces) is None:
            raise ValueError("labels take no wildcards")
    is_part = field.kind is Kind.TEXT or literal(pieces) is None
    if is_part and sum(1 if isinstance(p, Wild) else len(p) for p in pieces) > LONGEST_PART:
        raise ValueError(f"part of a value has at most {LONGEST_PART} characters")
    if field.kind is Kind.TEXT:
        while pieces and pieces[0] is Wild.ANY:
            pieces = pieces[1:]
        while pieces and pieces[-1] is Wild.ANY:
            pieces = pieces[:-1]
        if not pieces:
            raise ValueError("an empty text is part of every text; _exists_:field asks for any")
    return Like(field, pieces, label)


def _among(name: str, values: tuple[str, ...]) -> Among:
    field, label = named(name), _label(name)
    if field.kind is Kind.TIME or (field.kind is Kind.LABELS and label is None):
        raise ValueError(f"{name} is not asked for one of several values")
    kept = (value for value in values if len(value) <= LONGEST_KEYWORD)
    return Among(field, tuple(typed(field, value) for value in kept), label)


def _within(part: Between) -> Leaf:
    field = named(part.field)
    if field.kind in (Kind.TEXT, Kind.LABELS, Kind.FLAG):
        raise ValueError(f"{part.field} has no order, so it takes no range")
    if part.lower is None and part.upper is None:
        return Present(field)
    if field.kind is Kind.TIME:
        return _times(field, part)
    lower = None if part.lower is None else typed(field, part.lower)
    upper = None if part.upper is None else typed(field, part.upper)
    return Within(field, lower, upper, part.strict_lower, part.strict_upper)


def _times(field: Field, part: Between) -> Within:
    """A day as a bound is all of it: `[… TO 2026-01-31]` ends when the day does."""
    lower = None if part.lower is None else time_span(field, part.lower)[part.strict_lower]
    upper = None if part.upper is None else time_span(field, part.upper)[not part.strict_upper]
    return Within(field, lower, upper, strict_upper=True)
