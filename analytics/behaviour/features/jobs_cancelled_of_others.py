"""Jobs of others that a person cancelled."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, has, of_others


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", "job-cancelled"), of_others(events))


FEATURE = Feature(
    name="jobs_cancelled_of_others",
    title="Jobs of others cancelled",
    unit="jobs",
    columns=("event.action", "job.id"),
    sentence="cancelled {observed} jobs of others; expected {expected}",
    measure=Measure.DISTINCT,
    of="job.id",
    tactics=("impact",),
    select=_select,
)
