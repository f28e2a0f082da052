"""Commands run as somebody who is neither the person nor root."""

import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, filled, has, known


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.action", "ran-command", "changed-user"),
        filled(events, "user.effective.name"),
        pc.invert(has(events, "user.effective.name", "root")),
        known(pc.not_equal(events["user.name"], events["user.effective.name"])),
        done(events),
    )


FEATURE = Feature(
    name="commands_as_others",
    title="Commands run as other users than root",
    unit="commands",
    columns=(
        "event.action",
        "event.outcome",
        "user.effective.name",
        "user.name",
    ),
    sentence="ran {observed} commands as other users than root; expected {expected}",
    tactics=("privilege-escalation",),
    select=_select,
)
