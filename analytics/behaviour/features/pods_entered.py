"""Running pods into which a person opened a shell, a port or a debugger."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, has

DOORS = tuple(
    f"{verb} pods/{door}"
    for verb in ("create", "get", "patch", "update")
    for door in ("exec", "attach", "portforward", "ephemeralcontainers", "proxy")
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", *DOORS), done(events))


FEATURE = Feature(
    name="pods_entered",
    title="Pods entered",
    unit="pods",
    columns=(
        "event.action",
        "event.outcome",
        "job.id",
    ),
    sentence="entered {observed} running pods; expected {expected}",
    measure=Measure.DISTINCT,
    of="job.id",
    tactics=("execution",),
    least=2,
    select=_select,
)
