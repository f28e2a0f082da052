"""What a pull request's branch got after it was approved: the same content, more work, or neither.

Sizes alone do not tell: a line that takes another's place leaves them as they were. Pushes to the
branch tell more, where they are told of.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from analytics.governance.review.past import Past
from analytics.governance.review.pulls import Opinion
from analytics.governance.review.told import Told, pushed_at
from analytics.governance.review.verdict import Why
from analytics.governance.review.writers import OF_MERGE

DOUBTED = frozenset({Why.STALE, Why.SAME_SIZE})
Work = tuple[str, tuple[str, ...]]


def looked_into(found: Opinion, merge: Told, landing: Iterable[Told], past: Past) -> Opinion:
    """The opinion on a pull request whose approval was of an earlier head, where the pushes to its
    branch say more; `landing` are the pushes to the branch that it went into."""
    branch = _branch(merge)
    if branch is None or found.why not in DOUBTED or (found.head or "") in {"", *found.approved}:
        return found
    pushes, commits = past.on_branch(merge.repository, branch)
    if _same_content(found, merge, pushes, commits, landing):
        return replace(found, why=Why.SAME_CONTENT, blamed=None, share=None)
    way = _way(found, pushes)
    if fresh := _fresh(way, commits, merge, past):
        events = (*found.events, *(one.event for one in fresh))
        return replace(found, why=Why.STALE, events=events)
    told_all = way and all(any(_of(one, push) for one in commits) for push in way)
    if told_all and found.share is None:
        return replace(found, why=Why.CAUGHT_UP, blamed=None)
    return found


def _branch(merge: Told) -> str | None:
    """The pull request's own branch, where it is one of this repository."""
    branch = merge.labels.get("head_branch")
    here = merge.labels.get("head_repository") in (None, merge.repository)
    return branch if here and branch != merge.branch else None


def _same_content(
    found: Opinion,
    merge: Told,
    pushes: Iterable[Told],
    commits: Iterable[Told],
    landing: Iterable[Told],
) -> bool:
    """Whether the final head holds the files that an approved one held, or changes the default
    branch in exactly the same way, as the hook tells."""
    trees = {one.commit: one.labels["tree"] for one in commits if "tree" in one.labels}
    approved = {trees[head] for head in found.approved if head in trees}
    if trees.get(found.head) in approved and not found.share:  # else it undoes what main got since
        return True
    if merge.labels.get("default_branch") not in ("true", merge.branch):
        return False
    proposals = {one.commit: one.labels["proposal"] for one in pushes if "proposal" in one.labels}
    wanted = {proposals[head] for head in found.approved if head in proposals}
    landed = {one.labels.get("patch") for one in landing}
    return bool(wanted & {proposals.get(found.head), *landed})


def _way(found: Opinion, pushes: Iterable[Told]) -> list[Told]:
    """The pushes that led from an approved head to the final one, each standing on the one before;
    none where that is not told."""
    onward: dict[str, list[Told]] = {}
    for one in pushes:
        if one.labels.get("before"):
            onward.setdefault(one.labels["before"], []).append(one)
    for head in found.approved:
        way, at = list[Told](), head
        while at != found.head and len(way) <= len(onward):
            following = onward.get(at)
            if not following:
                break
            way.append(following[-1])
            at = following[-1].commit or ""
        if at == found.head:
            return way
    return []


def _fresh(way: list[Told], commits: list[Told], merge: Told, past: Past) -> list[Told]:
    """The commits of their own that these pushes brought: no merges, nothing that another branch
    had before, and nothing that only came again in another place, as a rebase brings it."""
    brought = [
        one
        for push in way
        for one in commits
        if _of(one, push)
        and one.files
        and one.labels.get("distinct") != "false"
        and OF_MERGE not in one.message
    ]
    if not brought:
        return []
    begin = min(push.time for push in way)
    earlier = {_work(one) for one in commits if (at := pushed_at(one)) and at < begin}
    names = {one.commit for one in brought if one.commit}
    elsewhere = _landed(past.commits_named(merge.repository, names), merge)
    return [
        one
        for one in brought
        if _work(one) not in earlier
        and not _before(elsewhere.get(one.commit or ""), pushed_at(one))
    ]


def _landed(rows: Iterable[Told], merge: Told) -> Mapping[str, datetime]:
    """When commits came to another branch than that of the pull request first."""
    found: dict[str, datetime] = {}
    for commit, at in _elsewhere(rows, merge):
        found[commit] = min(at, found.get(commit, at))
    return found


def _elsewhere(rows: Iterable[Told], merge: Told) -> Iterator[tuple[str, datetime]]:
    for one in rows:
        at = pushed_at(one)
        if one.commit and at and one.branch != merge.labels.get("head_branch"):
            yield one.commit, at


def _before(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other


def _of(commit: Told, push: Told) -> bool:
    return pushed_at(commit) == push.time


def _work(commit: Told) -> Work:
    """What a commit is known by where it comes again: its words and files."""
    return commit.message, tuple(sorted(commit.files))
