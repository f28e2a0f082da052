"""Pushes with which a person rewrote the history of a branch."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, has, known


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", "push"), known(events["git.forced"]))


FEATURE = Feature(
    name="forced_pushes",
    title="Forced pushes",
    unit="pushes",
    columns=(
        "event.action",
        "git.forced",
    ),
    sentence="rewrote history in {observed} pushes; expected {expected}",
    tactics=("stealth",),
    least=2,
    select=_select,
)
