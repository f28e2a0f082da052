"""Files that a person fetched from the hub or its mirror."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", "hf-download"), done(events))


FEATURE = Feature(
    name="files_fetched",
    title="Files fetched",
    unit="files",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="fetched {observed} files from the hub; expected {expected}",
    tactics=("collection",),
    least=100,
    select=_select,
)
