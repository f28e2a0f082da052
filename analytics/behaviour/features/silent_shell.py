"""Commands of somebody otherwise active: far fewer than usual may be a silenced trail."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.module", "shell"),
        has(events, "event.category", "process"),
        has(events, "event.type", "start"),
    )


FEATURE = Feature(
    name="silent_shell",
    title="Silent shell",
    unit="commands",
    columns=(
        "event.category",
        "event.module",
        "event.type",
    ),
    sentence="was seen to run only {observed} commands; expected {expected}",
    tactics=("defense-impairment",),
    least=50,
    fewer=True,
    select=_select,
)
