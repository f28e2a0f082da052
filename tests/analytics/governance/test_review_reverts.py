"""Reverts: what takes back exactly what had just landed needs no second look; a safeguard does."""

from collections.abc import Mapping
from typing import Any

import pytest

from analytics.governance import review
from analytics.governance.review.verdict import Judged, Why
from tests.analytics.governance.git_hook import Story, hook, told_apart
from tests.analytics.governance.pull_requests import (
    DAY,
    SITE,
    Payload,
    commit,
    iso,
    merged,
    opened,
    pushed,
    reviewed,
    sha,
)
from tests.analytics.laboratory import EMPTY

EARLY = -48.0  # hours: two days before


def brought(*commits: Payload, approved: bool = True, at: float = EARLY) -> list[Payload]:
    """A pull request that went into main; the last of its commits is what it became."""
    steps = [opened(at=at), *([reviewed(at=at + 1)] if approved else [])]
    return [*steps, merged(at=at + 2), pushed(at=at + 2, commits=commits)]


def kept(at: float = EARLY + 2.001, **more: str) -> Payload:
    """The hook's line of that merge."""
    told = {"patch": "forth", "undo": "back", "by": "ana"} | more
    return hook(at, "main", ("m", None), **told)


def back(by: str = "cy", at: float = 9, name: str = "r", **more: str) -> Payload:
    """The hook's line of a push that does what would undo it."""
    told = {"patch": "back", "undo": "forth", "old": sha("m")} | more
    return hook(at, "main", (name, None), by=by, **told)


def made(message: str, **more: Any) -> Payload:
    """The commit that it became."""
    return commit("m", "ana", message) | {"timestamp": iso(-60 * 24)} | more


def reverted(tree: str) -> Payload:
    """A push with the files of an earlier commit, as GitHub tells it."""
    said = commit("r", "cy", 'Revert "Log the loss"') | {"tree_id": tree}
    return pushed("cy", 9, "r", [said], before=sha("m"))


LOGS = made("Log the loss by layer")
SAFER = made("Refuse unsafe pickles of checkpoints")
OWN = [opened("cy", number=8, head="r1"), merged("cy", 9, "r1", "r", author="cy", number=8)]
BASE = pushed("bo", EARLY - 9, "old", [commit("old", "bo", "Start") | {"tree_id": "one"}])
LOGGED = [BASE, *brought(made("Log the loss by layer", tree_id="two"))]
STORIES: dict[str, tuple[Story, Why]] = {
    "exactly what had just landed": ((brought(LOGS), (kept(), back())), Why.TAKEN_BACK),
    "by an own pull request": (([*brought(LOGS), *OWN], (kept(), back())), Why.TAKEN_BACK),
    "the files are again as they were": (([*LOGGED, reverted("one")], ()), Why.TAKEN_BACK),
    "what another brought unseen": (
        (brought(LOGS, approved=False), (kept(), back("cy"))),
        Why.TAKEN_BACK,
    ),
    "what oneself brought unseen": (
        (brought(LOGS, approved=False), (kept(), back("ana"))),
        Why.PUSHED,
    ),
    "more than the inverse": ((brought(LOGS), (kept(), back(patch="and more"))), Why.PUSHED),
    "it only says so": (([*LOGGED, reverted("three")], ()), Why.PUSHED),
    "by an own pull request, not told what": (
        ([*brought(LOGS), *OWN, pushed("cy", 9, "r")], ()),
        Why.UNAPPROVED,
    ),
    "what it takes back is not told": ((brought(LOGS), (back(),)), Why.PUSHED),
    "the commits of that are not told": ((brought(), (back(),)), Why.PUSHED),
    "it stood for more than a week": (
        (brought(LOGS, at=-240), (kept(-237.999), back())),
        Why.PUSHED,
    ),
    "it had mended something": ((brought(made("fix: clip")), (kept(), back())), Why.PUSHED),
    "it had ruled who reviews": (
        (brought(made("Rule", modified=[".github/CODEOWNERS"])), (kept(), back())),
        Why.PUSHED,
    ),
    "it comes back again": (
        (brought(LOGS), (kept(), back(at=8), back("ana", 9, "s", patch="forth", undo="back"))),
        Why.PUSHED,
    ),
    "a new safeguard": ((brought(SAFER), (kept(), back())), Why.UNDID_SAFEGUARD),
    "an old safeguard": (
        (brought(SAFER, at=-600), (kept(-597.999), back())),
        Why.UNDID_SAFEGUARD,
    ),
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Judged]]:
    """The day's verdicts by story."""
    stories = {name: story for name, (story, _) in STORIES.items()}
    return told_apart(tmp_path_factory.mktemp("reverts"), stories)


@pytest.mark.parametrize("name", STORIES)
def test_only_a_clean_revert_of_what_is_new_and_no_safeguard_needs_nobody_else(
    name: str, judged: Mapping[str, list[Judged]]
) -> None:
    assert judged[name][-1].why is STORIES[name][1]


def test_a_clean_revert_accuses_nobody_and_shows_what_it_takes_back(
    judged: Mapping[str, list[Judged]],
) -> None:
    clean = judged["exactly what had just landed"]
    assert review.held(clean, DAY.date(), SITE, EMPTY) == []
    assert len(clean[0].events) > 1


def test_taking_a_safeguard_back_is_held_against_whoever_did(
    judged: Mapping[str, list[Judged]],
) -> None:
    (finding,) = review.held(judged["an old safeguard"], DAY.date(), SITE, EMPTY)
    assert (finding.id, finding.person, finding.points) == ("took_back_safeguard", "cy", 73)
