"""Runs rules on the examples that they carry, so that a rule proves itself."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from analytics.detection.columns import View
from analytics.detection.logsources import LogSource
from analytics.detection.matcher import hits
from analytics.detection.sigma import Rule
from analytics.fields import BY_NAME, SCHEMA

Example = Mapping[str, Any]


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
    return any(True for _ in hits([rule], View(events_of([example], rule.source))))


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
