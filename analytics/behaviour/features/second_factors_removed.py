"""Second factors and sign-on rules that a person removed or switched off."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, matches

REMOVALS = (
    r"(?i)((mfa|2fa|otp|two_factor|factor)\S*[._ ](deactivate|delete|disable|destroy|remove|reset)"
    r"|(remove|delete|disable)[_ ]\S*(mfa|2fa|otp|two_factor|factor)|sso\.disable)"
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(matches(events, "event.action", REMOVALS), done(events))


FEATURE = Feature(
    name="second_factors_removed",
    title="Second factors removed",
    unit="changes",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="removed second factors or sign-on rules {observed} times; expected {expected}",
    tactics=(
        "defense-impairment",
        "persistence",
    ),
    select=_select,
)
