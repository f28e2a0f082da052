"""Files of others that a person wrote, replaced or deleted."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, has, of_others


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.category", "file"),
        has(events, "event.type", "change", "creation", "deletion"),
        of_others(events),
        done(events),
    )


FEATURE = Feature(
    name="files_written_of_others",
    title="Files of others written",
    unit="files",
    columns=("event.category", "event.type", "event.outcome", "file.path"),
    sentence="wrote {observed} files of others; expected {expected}",
    measure=Measure.DISTINCT,
    of="file.path",
    tactics=("impact",),
    select=_select,
)
