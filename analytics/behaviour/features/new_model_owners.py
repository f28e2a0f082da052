"""Owners of models and data sets from whom a person never had anything before."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.values import model_owner
from analytics.selection import both, done, filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(filled(events, "hf.repo"), done(events))


FEATURE = Feature(
    name="new_model_owners",
    title="New owners of models",
    unit="owners",
    columns=(
        "event.outcome",
        "hf.repo",
    ),
    sentence="took models from {observed} owners for the first time; expected {expected}",
    measure=Measure.NEW,
    of=model_owner,
    tactics=("initial-access",),
    select=_select,
)
