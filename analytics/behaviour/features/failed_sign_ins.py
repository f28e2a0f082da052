"""Sign-ins that failed, of those whose account is known."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.category", "authentication"), has(events, "event.outcome", "failure")
    )


FEATURE = Feature(
    name="failed_sign_ins",
    title="Failed sign-ins",
    unit="sign-ins",
    columns=(
        "event.category",
        "event.outcome",
    ),
    sentence="failed to sign in {observed} times; expected {expected}",
    tactics=("credential-access",),
    least=5,
    select=_select,
)
