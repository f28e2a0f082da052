"""Hosts that a person signed in to and on which only others' jobs were seen that day."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.kinds import on_nodes_of_others, sign_ins
from analytics.selection import both


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(sign_ins(events), on_nodes_of_others(events))


FEATURE = Feature(
    name="nodes_of_others_entered",
    title="Nodes with only others' jobs entered",
    unit="hosts",
    columns=(
        "event.action",
        "event.outcome",
        "host.name",
        "job.id",
        "job.nodes",
    ),
    sentence="signed in to {observed} nodes on which only others had jobs; expected {expected}",
    measure=Measure.DISTINCT,
    of="host.name",
    tactics=("lateral-movement",),
    select=_select,
)
