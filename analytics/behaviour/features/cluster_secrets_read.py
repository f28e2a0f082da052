"""Reads of a cluster's secrets."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.action", "get secrets", "list secrets", "watch secrets"), done(events)
    )


FEATURE = Feature(
    name="cluster_secrets_read",
    title="Secrets of a cluster read",
    unit="requests",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="read secrets of the cluster {observed} times; expected {expected}",
    tactics=("credential-access",),
    least=2,
    select=_select,
)
