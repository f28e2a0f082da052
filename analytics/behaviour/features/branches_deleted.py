"""Branches and tags that a person deleted."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.values import branch
from analytics.selection import both, filled, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", "delete"), filled(events, "git.branch"))


FEATURE = Feature(
    name="branches_deleted",
    title="Branches deleted",
    unit="branches",
    columns=(
        "event.action",
        "git.branch",
        "git.repository",
    ),
    sentence="deleted {observed} branches or tags; expected {expected}",
    measure=Measure.DISTINCT,
    of=branch,
    tactics=("impact",),
    least=3,
    select=_select,
)
