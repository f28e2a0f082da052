"""Repositories that a person cloned, fetched or exported."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, has

COPIES = (
    *("git.clone", "git.fetch", "fork", "repo.download_zip", "repository.download_export"),
    *("repository.export", "repository.accessed"),
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", *COPIES), done(events))


FEATURE = Feature(
    name="repositories_copied",
    title="Repositories copied",
    unit="repositories",
    columns=(
        "event.action",
        "event.outcome",
        "git.repository",
    ),
    sentence="copied {observed} repositories; expected {expected}",
    measure=Measure.DISTINCT,
    of="git.repository",
    tactics=("collection",),
    least=5,
    select=_select,
)
