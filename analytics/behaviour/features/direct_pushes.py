"""Pushes that a person made straight to a protected or default branch."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, either, has, known


def _select(events: pa.Table) -> pa.BooleanArray:
    shared = either(has(events, "git.branch", "main", "master"), known(events["git.protected"]))
    return both(has(events, "event.action", "push"), shared)


FEATURE = Feature(
    name="direct_pushes",
    title="Direct pushes to shared branches",
    unit="pushes",
    columns=("event.action", "git.branch", "git.protected"),
    sentence="pushed {observed} times straight to a shared branch; expected {expected}",
    tactics=("persistence",),
    select=_select,
)
