"""Signals that a person sent to processes of others."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has, of_others


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", "sent-signal"), of_others(events), done(events))


FEATURE = Feature(
    name="signals_to_others",
    title="Signals to processes of others",
    unit="signals",
    columns=("event.action", "event.outcome"),
    sentence="sent {observed} signals to processes of others; expected {expected}",
    tactics=("impact",),
    select=_select,
)
