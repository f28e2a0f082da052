"""Jobs of others that a person held, suspended, requeued, signalled or changed."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.kinds import job_of_others
from analytics.selection import both, done, has

ACTS = (
    *("job-held", "job-suspended", "job-requeued", "job-updated", "job-changed", "job-signalled"),
    *("job-moved", "job-moved-to-top", "job-altered"),
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", *ACTS), job_of_others(events), done(events))


FEATURE = Feature(
    name="jobs_changed_of_others",
    title="Jobs of others held or changed",
    unit="jobs",
    columns=(
        "event.action",
        "event.outcome",
        "job.id",
    ),
    sentence="held, requeued or changed {observed} jobs of others; expected {expected}",
    measure=Measure.DISTINCT,
    of="job.id",
    tactics=("impact",),
    select=_select,
)
