"""Hours of the day, UTC, in which a person did something."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.kinds import by_hand
from analytics.behaviour.values import hour


def _select(events: pa.Table) -> pa.BooleanArray:
    return by_hand(events)


FEATURE = Feature(
    name="active_hours",
    title="Hours of activity",
    unit="hours",
    columns=("@timestamp", "event.action", "job.state"),
    sentence="was active in {observed} hours of the day; expected {expected}",
    measure=Measure.DISTINCT,
    of=hour,
    least=12,
    select=_select,
)
