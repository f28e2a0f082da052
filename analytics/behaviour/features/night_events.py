"""What a person did at night, from 22 to 6 o'clock UTC."""

import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature
from analytics.behaviour.kinds import by_hand
from analytics.selection import both, known


def _select(events: pa.Table) -> pa.BooleanArray:
    hours = pc.hour(events["@timestamp"])
    at_night = known(pc.or_(pc.greater_equal(hours, 22), pc.less(hours, 6)))
    return both(by_hand(events), at_night)


FEATURE = Feature(
    name="night_events",
    title="Events at night",
    unit="events",
    columns=("@timestamp", "event.action", "job.state"),
    sentence="caused {observed} events between 22 and 6 UTC; expected {expected}",
    least=10,
    select=_select,
)
