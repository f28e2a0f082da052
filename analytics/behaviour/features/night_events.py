"""What a person did at night, from 22 to 6 o'clock UTC."""

import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature
from analytics.selection import known


def _select(events: pa.Table) -> pa.BooleanArray:
    hours = pc.hour(events["@timestamp"])
    return known(pc.or_(pc.greater_equal(hours, 22), pc.less(hours, 6)))


FEATURE = Feature(
    name="night_events",
    title="Events at night",
    unit="events",
    columns=("@timestamp",),
    sentence="caused {observed} events between 22 and 6 UTC; expected {expected}",
    least=10,
    select=_select,
)
