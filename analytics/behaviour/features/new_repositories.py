"""Repositories that a person never touched before."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return filled(events, "git.repository")


FEATURE = Feature(
    name="new_repositories",
    title="New repositories",
    unit="repositories",
    columns=("git.repository",),
    sentence="touched {observed} repositories for the first time; expected {expected}",
    measure=Measure.NEW,
    of="git.repository",
    tactics=("collection",),
    least=2,
    select=_select,
)
