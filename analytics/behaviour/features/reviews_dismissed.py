"""Reviews of others that a person set aside."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import has


def _select(events: pa.Table) -> pa.BooleanArray:
    return has(
        events, "event.action", "pull_request_review.dismissed", "pull_request_review.dismiss"
    )


FEATURE = Feature(
    name="reviews_dismissed",
    title="Reviews set aside",
    unit="reviews",
    columns=("event.action",),
    sentence="set aside {observed} reviews; expected {expected}",
    tactics=("defense-impairment",),
    select=_select,
)
