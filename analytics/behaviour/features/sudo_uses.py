"""Commands that a person ran with the rights of another user."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import either, has, matches


def _select(events: pa.Table) -> pa.BooleanArray:
    typed = matches(events, "process.command_line", r"^\s*(/usr/bin/)?sudo\s")
    return either(has(events, "process.name", "sudo"), typed)


FEATURE = Feature(
    name="sudo_uses",
    title="Commands run as another user",
    unit="commands",
    columns=("process.name", "process.command_line"),
    sentence="ran {observed} commands as another user; expected {expected}",
    tactics=("privilege-escalation",),
    least=2,
    select=_select,
)
