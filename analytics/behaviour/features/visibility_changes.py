"""Repositories whose visibility a person changed."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(
            events,
            "event.action",
            "public",
            "public.opened",
            "repo.access",
            "repository.publicized",
        ),
        done(events),
    )


FEATURE = Feature(
    name="visibility_changes",
    title="Visibility of repositories changed",
    unit="changes",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="changed who can see a repository {observed} times; expected {expected}",
    tactics=("exfiltration",),
    select=_select,
)
