"""Processes of others whose memory or course a person got at."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has, of_others


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(
            events,
            "event.action",
            "traced-process",
            "read-memory-of",
            "wrote-memory-of",
            "changed-priority-of",
            "changed-affinity-of",
            "changed-limits-of",
        ),
        of_others(events),
        done(events),
    )


FEATURE = Feature(
    name="processes_of_others_traced",
    title="Processes of others traced",
    unit="acts",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="traced or changed processes of others {observed} times; expected {expected}",
    tactics=("privilege-escalation",),
    select=_select,
)
