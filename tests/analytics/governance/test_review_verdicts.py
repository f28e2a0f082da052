"""The verdict on each update of a shared branch, from payloads as GitHub sends them."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.circumstances import Duty
from analytics.governance import review
from analytics.governance.review.verdict import SAID, VERDICTS, Verdict, Why
from analytics.store import open_store
from tests.analytics.governance.git_hook import verdicts
from tests.analytics.governance.pull_requests import (
    DAY,
    NONE,
    SITE,
    Payload,
    commit,
    dismissed,
    findings,
    found,
    iso,
    judged,
    merged,
    moved,
    opened,
    parsed,
    pushed,
    reviewed,
    sent,
    sha,
    why,
)

LANDED = (merged(), pushed())


def test_every_reason_has_a_verdict_and_words() -> None:
    assert set(VERDICTS) == set(SAID) == set(Why)


def test_what_another_person_approved_is_reviewed() -> None:
    (one,) = judged(opened(), reviewed(), *LANDED)
    assert (one.verdict, one.why) == (Verdict.REVIEWED, Why.APPROVED)
    assert (one.person, one.reviewers, one.pull) == ("ana", ("bo",), 7)
    assert found(opened(), reviewed(), *LANDED) == []


def test_an_update_is_one_whether_or_not_its_push_is_told_of() -> None:
    assert why(opened(), reviewed(), merged()) == [Why.APPROVED]
    assert why(opened(), reviewed(), *LANDED) == [Why.APPROVED]


def test_a_merge_commit_brings_the_commits_of_its_pull_request() -> None:
    commits = [commit("h1", "ana"), commit("m", "ana", "Merge pull request #7 from lab/fix")]
    assert why(opened(), reviewed(), merged(), pushed(commits=commits)) == [Why.APPROVED]


def test_a_rebase_gives_the_commits_another_committer_who_wrote_nothing() -> None:
    commits = [commit("r1", "ana", committer="bo"), commit("m", "ana", committer="bo")]
    landed = (merged("bo", commits=2), pushed("bo", commits=commits))
    assert why(opened(), reviewed(), *landed) == [Why.APPROVED]


def test_what_is_pushed_along_with_a_merge_goes_around_review() -> None:
    commits = [commit("evil", "ana"), commit("h1", "ana"), commit("m", "ana", "Merge it")]
    steps = (opened(), reviewed(), merged(), pushed(commits=commits))
    assert why(*steps) == [Why.MORE_COMMITS]
    assert found(*steps) == [("pushed_around_review", "ana")]


def test_what_is_pushed_on_top_of_a_merge_goes_around_review() -> None:
    commits = [commit("m", "ana", "Merge it"), commit("evil", "ana")]
    assert why(opened(), reviewed(), merged(), pushed(after="evil", commits=commits)) == [
        Why.PUSHED
    ]


def test_a_queue_lands_several_pull_requests_at_once_and_the_worst_decides() -> None:
    second = merged(commit="m2", at=11.1, number=8)
    commits = [commit("m", "ana", "One (#7)"), commit("m2", "ana", "Two (#8)")]
    push = pushed("github-merge-queue[bot]", after="m2", commits=commits)
    first = (opened(), reviewed(), merged())
    other = (opened(number=8), reviewed(number=8))
    assert why(*first, *other, second, push) == [Why.APPROVED]
    assert why(*first, opened(number=8), second, push) == [Why.UNAPPROVED]


def test_a_group_of_the_queue_names_its_pull_request() -> None:
    head = f"refs/heads/gh-readonly-queue/main/pr-7-{sha('old')}"
    told = {"head_sha": sha("m"), "head_ref": head, "base_ref": "refs/heads/main"}
    bot = "github-merge-queue[bot]"
    group = sent("merge_group", bot, 10.5, action="checks_requested", merge_group=told)
    assert why(opened(), reviewed(), group, pushed(bot)) == [Why.APPROVED]
    assert why(opened(), group, pushed(bot)) == [Why.MERGED_BY_ANOTHER]


def test_an_approved_commit_may_be_pushed_as_it_is() -> None:
    assert why(opened(), reviewed(), pushed(after="h1")) == [Why.APPROVED_HEAD]
    assert why(opened(), pushed(after="h1")) == [Why.PUSHED]


def test_an_approval_before_the_last_change_is_stale() -> None:
    steps = (opened(), reviewed(), moved(), merged(head="h2", additions=14), pushed())
    (one,) = judged(*steps)
    assert (one.why, one.blamed) == (Why.STALE, "ana")
    assert one.share == pytest.approx(4 / 14)
    (finding,) = findings(*steps)
    assert (finding.id, finding.points) == ("stale_approval", 47)


def test_it_is_worse_where_most_of_it_came_after_the_approval() -> None:
    grown = (moved(lines=90), merged(head="h2", additions=90))
    (finding,) = findings(opened(), reviewed(), *grown)
    assert finding.points == 73


def test_a_second_look_mends_a_stale_approval() -> None:
    again = reviewed(at=10.5, head="h2")
    assert why(opened(), reviewed(), moved(), again, merged(head="h2"), pushed()) == [Why.APPROVED]


def test_a_head_that_only_caught_up_with_main_accuses_nobody() -> None:
    caught_up = (moved(lines=10), merged(head="h2"))
    assert why(opened(), reviewed(), *caught_up) == [Why.SAME_SIZE]
    assert found(opened(), reviewed(), *caught_up) == []


def test_a_stale_approval_is_not_held_against_whoever_had_another_merge_it() -> None:
    steps = (opened(), reviewed(), moved(), merged("cy", head="h2", additions=14))
    assert why(*steps) == [Why.STALE]
    assert found(*steps) == []


def test_a_second_account_is_no_second_person() -> None:
    steps = (opened(), reviewed("ana-two"), *LANDED)
    assert why(*steps) == [Why.SECOND_ACCOUNT]
    assert found(*steps) == [("approved_by_second_account", "ana")]


def test_bots_review_nothing() -> None:
    assert why(opened(), reviewed("checks[bot]"), *LANDED) == [Why.UNAPPROVED]
    assert why(opened(), reviewed("bo-bot"), *LANDED) == [Why.ONLY_A_BOT]


def test_an_approver_nobody_knows_leaves_it_unknown() -> None:
    (one,) = judged(opened(), reviewed("visitor"), *LANDED)
    assert (one.verdict, one.why) == (Verdict.UNKNOWN, Why.APPROVER_UNKNOWN)


def test_the_work_of_a_bot_is_reviewed_by_any_person() -> None:
    of_bot = merged("bo", author="renovate[bot]")
    assert why(opened("renovate[bot]"), reviewed("bo"), of_bot) == [Why.APPROVED]


def test_whoever_wrote_part_of_it_is_no_reviewer_of_it() -> None:
    by, untold = "Fix\n\nCo-authored-by: Bo <", "12+bo@users.noreply.github.com"
    co_authors = [[commit("m", "ana", f"{by}{mail}>")] for mail in ("bo@lab.example", untold)]
    for commits in ([commit("h0", "bo"), commit("m", "ana", "Merge it")], *co_authors):
        steps = (opened(), reviewed(), merged(commits=2), pushed(commits=commits))
        assert why(*steps) == [Why.OWN_PART]
        assert found(*steps) == [("approved_by_helper", "ana")]
        assert why(*steps, reviewed("cy")) == [Why.APPROVED]


def test_an_own_merge_after_a_dismissal_is_told_as_such() -> None:
    objection = reviewed(state="changes_requested")
    steps = (opened(), objection, dismissed("ana", "bo", 10), *LANDED)
    assert found(*steps) == [("dismissed_then_merged", "ana")]
    assert why(*steps, reviewed("cy", at=10.5)) == [Why.APPROVED]


def test_a_dismissed_approval_approves_no_more_and_ones_own_may_be_taken_back() -> None:
    steps = (opened(), reviewed(), dismissed("bo", "bo", 10), *LANDED)
    assert found(*steps) == [("merged_own_work", "ana")]


def test_whoever_asks_for_changes_after_approving_approves_no_more() -> None:
    steps = (opened(), reviewed(), reviewed(at=10, state="changes_requested"), *LANDED)
    assert found(*steps) == [("merged_own_work", "ana")]


def test_what_another_merged_unapproved_is_a_bypass_that_accuses_nobody() -> None:
    (one,) = judged(opened(), merged("bo"))
    assert (one.verdict, one.why) == (Verdict.BYPASS, Why.MERGED_BY_ANOTHER)
    assert found(opened(), merged("bo")) == []


def test_an_approval_after_the_merge_comes_too_late() -> None:
    assert why(opened(), reviewed(at=12), *LANDED) == [Why.UNAPPROVED]


def test_a_new_branch_and_what_is_seen_from_the_middle_are_unknown() -> None:
    assert why(opened(), pushed(before=NONE)) == [Why.CREATED]
    assert why(*LANDED) == [Why.OPENING_UNSEEN]
    assert why(pushed()) == [Why.NOTHING_SEEN]


def test_rewritten_history_is_told_by_the_forge_or_by_the_branch_going_back() -> None:
    assert found(pushed(forced=True)) == [("rewrote_shared_history", "ana")]
    back = pushed("bo", at=12, after="m", before=sha("n"))
    assert why(opened(), reviewed(), *LANDED, back)[1:] == [Why.REWRITTEN]


def test_a_default_branch_that_is_deleted_and_pushed_anew_is_rewritten(tmp_path: Path) -> None:
    told = [opened(), reviewed(), *LANDED]
    gone = pushed("bo", 12, "none", before=sha("m"), deleted=True)
    gone["payload"]["after"] = NONE
    for place, (after, last) in enumerate({"x": Why.REWRITTEN, "m": Why.CREATED}.items()):
        anew = pushed("bo", 12.1, after, before=NONE, created=True)
        first, again = verdicts(tmp_path / str(place), [*told, gone, anew])
        assert (first.why, again.why) == (Why.APPROVED, last)


def test_an_approval_is_of_every_pull_request_with_that_head() -> None:
    other = (opened(number=8), merged(number=8))
    assert why(opened(), reviewed(), merged(), *other, pushed()) == [Why.APPROVED]
    apart = (opened(number=8, head="h9"), merged(number=8, head="h9"))
    assert why(opened(), reviewed(), merged(), *apart, pushed()) == [Why.UNAPPROVED]


def test_whoever_is_on_call_is_doubted_less() -> None:
    duty = Duty(person="ana", since=DAY, until=DAY + timedelta(days=1))
    (calm,) = findings(opened("bo", number=9), pushed(), site=replace(SITE, duties=(duty,)))
    (plain,) = findings(opened("bo", number=9), pushed())
    assert (calm.confidence, plain.confidence) == (0.192, 0.48)
    assert calm.sentence == f"{plain.sentence}, while on call"


def test_earlier_days_are_asked_of_the_store(tmp_path: Path) -> None:
    store = open_store(tmp_path.as_uri())
    early = [opened(at=-60), reviewed(at=-50)]
    commits = [commit("old", "cy") | {"timestamp": iso(-40)}, commit("m", "ana", "Merge it")]
    today = [merged(), pushed(commits=commits), pushed("cy", at=13, after="x")]
    store.append(parsed([*early, *today]))
    events = parsed(today).select(review.COLUMNS)
    of_day = events.filter(pc.greater_equal(events["@timestamp"], pa.scalar(DAY)))
    merge, push = review.judged(DAY.date(), of_day, SITE, store)
    assert (merge.why, merge.reviewers) == (Why.APPROVED, ("bo",))
    assert (push.why, push.blamed) == (Why.PUSHED, "cy")


def test_a_commit_made_on_an_earlier_day_belongs_to_the_push_that_brought_it(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path.as_uri())
    commits = [commit("old", "bo") | {"timestamp": iso(-40)}, commit("m", "ana", "Merge it")]
    today = [opened(), reviewed(), merged(), pushed(commits=commits)]
    store.append(parsed(today))
    events = parsed(today).select(review.COLUMNS)
    of_day = events.filter(pc.greater_equal(events["@timestamp"], pa.scalar(DAY)))
    (one,) = review.judged(DAY.date(), of_day, SITE, store)
    assert one.why is Why.OWN_PART


def test_what_explains_a_push_just_before_midnight_may_come_after_it(tmp_path: Path) -> None:
    store = open_store(tmp_path.as_uri())
    eve, late = pushed(at=-0.01), merged(at=0.01)
    store.append(parsed([opened(at=-9), reviewed(at=-8), eve, late]))
    today = parsed([late]).select(review.COLUMNS)
    (one,) = review.judged(DAY.date(), today, SITE, store)
    assert one.why is Why.APPROVED
    yesterday = parsed([opened(at=-9), reviewed(at=-8), eve]).select(review.COLUMNS)
    assert review.judged((DAY - timedelta(days=1)).date(), yesterday, SITE, store) == []


STEPS = st.lists(
    st.sampled_from(
        [
            *(opened(), opened(number=8), reviewed(), reviewed(at=10.6, head="h2"), moved()),
            *(reviewed("ana-two"), reviewed("cy", at=10.7, head="h2"), reviewed("visitor")),
            *(reviewed(at=10.8, state="changes_requested"), dismissed("ana", "bo", 10.9)),
            *(merged(), merged(head="h2"), pushed(), pushed(after="x", at=12), reviewed("bo-bot")),
            pushed("bo", at=13, forced=True),
        ]
    ),
    min_size=1,
    max_size=10,
    unique_by=json.dumps,
)


@settings(max_examples=15, deadline=None)
@given(STEPS, st.randoms())
def test_order_and_doubles_make_no_difference(steps: list[Payload], chance: Any) -> None:
    once = judged(*steps)
    again = [*steps, *chance.choices(steps, k=3)]
    chance.shuffle(again)
    assert judged(*again) == once


@settings(max_examples=15, deadline=None)
@given(STEPS, st.sampled_from(["h1", "h2", "x"]), st.sampled_from([8.5, 10.4, 10.95]))
def test_a_further_approval_never_makes_a_bypass(
    steps: list[Payload], head: str, at: float
) -> None:
    before = {one.commit: one.verdict for one in judged(*steps)}
    after = {one.commit: one.verdict for one in judged(*steps, reviewed("cy", at=at, head=head))}
    for name, verdict in before.items():
        if verdict is Verdict.REVIEWED:
            assert after[name] is Verdict.REVIEWED
