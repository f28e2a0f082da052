"""What a person deleted."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import has


def _select(events: pa.Table) -> pa.BooleanArray:
    return has(events, "event.type", "deletion")


FEATURE = Feature(
    name="deletions",
    title="Deletions",
    unit="deletions",
    columns=("event.type",),
    sentence="deleted {observed} things; expected {expected}",
    tactics=("impact",),
    least=5,
    select=_select,
)
