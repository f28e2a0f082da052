"""Protections of branches that were taken away or changed shortly before work went around them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa

from analytics.governance.review.past import AT_ONCE, GRACE
from analytics.governance.review.persons import Persons
from analytics.governance.review.told import COLUMNS, Told, told
from analytics.governance.review.verdict import Judged
from analytics.site import Site
from analytics.store.base import EventStore, Question
from analytics.store.query import All, OneOf

SOON = timedelta(hours=24)  # as in the catalogue, and of a dismissal before a merge
LOWERED: tuple[str, ...] = (
    *("branch_protection_rule.deleted", "branch_protection_rule.edited"),
    *("branch_protection_configuration.disabled", "protected_branch.destroy"),
    *("repository_ruleset.deleted", "repository_ruleset.edited"),
    *("repository_ruleset.destroy", "repository_ruleset.update"),
    *("protected_branch.authorized_users_teams", "protected_branch.branch_allowances"),
    *("protected_branch.dismiss_stale_reviews", "protected_branch.policy_override"),
    "protected_branch.dismissal_restricted_users_teams",
    "protected_branch.update_admin_enforced",
    "protected_branch.update_allow_force_pushes_enforcement_level",
    "protected_branch.update_ignore_approvals_from_contributors",
    "protected_branch.update_pull_request_reviews_enforcement_level",
    "protected_branch.update_require_code_owner_review",
    "protected_branch.update_required_approving_review_count",
    "protected_branch.update_required_status_checks_enforcement_level",
    "repository_branch_protection_evaluation.disable",
)
"""What forges call it; the rule `branch_protection_weakened` names more, some by patterns."""


def past_guards(judged: Iterable[Judged], day: date, site: Site, store: EventStore) -> list[Judged]:
    """Those of the day's bypasses that are held against whoever had lowered that repository's guard
    within a day before, with what shows it among their events. Documentation is let be."""
    blamed = [one for one in judged if one.blamed and not one.documents]
    if not blamed:
        return []
    lowered = _lowered({one.repository for one in blamed}, day, store)
    persons, found = Persons(site.directory), []
    for one in blamed:
        near = [
            act.event
            for act in lowered.get(one.repository, ())
            if act.time <= one.time <= act.time + SOON and persons.doer(act) == one.blamed
        ]
        if near:
            found.append(replace(one, events=(*one.events, *near)))
    return found


def _lowered(places: set[str], day: date, store: EventStore) -> Mapping[str, list[Told]]:
    begin = datetime.combine(day, time.min, UTC)
    tables: list[pa.Table] = []
    wanted = sorted(places)
    for at in range(0, len(wanted), AT_ONCE):
        some = tuple(wanted[at : at + AT_ONCE])
        query = All((OneOf("event.action", LOWERED), OneOf("git.repository", some)))
        span = Question(since=begin - GRACE - SOON, until=begin + timedelta(days=1), query=query)
        tables += store.scan(span, COLUMNS)
    found: dict[str, list[Told]] = {}
    for act in told(*tables, actions=LOWERED):
        found.setdefault(act.repository, []).append(act)
    return found
