"""Files of others that a person opened to read."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, has, of_others


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.category", "file"),
        has(events, "event.type", "access"),
        of_others(events),
        done(events),
    )


FEATURE = Feature(
    name="files_read_of_others",
    title="Files of others read",
    unit="files",
    columns=(
        "event.category",
        "event.outcome",
        "event.type",
        "file.path",
    ),
    sentence="read {observed} files of others; expected {expected}",
    measure=Measure.DISTINCT,
    of="file.path",
    tactics=("collection",),
    least=5,
    select=_select,
)
