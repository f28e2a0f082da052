"""Tokens and keys that a person made or let in."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.behaviour.kinds import makes_keys
from analytics.selection import both, done


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(makes_keys(events), done(events))


FEATURE = Feature(
    name="keys_made",
    title="Tokens and keys made",
    unit="keys",
    columns=(
        "event.action",
        "event.outcome",
        "event.type",
    ),
    sentence="made {observed} tokens or keys; expected {expected}",
    tactics=("persistence",),
    least=2,
    select=_select,
)
