"""A search as Elasticsearch's query language."""

from datetime import datetime
from typing import Any as Anything

from analytics.fields import Kind
from analytics.store import meaning
from analytics.store.base import Interval, Question
from analytics.store.elastic.mapping import WINDOWS, Json
from analytics.store.meaning import Among, Leaf, Like, Present, Within
from analytics.store.query import All, Any, Not, Query
from analytics.store.values import Pattern, Value, Wild, keyword, literal

FACETED = 5_000  # values of a field that each index answers with
NOTHING: Json = {"match_none": {}}


def question(asked: Question) -> Json:
    """The query of a question."""
    bounds = {"gte": asked.since, "lt": asked.until}
    period = {side: instant(bound) for side, bound in bounds.items() if bound is not None}
    parts = [{"range": {"@timestamp": period}}] if period else []
    if asked.query is not None:
        parts.append(condition(asked.query))
    return {"bool": {"filter": parts}}


def condition(query: Query) -> Json:
    """What holds of an event, or does not; nothing is scored."""
    match query:
        case Not(part):
            return {"bool": {"must_not": [condition(part)]}}
        case All(parts):
            held = [condition(part) for part in parts if not isinstance(part, Not)]
            unheld = [condition(part.part) for part in parts if isinstance(part, Not)]
            return {"bool": {"filter": held, "must_not": unheld}}
        case Any(parts):
            return _any([condition(part) for part in parts])
        case _:
            return _any([one for leaf in meaning.leaves(query) for one in _leaf(leaf)])


def instant(time: datetime) -> str:
    """A time as it stands in documents: UTC, microseconds."""
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


def intervals(interval: Interval, by: str | None) -> list[Json]:
    """The sources of a histogram's composite aggregation: `time`, and `value` where asked."""
    start: Json = {"field": "@timestamp", "calendar_interval": interval}
    sources: list[Json] = [{"time": {"date_histogram": start}}]
    if by is not None:
        terms = {"field": keyword(by, Kind.KEYWORD), "missing_bucket": True}
        sources.append({"value": {"terms": terms | {"missing_order": "last"}}})
    return sources


def values(field: str) -> list[Json]:
    """The source of a composite aggregation over all values of a field."""
    return [{"value": {"terms": {"field": keyword(field, Kind.KEYWORD, Kind.KEYWORDS)}}}]


def facet(field: str, size: int) -> Json:
    """The aggregation of a field's most frequent values."""
    terms: Json = {"field": keyword(field, Kind.KEYWORD, Kind.KEYWORDS), "size": size}
    order = [{"_count": "desc"}, {"_key": "asc"}]
    return {"terms": terms | {"shard_size": max(size, FACETED), "order": order}}


def expression(pattern: Pattern) -> str:
    """The pattern as Lucene's regular expression, in which A to Z equal a to z."""
    parts = []
    for piece in pattern:
        if isinstance(piece, Wild):
            parts.append(".*" if piece is Wild.ANY else ".")
        else:
            parts += [_character(character) for character in piece]
    return "".join(parts)


def _character(character: str) -> str:
    if not character.isascii() or character.isdigit():
        return character
    if character.isalpha():
        return f"[{character.upper()}{character.lower()}]"
    return f"\\{character}"


def _any(parts: list[Json]) -> Json:
    if not parts:
        return NOTHING
    return parts[0] if len(parts) == 1 else {"bool": {"should": parts, "minimum_should_match": 1}}


def _leaf(leaf: Leaf) -> list[Json]:
    """Queries any of which holds where the leaf does."""
    name = leaf.field.name
    if not isinstance(leaf, Within) and leaf.label is not None:
        name = f"{name}.{leaf.label}"
    match leaf:
        case Present(field):
            return _present(name, field.kind)
        case Among(_, values):
            return [{"terms": {name: [_plain(value) for value in values]}}]
        case Like(field, pattern):
            return _like(name, field.kind, pattern)
        case Within(_, lower, upper, strict_lower, strict_upper):
            bounds: dict[str, Value | None] = {
                "gt" if strict_lower else "gte": lower,
                "lt" if strict_upper else "lte": upper,
            }
            sides = {side: _plain(bound) for side, bound in bounds.items() if bound is not None}
            return [{"range": {name: sides}}]


def _present(name: str, kind: Kind) -> list[Json]:
    """A value that is not empty: an empty one exists for Elasticsearch."""
    exists: Json = {"exists": {"field": name}}
    if kind is Kind.KEYWORDS:
        return [{"range": {name: {"gt": ""}}}]
    if kind is Kind.TEXT:
        return [_filled(exists, name), {"exists": {"field": f"{WINDOWS}{name}"}}]
    if kind is Kind.KEYWORD or (kind is Kind.LABELS and name != "labels"):
        return [_filled(exists, name)]
    return [exists]


def _filled(exists: Json, name: str) -> Json:
    return {"bool": {"filter": [exists], "must_not": [{"term": {name: ""}}]}}


def _like(name: str, kind: Kind, pattern: Pattern) -> list[Json]:
    text = literal(pattern)
    if kind is Kind.TEXT:
        fits = _regular(f".*{expression(pattern)}.*")
        return [{"regexp": {name: fits}}, {"regexp": {f"{WINDOWS}{name}": fits}}]
    if text is not None:
        return [{"term": {name: {"value": text, "case_insensitive": True}}}]
    return [{"regexp": {name: _regular(expression(pattern))}}]


def _regular(value: str) -> Json:
    return {"value": value, "flags": "NONE"}


def _plain(value: Value) -> Anything:
    return instant(value) if isinstance(value, datetime) else value
