"""Repositories that a person deleted or gave away, at a forge or at the hub."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has

REMOVALS = (
    *("repository.deleted", "repository.transferred", "repo.destroy", "repo.transfer"),
    *("repo.transfer_outgoing", "project_deletion_marked", "repo.delete", "repo.move"),
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.action", *REMOVALS), done(events))


FEATURE = Feature(
    name="repositories_removed",
    title="Repositories removed",
    unit="repositories",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="removed {observed} repositories; expected {expected}",
    tactics=("impact",),
    select=_select,
)
