"""What a person asked of the scheduler or cluster and may not."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.behaviour.kinds import refused
from analytics.selection import both, either, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.module", "scheduler"),
        either(has(events, "event.type", "denied"), refused(events)),
    )


FEATURE = Feature(
    name="refused_scheduler_requests",
    title="Refused requests to the scheduler",
    unit="requests",
    columns=(
        "event.module",
        "event.type",
        "http.response.status_code",
    ),
    sentence="was refused {observed} requests by the scheduler; expected {expected}",
    tactics=("privilege-escalation",),
    least=2,
    select=_select,
)
