"""Lines that a person's commits removed."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import has


def _select(events: pa.Table) -> pa.BooleanArray:
    return has(events, "event.action", "git-commit")


FEATURE = Feature(
    name="lines_deleted",
    title="Lines deleted",
    unit="lines",
    columns=(
        "event.action",
        "git.lines_deleted",
    ),
    sentence="deleted {observed} lines of code; expected {expected}",
    measure=Measure.TOTAL,
    of="git.lines_deleted",
    tactics=("impact",),
    least=1000,
    grain=100,
    select=_select,
)
