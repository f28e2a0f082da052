"""Acts by which a person took nodes out of use, or changed them."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has

ACTS = (
    *("node-drained", "node-downed", "node-reboot-requested", "node-state-set", "node-updated"),
    *("reservation-created", "patch nodes", "update nodes", "delete nodes", "create pods/eviction"),
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", *ACTS), done(events))


FEATURE = Feature(
    name="nodes_taken_out",
    title="Nodes taken out of use",
    unit="acts",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="drained, stopped or changed nodes {observed} times; expected {expected}",
    tactics=("impact",),
    select=_select,
)
