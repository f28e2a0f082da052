"""Changes of what keeps unreviewed commits off branches."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, matches

GUARDS = (
    r"^(branch_protection_rule\.(deleted|edited)|branch_protection_configuration\.disabled"
    r"|repository_ruleset\.(deleted|edited|destroy|update)|protected_branch\.(destroy|update_"
    r"|policy_override|authorized_|branch_allowances|dismiss)"
    r"|repository_branch_protection_evaluation\.disable"
    r"|merge_request_approval_|\w+\.members_can_update_protected_branches\.)"
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(matches(events, "event.action", GUARDS), done(events))


FEATURE = Feature(
    name="protection_changes",
    title="Branch protection changed",
    unit="changes",
    columns=(
        "event.action",
        "event.outcome",
    ),
    sentence="changed or overrode branch protection {observed} times; expected {expected}",
    tactics=("defense-impairment",),
    select=_select,
)
