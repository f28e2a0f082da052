"""Models and data sets that a person looked at without fetching a file."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import has


def _select(events: pa.Table) -> pa.BooleanArray:
    return has(events, "event.action", "hf-inspect")


FEATURE = Feature(
    name="models_inspected",
    title="Models and data sets looked at",
    unit="repositories",
    columns=(
        "event.action",
        "hf.repo",
    ),
    sentence="looked at {observed} models and data sets; expected {expected}",
    measure=Measure.DISTINCT,
    of="hf.repo",
    tactics=("discovery",),
    least=10,
    select=_select,
)
