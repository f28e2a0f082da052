"""A search as DuckDB's SQL. Values are only ever parameters; names are those of `fields`."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

import pyarrow as pa

from analytics.fields import BY_NAME, FIELDS, Kind
from analytics.store import meaning
from analytics.store.base import Question
from analytics.store.meaning import OVERLAP, WINDOW, Among, Leaf, Like, Present, Within
from analytics.store.query import All, Any, Not, Query
from analytics.store.values import Pattern, Wild, literal

TYPES = {
    Kind.TIME: "TIMESTAMPTZ",
    Kind.KEYWORD: "VARCHAR",
    Kind.TEXT: "VARCHAR",
    Kind.KEYWORDS: "VARCHAR[]",
    Kind.NUMBER: "BIGINT",
    Kind.DECIMAL: "DOUBLE",
    Kind.FLAG: "BOOLEAN",
    Kind.LABELS: "MAP(VARCHAR, VARCHAR)",
}
NONE = ", ".join(f'NULL::{TYPES[field.kind]} AS "{field.name}"' for field in FIELDS)
MOST_SINGLE = 100  # values that stand in a statement one by one
NO_EVENTS = f"(SELECT {NONE} WHERE false)"

Parameter = object
Sql = tuple[str, list[Parameter]]
Ask = Callable[[str, list[Parameter], Question], pa.Table]  # see `duck.Reader.ask`


def where(question: Question, after: tuple[datetime, str] | None = None) -> Sql:
    """The condition of a question, and of the rows after one in the order of a page."""
    parts: list[Sql] = []
    if question.since is not None:
        parts.append(('"@timestamp" >= ?', [question.since]))
    if question.until is not None:
        parts.append(('"@timestamp" < ?', [question.until]))
    if after is not None:
        time, event = after
        order = '("@timestamp" < ? OR ("@timestamp" = ? AND "event.id" < ?))'
        parts.append((order, [time, time, event]))
    if question.query is not None:
        parts.append(condition(question.query))
    return _joined(" AND ", parts, "true")


def condition(query: Query) -> Sql:
    """True or false, never null, of each event."""
    match query:
        case Not(part):
            sql, values = condition(part)
            return f"NOT {sql}", values
        case All(parts):
            return _joined(" AND ", [condition(part) for part in parts], "true")
        case Any(parts):
            return _joined(" OR ", [condition(part) for part in parts], "false")
        case _:
            return _joined(" OR ", [_leaf(leaf) for leaf in meaning.leaves(query)], "false")


def column(name: str) -> str:
    """A field's name as an identifier. Raises ValueError where there is no such field."""
    if name not in BY_NAME:
        raise ValueError(f"there is no field {name!r}")
    return f'"{name}"'


def expression(pattern: Pattern) -> str:
    """The pattern as a regular expression in which A to Z equal a to z."""
    parts = ["(?s)"]
    for piece in pattern:
        if isinstance(piece, Wild):
            parts.append(".*" if piece is Wild.ANY else ".")
        else:
            parts += [_character(character) for character in piece]
    return "".join(parts)


def _character(character: str) -> str:
    if character.isascii() and character.isalpha():
        return f"[{character.upper()}{character.lower()}]"
    return re.escape(character)


def _joined(word: str, parts: list[Sql], nothing: str) -> Sql:
    values = [value for _, own in parts for value in own]
    return f"({word.join(sql for sql, _ in parts) or nothing})", values


def _leaf(leaf: Leaf) -> Sql:
    name = column(leaf.field.name)
    if leaf.field.kind is Kind.LABELS and not isinstance(leaf, Within):
        if leaf.label is None:
            return f"coalesce(cardinality({name}) > 0, false)", []
        return _of_any(f"map_extract({name}, ?)", leaf, [leaf.label])
    if leaf.field.kind is Kind.KEYWORDS:
        return _of_any(name, leaf, [])
    if isinstance(leaf, Among):
        if 0 < len(leaf.values) <= MOST_SINGLE:
            return _known(name, f"{name} IN ({marks(leaf.values)})"), [*leaf.values]
        return _known(name, f"{name} IN (SELECT unnest(?))"), [list(leaf.values)]
    sql, values = _of_value(leaf, name)
    return _known(name, sql), values


def _known(name: str, sql: str) -> str:
    """The condition, false where the field is null. Written so that parts of files in which it
    cannot hold are not read."""
    return f"({name} IS NOT NULL AND {sql})"


def _of_any(texts: str, leaf: Leaf, before: list[Parameter]) -> Sql:
    """That the condition holds of any text of a list."""
    sql, values = _of_value(leaf, "x")
    return f"coalesce(len(list_filter({texts}, lambda x: {sql})) > 0, false)", before + values


def _of_value(leaf: Leaf, x: str) -> Sql:
    """The condition of one value, or null where that is null."""
    match leaf:
        case Present(field):
            is_text = field.kind not in (Kind.TIME, Kind.NUMBER, Kind.DECIMAL, Kind.FLAG)
            return f"{x} <> ''" if is_text else f"{x} IS NOT NULL", []
        case Among(_, values):
            return f"list_contains(?::VARCHAR[], {x})", [list(values)]
        case Like(field, pattern):
            if field.kind is Kind.TEXT:
                return _anywhere(pattern, x)
            return _whole(pattern, x)
        case Within(_, lower, upper, strict_lower, strict_upper):
            parts: list[Sql] = []
            if lower is not None:
                parts.append((f"{x} {'>' if strict_lower else '>='} ?", [lower]))
            if upper is not None:
                parts.append((f"{x} {'<' if strict_upper else '<='} ?", [upper]))
            return _joined(" AND ", parts, "true")


def _whole(pattern: Pattern, x: str) -> Sql:
    """That a value fits. Without wildcards it also fits where no letter is told from its other
    case: that folds more than A to Z, but is so quick that the rest is asked of few values."""
    fits: Sql = (f"regexp_full_match({x}, ?)", [expression(pattern)])
    text = literal(pattern)
    if text is None:
        return fits
    return _joined(" AND ", [(f"lower({x}) = lower(?)", [text]), fits], "true")


def _anywhere(pattern: Pattern, x: str) -> Sql:
    fits: Sql = (f"regexp_matches({x}, ?)", [expression(pattern)])
    if Wild.ANY not in pattern:
        return fits
    starts = f"range(0, length({x}) - {OVERLAP}, {WINDOW - OVERLAP})"
    window = f"substr({x}, start + 1, {WINDOW})"
    found = f"list_filter({starts}, lambda start: regexp_matches({window}, ?))"
    within = f"(length({x}) <= {WINDOW} OR len({found}) > 0)"
    return _joined(" AND ", [fits, (within, [expression(pattern)])], "true")


def listed(names: Sequence[str]) -> str:
    """The columns of a SELECT."""
    return ", ".join(column(name) for name in names)


def marks(values: Sequence[object]) -> str:
    """A place for each parameter of a list."""
    return ", ".join("?" * len(values))
