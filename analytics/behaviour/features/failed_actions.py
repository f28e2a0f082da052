"""What a person tried and was refused or failed at, jobs aside: those fail for many reasons."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.outcome", "failure"),
        has(events, "event.module", "shell", "git", "huggingface"),
    )


FEATURE = Feature(
    name="failed_actions",
    title="Failed actions",
    unit="events",
    columns=("event.outcome", "event.module"),
    sentence="failed at {observed} actions; expected {expected}",
    tactics=("discovery",),
    least=5,
    select=_select,
)
