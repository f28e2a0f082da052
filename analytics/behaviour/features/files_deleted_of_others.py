"""Files of others that a person deleted."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, has, of_others


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.category", "file"),
        has(events, "event.type", "deletion"),
        of_others(events),
        done(events),
    )


FEATURE = Feature(
    name="files_deleted_of_others",
    title="Files of others deleted",
    unit="files",
    columns=(
        "event.category",
        "event.outcome",
        "event.type",
        "file.path",
    ),
    sentence="deleted {observed} files of others; expected {expected}",
    measure=Measure.DISTINCT,
    of="file.path",
    tactics=("impact",),
    select=_select,
)
