"""Uploads that a person made to the hub or its mirror."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", "hf-upload"), done(events))


FEATURE = Feature(
    name="uploads",
    title="Uploads to the hub",
    unit="uploads",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="uploaded {observed} times to the hub; expected {expected}",
    tactics=("exfiltration",),
    least=3,
    select=_select,
)
