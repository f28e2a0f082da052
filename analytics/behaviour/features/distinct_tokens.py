"""Tokens of the hub with which a person was seen to act."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return filled(events, "hf.token")


FEATURE = Feature(
    name="distinct_tokens",
    title="Tokens used",
    unit="tokens",
    columns=("hf.token",),
    sentence="used {observed} tokens of the hub; expected {expected}",
    measure=Measure.DISTINCT,
    of="hf.token",
    tactics=("credential-access",),
    least=3,
    select=_select,
)
