"""Git repositories that a person touched."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import filled


def _select(events: pa.Table) -> pa.BooleanArray:
    return filled(events, "git.repository")


FEATURE = Feature(
    name="distinct_repositories",
    title="Repositories touched",
    unit="repositories",
    columns=("git.repository",),
    sentence="touched {observed} repositories; expected {expected}",
    measure=Measure.DISTINCT,
    of="git.repository",
    tactics=("collection",),
    least=3,
    select=_select,
)
