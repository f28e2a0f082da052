"""GPU-hours of a person's own jobs, counted when accounting tells them."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.kinds import own_jobs
from analytics.selection import both, filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(own_jobs(events), filled(events, "job.gpu_hours"))


FEATURE = Feature(
    name="gpu_hours_used",
    title="GPU-hours used",
    unit="GPU-hours",
    columns=(
        "event.action",
        "event.category",
        "event.module",
        "event.outcome",
        "event.type",
        "job.gpu_hours",
        "job.id",
    ),
    sentence="used {observed} GPU-hours; expected {expected}",
    measure=Measure.TOTAL,
    of="job.gpu_hours",
    tactics=("impact",),
    least=24,
    grain=1,
    select=_select,
)
