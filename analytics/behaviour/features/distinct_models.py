"""Models and data sets that a person fetched or changed on Hugging Face."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return filled(events, "hf.repo")


FEATURE = Feature(
    name="distinct_models",
    title="Models and data sets touched",
    unit="repositories",
    columns=("hf.repo",),
    sentence="touched {observed} models and data sets; expected {expected}",
    measure=Measure.DISTINCT,
    of="hf.repo",
    tactics=("collection",),
    least=3,
    select=_select,
)
