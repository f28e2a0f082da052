"""Lines that a person's commits added or removed."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.values import lines_changed
from analytics.selection import has


def _select(events: pa.Table) -> pa.BooleanArray:
    return has(events, "event.action", "git-commit")


FEATURE = Feature(
    name="lines_changed",
    title="Lines changed",
    unit="lines",
    columns=(
        "event.action",
        "git.lines_added",
        "git.lines_deleted",
    ),
    sentence="changed {observed} lines of code; expected {expected}",
    measure=Measure.TOTAL,
    of=lines_changed,
    least=1000,
    grain=100,
    select=_select,
)
