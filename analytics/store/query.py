"""A search, as people type it, and its one meaning for both stores (see `meaning`)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """The field has the value; `*` and `?` are wildcards; field None means any text field.

    A backslash before a character takes its meaning from it. A to Z equal a to z.
    """

    field: str | None
    value: str
    exact: bool = False  # nothing has a meaning: the value stood in quotes or came from a program


@dataclass(frozen=True, slots=True)
class Exists:
    """The field is there and not empty."""

    field: str


@dataclass(frozen=True, slots=True)
class Between:
    """lower ≤ value ≤ upper; None leaves a side open; strict sides exclude the bound."""

    field: str
    lower: str | None
    upper: str | None
    strict_lower: bool = False
    strict_upper: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has one of these values, exactly. Made by programs, for accounts and ids.

    Values of more than 4,000 characters are never found.
    """

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; none is true."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; none is false."""

    parts: tuple["Query", ...]


Query = Term | Exists | Between | OneOf | Not | All | Any


class QueryError(Exception):
    """What was typed is no search; the message says where and why, in words for people.

    `at` is the place in the text, from 0, where there is one.
    """

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.at = at


def parse(text: str) -> Query | None:
    """The search that a text means: Lucene-style `field:value`, quotes, wildcards, ranges
    `[a TO b]`, `>=`, AND, OR, NOT, brackets; None for an empty text. Raises QueryError.

    Words without a word between them must all hold; NOT binds before AND before OR.
    """
    from analytics.store.syntax import Reader

    return Reader(text).query()
