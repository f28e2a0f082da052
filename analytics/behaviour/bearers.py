"""Which events bear the values that made a day odd: only these prove it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.person_days import Codes, hashes_of, values_of


def bearing(feature: Feature, events: pa.Table, odd: Codes) -> pa.BooleanArray:
    """The events in which the feature has one of these values, as person-days keep them.

    `events` are such as the feature counts, with `person` and `owner`.
    """
    found = np.zeros(events.num_rows, dtype=bool)
    if feature.measure is Measure.HOURS:
        rows = np.arange(events.num_rows)
        values = np.asarray(pc.hour(events["@timestamp"]), dtype=np.int64)
    else:
        rows, told = values_of(feature, events, np.ones(events.num_rows, dtype=bool))
        values = hashes_of(told)
    found[rows[np.isin(values, odd)]] = True
    return pa.array(found)
