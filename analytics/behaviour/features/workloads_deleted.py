"""Pods and jobs of a cluster that a person deleted."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, filled, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.module", "scheduler"),
        has(events, "event.category", "process"),
        has(events, "event.type", "deletion"),
        filled(events, "job.id"),
        done(events),
    )


FEATURE = Feature(
    name="workloads_deleted",
    title="Workloads deleted",
    unit="workloads",
    columns=(
        "event.category",
        "event.module",
        "event.outcome",
        "event.type",
        "job.id",
    ),
    sentence="deleted {observed} workloads; expected {expected}",
    measure=Measure.DISTINCT,
    of="job.id",
    tactics=("impact",),
    least=3,
    select=_select,
)
