"""Runs rules and correlations on the examples that they carry, so that each proves itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from analytics.detection.columns import View
from analytics.detection.correlations.alerts import correlate
from analytics.detection.correlations.correlation import Correlation
from analytics.detection.correlations.gathering import with_persons
from analytics.detection.loading import RuleSet
from analytics.detection.logsources import LogSource
from analytics.detection.matcher import detect, hits
from analytics.detection.prefilter import Prefilter
from analytics.detection.sigma import Rule
from analytics.fields import BY_NAME, SCHEMA

Example = Mapping[str, Any]
FIRST = datetime(2026, 1, 5, tzinfo=UTC)  # when the first event of a sequence happens


def wrong(rule: Rule) -> list[str]:
    """What the rule gets wrong of its own examples, a sentence each; nothing where it is right."""
    return [
        *(
            f"{rule.id} does not fire on {dict(example)}"
            for example in rule.examples.match
            if not fires(rule, example)
        ),
        *(
            f"{rule.id} fires on {dict(example)}"
            for example in rule.examples.no_match
            if fires(rule, example)
        ),
    ]


def fires(rule: Rule, example: Example) -> bool:
    """Whether the rule matches an event of these fields."""
    view = View(events_of([example], rule.source), derived=rule.derived)
    return any(True for _ in hits(Prefilter([rule]), view))


def wrong_together(correlation: Correlation, rules: RuleSet) -> list[str]:
    """The same of a correlation, whose rules must be in the set."""
    return [
        *(
            f"{correlation.id} does not hold over {list(example)}"
            for example in correlation.examples.match
            if not holds_over(correlation, rules, example)
        ),
        *(
            f"{correlation.id} holds over {list(example)}"
            for example in correlation.examples.no_match
            if holds_over(correlation, rules, example)
        ),
    ]


def holds_over(correlation: Correlation, rules: RuleSet, example: Sequence[Example]) -> bool:
    """Whether the correlation raises an alert on these events, each account a person of its own."""
    named = {name: rule for rule in rules.rules for name in rule.names}
    named |= {rule.id: rule for rule in rules.rules}
    tables = [
        events_of([_at(event, place)], named[str(event["rule"])].source)
        for place, event in enumerate(example)
    ]
    hits = detect(rules, pa.concat_tables(tables)).hits
    hits = with_persons(hits, pa.nulls(hits.num_rows))
    found = correlate(rules.correlations, hits, FIRST, FIRST + timedelta(days=366))
    return any(one.alert.rule == correlation.id for one in found)


def _at(event: Example, place: int) -> Example:
    fields = {name: value for name, value in event.items() if name not in ("rule", "hours")}
    time = FIRST + timedelta(hours=float(event.get("hours", 0)))
    return {"@timestamp": time, "event.id": f"{place:04}", **fields}


def events_of(examples: Sequence[Example], source: LogSource) -> pa.Table:
    """The examples as events; what the log source asks of an event is filled in where unsaid.

    A field `labels.x` becomes a label. Raises KeyError for a field that there is not.
    """
    rows = [_row(example, source) for example in examples]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _row(example: Example, source: LogSource) -> dict[str, Any]:
    row: dict[str, Any] = {column: values[0] for column, values in source.where}
    labels: list[tuple[str, str]] = []
    for name, value in example.items():
        if name.startswith("labels."):
            labels.append((name.removeprefix("labels."), str(value)))
        elif name in BY_NAME:
            row[name] = value
        else:
            raise KeyError(f"there is no field {name!r}")
    return {**row, "labels": labels or None}
