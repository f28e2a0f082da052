"""Commits in the name of a colleague who was away."""

from dataclasses import replace
from datetime import timedelta

from analytics.circumstances import Absence
from tests.analytics.governance.pull_requests import (
    DAY,
    SITE,
    Payload,
    commit,
    findings,
    found,
    merged,
    opened,
    pushed,
)

AWAY = replace(SITE, absences=(Absence(person="bo", since=DAY, until=DAY + timedelta(days=1)),))
NAME = ("pushed_in_name_of_absent", "ana")


def push(*commits: Payload) -> tuple[Payload, ...]:
    """Ana pushes these to main, where others open pull requests."""
    return opened("cy", number=9), pushed(after="x", commits=commits)


def test_who_pushes_the_work_of_somebody_on_leave_is_told_as_such() -> None:
    steps = push(commit("x", "bo"))
    assert NAME in found(*steps, site=AWAY)
    assert NAME not in found(*steps)
    (one,) = (one for one in findings(*steps, site=AWAY) if one.id == NAME[0])
    assert (one.points, one.confidence, len(one.events)) == (73, 0.6, 2)
    assert one.sentence == (
        "pushed to main of lab/lib what is said to be the work of a colleague who was on leave"
    )


def test_work_from_before_the_leave_may_well_be_theirs() -> None:
    early = commit("x", "bo") | {"timestamp": (DAY - timedelta(hours=3)).isoformat()}
    assert NAME not in found(*push(early), site=AWAY)


def test_whoever_picks_or_rebases_the_work_of_another_is_its_committer() -> None:
    assert NAME not in found(*push(commit("x", "bo", committer="ana")), site=AWAY)


def test_what_a_forge_merged_is_no_push_in_another_name() -> None:
    steps = (opened("bo"), merged(author="bo"), pushed(commits=[commit("m", "bo")]))
    assert NAME not in found(*steps, site=AWAY)


def test_ones_own_work_is_ones_own() -> None:
    away = replace(AWAY, absences=(replace(AWAY.absences[0], person="ana"),))
    assert NAME not in found(*push(commit("x", "ana")), site=away)
