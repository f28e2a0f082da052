"""People whose things a person never changed, stopped or deleted before."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.kinds import changes_of_others


def _select(events: pa.Table) -> pa.BooleanArray:
    return changes_of_others(events)


FEATURE = Feature(
    name="new_people_touched",
    title="New people whose things were changed",
    unit="people",
    columns=(
        "event.category",
        "event.outcome",
        "event.type",
    ),
    sentence="changed things of {observed} people for the first time; expected {expected}",
    measure=Measure.NEW,
    of="owner",
    tactics=("impact",),
    select=_select,
)
