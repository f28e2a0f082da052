"""Data sets that a person fetched."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.action", "hf-download"), has(events, "hf.kind", "dataset"), done(events)
    )


FEATURE = Feature(
    name="datasets_fetched",
    title="Data sets fetched",
    unit="data sets",
    columns=(
        "event.action",
        "event.outcome",
        "hf.kind",
        "hf.repo",
    ),
    sentence="fetched {observed} data sets; expected {expected}",
    measure=Measure.DISTINCT,
    of="hf.repo",
    tactics=("collection",),
    least=3,
    select=_select,
)
