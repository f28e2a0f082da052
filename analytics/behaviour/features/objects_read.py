"""Objects in buckets that a person read."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.module", "context"),
        has(events, "event.category", "file"),
        has(events, "event.type", "access"),
        done(events),
    )


FEATURE = Feature(
    name="objects_read",
    title="Objects in buckets read",
    unit="objects",
    columns=(
        "event.category",
        "event.module",
        "event.outcome",
        "event.type",
        "file.path",
    ),
    sentence="read {observed} objects in buckets; expected {expected}",
    measure=Measure.DISTINCT,
    of="file.path",
    tactics=("collection",),
    least=100,
    select=_select,
)
