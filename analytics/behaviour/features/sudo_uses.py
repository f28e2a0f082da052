"""Commands that a person ran with the rights of another user."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, either, has, matches


def _select(events: pa.Table) -> pa.BooleanArray:
    typed = matches(events, "process.command_line", r"^\s*(/usr/bin/)?sudo\s")
    ran = both(has(events, "process.name", "sudo"), has(events, "event.action", "executed"))
    return either(ran, typed)


FEATURE = Feature(
    name="sudo_uses",
    title="Commands run as another user",
    unit="commands",
    columns=("event.action", "process.name", "process.command_line"),
    sentence="ran {observed} commands as another user; expected {expected}",
    tactics=("privilege-escalation",),
    least=2,
    select=_select,
)
