"""The ways around review that are held against a person."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.findings import Severity
from analytics.governance.review.verdict import Judged, Why

ANOTHERS_NAME = "pushed_in_name_of_absent"
GUARD = "lowered_guard_then_landed"
WAVED = "waved_through"
UNSIGNED = "landed_unsigned"
DATED = "dated_back"
UNOWNED = "landed_without_owner"
BESIDES = frozenset({ANOTHERS_NAME, GUARD, WAVED, UNSIGNED, DATED, UNOWNED})
"""What is held against people by more than how an update came about."""
USUAL = frozenset({"pushed_around_review", "merged_own_work", GUARD})
"""Checks that weigh less where the others of a repository do so as well."""
GREW = 0.5  # of what landed: the reviewer saw the smaller part of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A way around review. `one` and `many` are sentences with {count} and {place}."""

    title: str
    one: str
    many: str
    severity: Severity
    confidence: float
    tactics: tuple[str, ...]


CHECKS: Mapping[str, Check] = {
    "pushed_around_review": Check(
        title="Pushed around review",
        one="pushed once straight to {place}, without a reviewed pull request",
        many="pushed {count} times straight to {place}, without a reviewed pull request",
        severity=Severity.HIGH,
        confidence=0.6,
        tactics=("persistence",),
    ),
    "merged_own_work": Check(
        title="Merged own work unapproved",
        one="merged an own pull request into {place} that nobody else was seen to approve",
        many="merged {count} own pull requests into {place} that nobody else was seen to approve",
        severity=Severity.HIGH,
        confidence=0.6,
        tactics=("persistence",),
    ),
    "rewrote_shared_history": Check(
        title="Rewrote shared history",
        one="rewrote the history of {place}",
        many="rewrote the history of {place} {count} times",
        severity=Severity.HIGH,
        confidence=0.8,
        tactics=("stealth",),
    ),
    "approved_by_second_account": Check(
        title="Own work approved by a second account",
        one="got an own pull request into {place} that only another account of the same person "
        "approved",
        many="got {count} own pull requests into {place} that only another account of the same "
        "person approved",
        severity=Severity.HIGH,
        confidence=0.75,
        tactics=("persistence", "stealth"),
    ),
    "stale_approval": Check(
        title="Changed after the approval",
        one="changed a pull request into {place} after it was approved and merged it so",
        many="changed {count} pull requests into {place} after they were approved and merged "
        "them so",
        severity=Severity.MEDIUM,
        confidence=0.5,
        tactics=("persistence",),
    ),
    "dismissed_then_merged": Check(
        title="Review dismissed, then merged",
        one="set another person's review aside and merged into {place} within a day, approved by "
        "nobody else",
        many="set another person's review aside and merged into {place} within a day, approved by "
        "nobody else, {count} times",
        severity=Severity.HIGH,
        confidence=0.6,
        tactics=("persistence", "defense-impairment"),
    ),
    "took_back_safeguard": Check(
        title="Took back a safeguard",
        one="took back on {place} what had made something safer, and nobody looked",
        many="took back on {place} what had made something safer, and nobody looked, {count} times",
        severity=Severity.HIGH,
        confidence=0.6,
        tactics=("persistence", "defense-impairment"),
    ),
    ANOTHERS_NAME: Check(
        title="Pushed in the name of somebody away",
        one="pushed to {place} what is said to be the work of a colleague who was on leave",
        many="pushed {count} times to {place} what is said to be the work of colleagues who were "
        "on leave",
        severity=Severity.HIGH,
        confidence=0.6,
        tactics=("persistence", "stealth"),
    ),
    GUARD: Check(
        title="Lowered the guard, then landed work",
        one="lowered the protection of {place} and landed unseen work there within a day",
        many="lowered the protection of {place} and landed unseen work there within a day, "
        "{count} times",
        severity=Severity.CRITICAL,
        confidence=0.7,
        tactics=("persistence", "defense-impairment"),
    ),
    UNSIGNED: Check(
        title="Unsigned where commits are signed",
        one="landed commits without a signature in {place}, unseen, where nearly all bear one",
        many="landed commits without a signature in {place}, unseen, where nearly all bear one, "
        "{count} times",
        severity=Severity.MEDIUM,
        confidence=0.5,
        tactics=("persistence", "stealth"),
    ),
    WAVED: Check(
        title="Waved each other's work through",
        one="one of two people who approve each other's work, and nearly nobody else does, sooner "
        "than it can be read; once more in {place}",
        many="one of two people who approve each other's work, and nearly nobody else does, sooner "
        "than it can be read; {count} times more in {place}",
        severity=Severity.LOW,
        confidence=0.4,
        tactics=("persistence",),
    ),
    UNOWNED: Check(
        title="Landed without an owner's approval",
        one="landed in {place} changes of files of which no owner wrote or approved them",
        many="landed {count} times in {place} changes of files of which no owner wrote or approved "
        "them",
        severity=Severity.LOW,
        confidence=0.5,
        tactics=("persistence",),
    ),
    DATED: Check(
        title="Commits dated back",
        one="landed commits in {place} that say they are older than what they stand on",
        many="landed commits in {place} that say they are older than what they stand on, {count} "
        "times",
        severity=Severity.LOW,
        confidence=0.5,
        tactics=("stealth",),
    ),
    "approved_by_helper": Check(
        title="Approved only by who wrote part of it",
        one="got a pull request into {place} that only somebody who had written part of it "
        "approved",
        many="got {count} pull requests into {place} that only people who had written part of them "
        "approved",
        severity=Severity.LOW,
        confidence=0.4,
        tactics=("persistence",),
    ),
}
BY_WHY: Mapping[Why, str] = {
    Why.PUSHED: "pushed_around_review",
    Why.MORE_COMMITS: "pushed_around_review",
    Why.UNDID_SAFEGUARD: "took_back_safeguard",
    Why.UNAPPROVED: "merged_own_work",
    Why.REWRITTEN: "rewrote_shared_history",
    Why.SECOND_ACCOUNT: "approved_by_second_account",
    Why.STALE: "stale_approval",
    Why.DISMISSED: "dismissed_then_merged",
    Why.OWN_PART: "approved_by_helper",
}


OPENLY = frozenset({Why.PUSHED, Why.MORE_COMMITS, Why.UNAPPROVED, Why.STALE, Why.OWN_PART})
"""Ways around review that hide nothing: what they brought says how much they matter."""


def severity(name: str, judged: Judged) -> Severity:
    """The check's own; worse where most of what landed came after the approval, next to nothing
    where it is documentation that was landed openly."""
    if name in BESIDES:
        return CHECKS[name].severity
    if judged.documents and judged.why in OPENLY:
        return Severity.INFORMATIONAL
    grew = judged.why is Why.STALE and judged.share is not None and judged.share > GREW
    return Severity.HIGH if grew else CHECKS[name].severity
