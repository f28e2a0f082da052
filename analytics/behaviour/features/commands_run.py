"""Commands that a person ran."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.module", "shell"), has(events, "event.category", "process"))


FEATURE = Feature(
    name="commands_run",
    title="Commands run",
    unit="commands",
    columns=("event.module", "event.category"),
    sentence="ran {observed} commands; expected {expected}",
    tactics=("execution",),
    least=50,
    select=_select,
)
