"""Pushes that a person made straight to a protected or default branch."""

import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature
from analytics.selection import both, either, has, known, landed_by_merge


def _select(events: pa.Table) -> pa.BooleanArray:
    shared = either(has(events, "git.branch", "main", "master"), known(events["git.protected"]))
    own = pc.invert(landed_by_merge(events))
    return both(has(events, "event.action", "push"), shared, own)


FEATURE = Feature(
    name="direct_pushes",
    title="Direct pushes to shared branches",
    unit="pushes",
    columns=("event.action", "git.branch", "git.commit", "git.protected"),
    sentence="pushed {observed} times straight to a shared branch; expected {expected}",
    tactics=("persistence",),
    select=_select,
)
