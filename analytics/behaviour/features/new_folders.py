"""Folders in which a person never changed anything before."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.values import folder
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.category", "file"),
        has(events, "event.type", "change", "creation", "deletion"),
        done(events),
    )


FEATURE = Feature(
    name="new_folders",
    title="New folders written to",
    unit="folders",
    columns=(
        "event.category",
        "event.outcome",
        "event.type",
        "file.path",
    ),
    sentence="changed files in {observed} folders for the first time; expected {expected}",
    measure=Measure.NEW,
    of=folder,
    tactics=("impact",),
    least=3,
    select=_select,
)
