"""Members, roles, groups and rights that a person added or changed."""

import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature
from analytics.behaviour.kinds import makes_keys
from analytics.selection import both, done, has

# Own passwords, a process's own keys, and asking for rights instead of giving them.
ORDINARY = (
    *("changed-password", "added-key", "changed-key", "changed-user-id", "changed-group"),
    *("access_request.create", "device"),
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.category", "iam"),
        has(events, "event.type", "creation", "change"),
        pc.invert(has(events, "event.action", *ORDINARY)),
        pc.invert(makes_keys(events)),
        done(events),
    )


FEATURE = Feature(
    name="access_granted",
    title="Rights and members changed",
    unit="changes",
    columns=(
        "event.action",
        "event.category",
        "event.outcome",
        "event.type",
    ),
    sentence="gave or changed rights {observed} times; expected {expected}",
    tactics=(
        "persistence",
        "privilege-escalation",
    ),
    select=_select,
)
