"""What a person did on Saturdays and Sundays, UTC."""

import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature
from analytics.behaviour.kinds import by_hand
from analytics.selection import both, known

SATURDAY = 5  # Monday is 0


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        by_hand(events), known(pc.greater_equal(pc.day_of_week(events["@timestamp"]), SATURDAY))
    )


FEATURE = Feature(
    name="weekend_events",
    title="Events at weekends",
    unit="events",
    columns=("@timestamp", "event.action", "job.state"),
    sentence="caused {observed} events at a weekend; expected {expected}",
    least=20,
    any_weekday=True,
    select=_select,
)
