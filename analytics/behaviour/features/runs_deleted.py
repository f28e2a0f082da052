"""Experiment runs, and what they recorded, that a person deleted."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.dataset", "mlflow_events", "wandb_audit"),
        has(events, "event.type", "deletion"),
        done(events),
    )


FEATURE = Feature(
    name="runs_deleted",
    title="Experiment runs deleted",
    unit="deletions",
    columns=(
        "event.dataset",
        "event.outcome",
        "event.type",
    ),
    sentence="deleted {observed} experiment runs or artefacts; expected {expected}",
    tactics=("impact",),
    least=2,
    select=_select,
)
