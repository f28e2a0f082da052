"""Programs that a person never ran before."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, filled, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.module", "shell"),
        has(events, "event.category", "process"),
        has(events, "event.type", "start"),
        filled(events, "process.name"),
    )


FEATURE = Feature(
    name="new_commands",
    title="New commands",
    unit="commands",
    columns=(
        "event.category",
        "event.module",
        "event.type",
        "process.name",
    ),
    sentence="ran {observed} commands for the first time; expected {expected}",
    measure=Measure.NEW,
    of="process.name",
    tactics=("execution",),
    least=5,
    select=_select,
)
