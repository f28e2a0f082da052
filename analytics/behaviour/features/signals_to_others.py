"""Signals that a person sent to processes of others."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, has, of_others


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", "sent-signal"), of_others(events))


FEATURE = Feature(
    name="signals_to_others",
    title="Signals to processes of others",
    unit="signals",
    columns=("event.action",),
    sentence="sent {observed} signals to processes of others; expected {expected}",
    tactics=("impact",),
    select=_select,
)
