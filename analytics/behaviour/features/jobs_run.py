"""Jobs that a person had: batch jobs of their own, and what they started in a cluster."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.kinds import own_jobs


def _select(events: pa.Table) -> pa.BooleanArray:
    return own_jobs(events)


FEATURE = Feature(
    name="jobs_run",
    title="Jobs run",
    unit="jobs",
    columns=(
        "event.action",
        "event.category",
        "event.module",
        "event.outcome",
        "event.type",
        "job.id",
    ),
    sentence="had {observed} jobs; expected {expected}",
    measure=Measure.DISTINCT,
    of="job.id",
    least=20,
    select=_select,
)
