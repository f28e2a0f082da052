"""Hits: what correlations need of the events that their rules matched.

A table of hits has the columns of `COLUMNS` and, for each field that a correlation looks at, one
of that name behind `FIELD`. Hits come in any order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from analytics.detection.columns import View
from analytics.detection.correlations.correlation import Correlation
from analytics.detection.sigma import Rule

FIELD = "field:"
PERSON = "person"  # who is behind the account, which only is known when hits are looked at
TIME = pa.timestamp("us", "UTC")
COLUMNS = pa.schema(
    [
        ("rule", pa.string()),
        ("event", pa.string()),
        ("time", TIME),
        ("account", pa.string()),
        ("owner", pa.string()),
        ("object", pa.string()),
    ]
)
OF_EVENTS = {
    "event": "event.id",
    "time": "@timestamp",
    "account": "actor.account",
    "owner": "owner.account",
}


def needs(correlations: Iterable[Correlation]) -> Mapping[str, frozenset[str]]:
    """For each rule that a correlation refers to, the fields that are looked at in its hits.

    What is asked of another correlation is asked of its rules, but for what that one groups by.
    """
    by_id = {each.id: each for each in correlations}
    found: dict[str, set[str]] = defaultdict(set)

    def ask(rule: str, name: str | None) -> None:
        inner = by_id.get(rule)
        if name is None or name == PERSON:
            return
        if inner is None:
            found[rule].add(name)
            return
        for each in inner.rules:
            ask(each, inner.field_of(name, each) if name in inner.group_by else name)

    for correlation in by_id.values():
        for rule in correlation.rules:
            if rule not in by_id:
                found[rule]
            for name in correlation.looked_up:
                ask(rule, correlation.field_of(name, rule))
    return {rule: frozenset(names) for rule, names in found.items()}


def gathered(rule: Rule, matched: View, names: Iterable[str]) -> pa.Table:
    """The hits of one rule: the rows of a view that it matched."""
    columns: dict[str, pa.Array] = {
        name: matched.array(column).cast(COLUMNS.field(name).type)
        for name, column in OF_EVENTS.items()
    }
    columns["rule"] = pa.repeat(pa.scalar(rule.id), matched.rows)
    objects = matched.texts(rule.object) if rule.object else [None] * matched.rows
    columns["object"] = pa.array(objects, pa.string())
    for name in sorted(names):
        columns[FIELD + name] = _first_of(matched, rule.source.columns(name))
    return pa.table(columns)


def _first_of(view: View, columns: Sequence[str]) -> pa.Array:
    """The texts of the first of these columns that says something."""
    texts = [pa.array(view.texts(column), pa.string()) for column in columns]
    return pc.coalesce(*texts) if len(texts) > 1 else texts[0]


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """All hits, each with all fields; null where a hit lacks one."""
    if not tables:
        return COLUMNS.empty_table()
    return pa.concat_tables(tables, promote_options="default").combine_chunks()


def with_persons(hits: pa.Table, persons: pa.Array) -> pa.Table:
    """The same hits with who was behind the account of each; an account of nobody is its own."""
    column = pc.coalesce(persons.cast(pa.string()), hits["account"])
    return hits.append_column(FIELD + PERSON, column)
