"""Commands that a person was refused: by sudo, cron or a shell's guard."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.module", "shell"), has(events, "event.type", "denied"))


FEATURE = Feature(
    name="refused_commands",
    title="Refused commands",
    unit="commands",
    columns=(
        "event.module",
        "event.type",
    ),
    sentence="was refused {observed} commands; expected {expected}",
    tactics=("privilege-escalation",),
    least=2,
    select=_select,
)
