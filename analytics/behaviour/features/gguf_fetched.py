"""GGUF files that a person fetched: their chat templates run in whatever loads them."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, filled, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "hf.format", "gguf"), filled(events, "hf.repo"), done(events))


FEATURE = Feature(
    name="gguf_fetched",
    title="GGUF files fetched",
    unit="files",
    columns=(
        "event.outcome",
        "hf.format",
        "hf.repo",
    ),
    sentence="fetched {observed} GGUF files; expected {expected}",
    tactics=("execution",),
    least=3,
    select=_select,
)
