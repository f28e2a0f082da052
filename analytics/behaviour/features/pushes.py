"""Pushes that a person made."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", "push", "git.push"), done(events))


FEATURE = Feature(
    name="pushes",
    title="Pushes",
    unit="pushes",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="pushed {observed} times; expected {expected}",
    least=10,
    select=_select,
)
