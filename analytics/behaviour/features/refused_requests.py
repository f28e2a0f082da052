"""What a person asked of a forge, hub or mirror and may not have."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.behaviour.kinds import refused
from analytics.selection import both, either, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return either(
        both(has(events, "event.module", "git", "huggingface"), refused(events)),
        has(events, "event.action", "protected_branch.rejected_ref_update"),
    )


FEATURE = Feature(
    name="refused_requests",
    title="Requests refused",
    unit="requests",
    columns=(
        "event.action",
        "event.module",
        "http.response.status_code",
    ),
    sentence="was refused {observed} requests; expected {expected}",
    tactics=("discovery",),
    least=5,
    select=_select,
)
