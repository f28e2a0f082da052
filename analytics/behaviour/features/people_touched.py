"""People whose files, processes or jobs a person changed, stopped or deleted."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.kinds import changes_of_others


def _select(events: pa.Table) -> pa.BooleanArray:
    return changes_of_others(events)


FEATURE = Feature(
    name="people_touched",
    title="People whose things were changed",
    unit="people",
    columns=(
        "event.category",
        "event.outcome",
        "event.type",
    ),
    sentence="changed, stopped or deleted things of {observed} people; expected {expected}",
    measure=Measure.DISTINCT,
    of="owner",
    tactics=("impact",),
    least=2,
    select=_select,
)
