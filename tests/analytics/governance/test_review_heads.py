"""A head that moved after the approval: more work, the same content, or only brought up to date."""

from pathlib import Path
from typing import Any

from analytics.governance.review.verdict import Why
from tests.analytics.governance.git_hook import Story, hook, told_apart
from tests.analytics.governance.pull_requests import (
    NONE,
    Payload,
    commit,
    dismissed,
    found,
    merged,
    moved,
    opened,
    pull,
    pushed,
    reviewed,
    sent,
    sha,
    why,
)

SAME = (opened(), reviewed(), moved(lines=10), merged(head="h2"))
"""Approved, and then given a head of the same size."""


def work(name: str, author: str = "ana", message: str = "Set the rate", **more: Any) -> Payload:
    """A commit that changes a file."""
    return commit(name, author, message) | {"modified": ["optim.py"], "distinct": True} | more


def onto(*commits: Payload, at: float = 10, name: str = "h2", **more: Any) -> Payload:
    """A push to the branch of the pull request."""
    told = {"ref": "refs/heads/fix", "before": sha("h1")} | more
    return pushed("ana", at, name, commits, **told)


def begun(**more: Any) -> Payload:
    """The first push to the branch."""
    return onto(work("h1", **more), at=7.5, name="h1", before=NONE)


def branch(at: float, head: str, proposal: str) -> Payload:
    """The hook's line of a push to the branch of the pull request."""
    told = {"old": sha("h1") if head != "h1" else NONE, "new": sha(head), "protected": False}
    return hook(at, "fix", (head, None), by="ana", proposal=proposal, **told)


MERGE = work("h2", message="Merge branch 'main' into fix")
MAINS = work("n", "bo", "Other work", distinct=None)
MAIN = pushed("bo", 9.5, "n", [MAINS], before=sha("older"))
REBASED = {"forced": True}
GROWN = [opened(), reviewed(), moved(), merged(head="h2", additions=14)]
P1, P2, OTHER = branch(7.5, "h1", "p"), branch(10, "h2", "p"), branch(10, "h2", "q")
STORIES: dict[str, tuple[Story, Why]] = {
    "a new commit": (([*SAME, onto(work("h2", message="Set it higher"))], ()), Why.STALE),
    "a merge alone": (([*SAME, onto(MERGE)], ()), Why.SAME_SIZE),
    "what main had before": (
        ([*SAME, onto(work("n", "bo", "Other work", distinct=False), MERGE)], ()),
        Why.SAME_SIZE,
    ),
    "what main had, as pushes to it tell": (
        ([*SAME, MAIN, onto(MAINS, MERGE)], ()),
        Why.SAME_SIZE,
    ),
    "a commit without files": (
        ([*SAME, onto(work("h2", message="Check again", modified=[]))], ()),
        Why.SAME_SIZE,
    ),
    "a rebase": (([begun(), *SAME, onto(work("h2"), **REBASED)], ()), Why.SAME_SIZE),
    "a rebase with more work": (
        ([begun(), *SAME, onto(work("h2"), work("x", message="Sleep"), **REBASED)], ()),
        Why.STALE,
    ),
    "the same files in other commits": (
        ([begun(tree_id="t"), *SAME, onto(work("h2", message="One", tree_id="t"))], ()),
        Why.SAME_CONTENT,
    ),
    "the same files on a newer main, which it undoes": (
        ([begun(tree_id="t"), *GROWN, onto(work("h2", message="One", tree_id="t"))], ()),
        Why.STALE,
    ),
    "other files in other commits": (
        ([begun(tree_id="t"), *SAME, onto(work("h2", message="One", tree_id="u"))], ()),
        Why.STALE,
    ),
    "the branch proposes the same": ((GROWN, (P1, P2)), Why.SAME_CONTENT),
    "the branch proposes something else": ((GROWN, (P1, OTHER)), Why.STALE),
    "what landed is what was approved": (
        (GROWN, (P1, hook(11, "main", ("m", None), by="ana", patch="p"))),
        Why.SAME_CONTENT,
    ),
}


def test_pushes_to_the_branch_tell_what_came_after_the_approval(tmp_path: Path) -> None:
    stories = {name: story for name, (story, _) in STORIES.items()}
    for name, several in told_apart(tmp_path, stories).items():
        assert several[-1].why is STORIES[name][1], name


def test_approvals_that_a_forge_sets_aside_for_a_push_are_set_aside_by_nobody() -> None:
    reset = dismissed("ana", "bo", 10.002)
    steps = (opened(), reviewed(), moved(), reset)
    landed = (merged(head="h2", additions=14), pushed())
    assert why(*steps, *landed) == [Why.STALE]
    assert why(*steps, reviewed("bo", 10.5, "h2"), *landed) == [Why.APPROVED]
    objection = reviewed(state="changes_requested")
    assert why(opened(), objection, moved(), reset, *landed) == [Why.DISMISSED]
    by_hand = dismissed("ana", "bo", 10.1)
    assert found(opened(), reviewed(), moved(), by_hand, *landed) == [
        ("dismissed_then_merged", "ana")
    ]


def elsewhere(kind: str, by: str, at: float, lines: int | None = 10, **more: Any) -> Payload:
    """A step of the pull request while it was to go into another branch."""
    request = pull("ana", "h1", at) | {"base": {"ref": "feature"}}
    request |= {"additions": lines, "deletions": 0 if lines is not None else None}
    return sent(kind, by, at, pull_request=request, **more)


def test_what_was_approved_for_another_branch_is_where_it_brings_as_much_here() -> None:
    told = {"user": {"login": "bo"}, "state": "approved", "commit_id": sha("h1")}

    def approved(lines: int | None = 10) -> Payload:
        said = {"action": "submitted", "review": told}
        return elsewhere("pull_request_review", "bo", 9, lines, **said)

    first = elsewhere("pull_request", "ana", 8, action="opened")
    assert why(first, approved(), merged()) == [Why.APPROVED]
    assert why(first, approved(), merged(additions=90)) == [Why.STALE]
    untold = elsewhere("pull_request", "ana", 8, None, action="opened")
    assert why(untold, approved(None), merged()) == [Why.RETARGETED]
    assert why(untold, approved(None), reviewed("bo", 10), merged()) == [Why.APPROVED]
