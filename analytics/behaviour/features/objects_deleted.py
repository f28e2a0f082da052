"""Objects in buckets that a person deleted."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, filled, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.module", "context"),
        has(events, "event.category", "file"),
        has(events, "event.type", "deletion"),
        filled(events, "file.path"),
        done(events),
    )


FEATURE = Feature(
    name="objects_deleted",
    title="Objects in buckets deleted",
    unit="objects",
    columns=(
        "event.category",
        "event.dataset",
        "event.module",
        "event.outcome",
        "event.type",
        "file.path",
    ),
    sentence="deleted {observed} objects in buckets; expected {expected}",
    measure=Measure.DISTINCT,
    of="file.path",
    tactics=("impact",),
    least=3,
    select=_select,
)
