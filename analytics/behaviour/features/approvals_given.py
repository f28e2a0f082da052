"""Pull requests of others that a person approved."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.behaviour.kinds import APPROVED
from analytics.selection import has


def _select(events: pa.Table) -> pa.BooleanArray:
    return has(events, "event.action", APPROVED)


FEATURE = Feature(
    name="approvals_given",
    title="Approvals given",
    unit="approvals",
    columns=("event.action",),
    sentence="approved {observed} times; expected {expected}",
    least=5,
    select=_select,
)
