"""Cherry-picks onto another shared branch: reviewed where the hook shows that they do the same."""

from pathlib import Path

from analytics.governance import review
from analytics.governance.review.verdict import Verdict, Why
from tests.analytics.governance.git_hook import Story, hook, told_apart, verdicts
from tests.analytics.governance.pull_requests import (
    DAY,
    SITE,
    Payload,
    merged,
    opened,
    pushed,
    reviewed,
)
from tests.analytics.laboratory import EMPTY

EARLY = -48.0  # hours: two days before


def why(tmp_path: Path, told: list[Payload], *records: Payload) -> list[tuple[str, Why]]:
    """What decided the day's verdicts, by branch."""
    return [(one.branch, one.why) for one in verdicts(tmp_path, told, *records)]


def landed(approved: bool = True) -> list[Payload]:
    """A pull request of two days before that went into main."""
    steps = [opened(at=EARLY)]
    steps += [reviewed(at=EARLY + 1)] if approved else []
    return [*steps, merged(at=EARLY + 2), pushed(at=EARLY + 2)]


MAIN = hook(EARLY + 2.001, "main", ("m", "same"))


def test_the_same_change_on_another_branch_is_as_reviewed_as_it_was(tmp_path: Path) -> None:
    found = why(tmp_path, landed(), MAIN, hook(9, "release/1", ("p", "same")))
    assert found == [("release/1", Why.PICKED)]


def test_its_verdict_names_who_looked_and_what_shows_it(tmp_path: Path) -> None:
    pick = hook(9, "release/1", ("p", "same"))
    (one,) = verdicts(tmp_path, landed(), MAIN, pick)
    assert (one.verdict, one.reviewers, one.person) == (Verdict.REVIEWED, ("bo",), "ana")
    assert len(one.events) > 1
    assert review.held([one], DAY.date(), SITE, EMPTY) == []


OTHERWISE: dict[str, Story] = {
    "it was not reviewed there": (
        landed(approved=False),
        (MAIN, hook(9, "release/1", ("p", "same"))),
    ),
    "it changes something else": (landed(), (MAIN, hook(9, "release/1", ("p", "other")))),
    "its change is not told": (landed(), (MAIN, hook(9, "release/1", ("p", None)))),
    "it brings more": (landed(), (MAIN, hook(9, "release/1", ("q", "more"), ("p", "same")))),
    "not all is told": (
        landed(),
        (MAIN, hook(9, "release/1", ("p", "same"), commits_cut=True)),
    ),
    "its origin is not told": (landed(), (hook(9, "release/1", ("p", "same")),)),
    "it is on the same branch": (landed(), (MAIN, hook(9, "main", ("p", "same")))),
}


def test_whatever_else_is_pushed_goes_around_review(tmp_path: Path) -> None:
    for told, found in told_apart(tmp_path, OTHERWISE).items():
        assert [one.why for one in found] == [Why.PUSHED], told
