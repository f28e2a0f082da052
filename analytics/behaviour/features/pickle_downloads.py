"""Pickled weights that a person fetched: loading them runs the code inside."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, filled, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "hf.format", "pickle"),
        filled(events, "hf.repo"),
        done(events),
    )


FEATURE = Feature(
    name="pickle_downloads",
    title="Pickled weights fetched",
    unit="files",
    columns=("hf.format", "hf.repo", "event.outcome"),
    sentence="fetched {observed} pickled files; expected {expected}",
    tactics=("execution",),
    select=_select,
)
