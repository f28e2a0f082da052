"""Hosts that a person signed in to."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.kinds import sign_ins
from analytics.selection import both, filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(sign_ins(events), filled(events, "host.name"))


FEATURE = Feature(
    name="hosts_entered",
    title="Hosts signed in to",
    unit="hosts",
    columns=(
        "event.action",
        "event.outcome",
        "host.name",
    ),
    sentence="signed in to {observed} hosts; expected {expected}",
    measure=Measure.DISTINCT,
    of="host.name",
    tactics=("lateral-movement",),
    least=3,
    select=_select,
)
