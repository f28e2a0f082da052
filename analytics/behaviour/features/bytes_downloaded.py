"""Bytes that a person fetched."""

import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import known


def _select(events: pa.Table) -> pa.BooleanArray:
    return known(pc.greater(events["http.response.body.bytes"], 0))


FEATURE = Feature(
    name="bytes_downloaded",
    title="Bytes fetched",
    unit="bytes",
    columns=("http.response.body.bytes",),
    sentence="fetched {observed}; expected {expected}",
    measure=Measure.TOTAL,
    of="http.response.body.bytes",
    tactics=("exfiltration",),
    least=1e9,
    grain=1e6,
    select=_select,
)
