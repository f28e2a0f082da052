"""Which approvals stood when a pull request was merged, and what each of them was worth."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from analytics.event import account
from analytics.governance.review.persons import Persons, Voice
from analytics.governance.review.told import (
    APPROVED,
    DISMISSED,
    MOVED,
    OBJECTED,
    OPENED,
    WITHDRAWN,
    Told,
)

SAME_PATCH = frozenset(
    (
        *("NO_CHANGE", "NO_CODE_CHANGE", "TRIVIAL_REBASE", "MERGE_FIRST_PARENT_UPDATE"),
        "TRIVIAL_REBASE_WITH_MESSAGE_UPDATE",
    )
)
"""What Gerrit calls a patch set that brings the same patch as the one before it; of others, and of
other forges, nothing is told."""
REWORK = "REWORK"
RESET = timedelta(minutes=1)  # a forge that sets approvals aside for a push does so at once


@dataclass(slots=True)
class Reviewer:
    """What somebody thought of a pull request until it was merged: which heads they approved,
    None standing for a head that was not named; `elsewhere` are those that they approved while it
    was to go into another branch, with their size there; `lapsed` what a forge set aside when the
    head moved on."""

    account: str
    accounts: set[str] = field(default_factory=set)
    heads: dict[str | None, datetime] = field(default_factory=dict)
    elsewhere: dict[str | None, int | None] = field(default_factory=dict)
    lapsed: dict[str | None, datetime] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    objects: bool = False
    machine: bool = False
    behalf: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """Somebody set another's review aside."""

    by: Told
    reviewer: str | None


@dataclass(slots=True)
class Story:
    """A pull request up to a time: who wrote it, how its head moved, who reviewed it.

    `seen` says that it was seen from its opening, so that no approval can have been missed.
    """

    authors: set[str] = field(default_factory=set)
    target: str | None = None
    seen: bool = False
    opened: Told | None = None
    head: str | None = None
    moves: list[Told] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)  # of a head, in lines
    reviewers: dict[str, Reviewer] = field(default_factory=dict)
    dismissals: list[Dismissal] = field(default_factory=list)


def story(steps: Iterable[Told], merge: Told, persons: Persons) -> Story:
    """What was seen of the merged pull request until then; `steps` in order of time."""
    found = Story(head=merge.head, target=merge.branch)
    for step in steps:
        if step.time > merge.time:
            break
        _take(found, step, persons)
    found.authors.update({merge.author} if merge.author else ())
    if merge.head is None and found.moves:
        found.head = found.moves[-1].head
    if found.head and merge.lines is not None:
        found.sizes[found.head] = merge.lines
    _carry(found, merge)
    for approver in merge.reviewers:
        _reviewer(found, approver, persons, merge.time).heads[found.head] = merge.time
    return found


def _take(found: Story, step: Told, persons: Persons) -> None:
    if step.author:
        found.authors.add(step.author)
    if step.head and step.lines is not None:
        found.sizes[step.head] = step.lines
    if step.action in (OPENED, MOVED):
        _carry(found, step)
        found.moves.append(step)
        if step.action == OPENED:
            found.seen, found.opened = True, step
            found.authors.update(name for name in (step.account, step.behalf) if name)
    elif step.action == DISMISSED:
        _dismiss(found, step, persons)
    elif step.account:
        _review(found, step, persons)


def _carry(found: Story, step: Told) -> None:
    """Approvals of the head before are of this one too, where it brings the same patch: so Gerrit
    keeps votes, and so it rebases or picks what is submitted."""
    before = found.moves[-1].head if found.moves else None
    if step.head and before and step.labels.get("kind") in SAME_PATCH:
        for one in found.reviewers.values():
            if before in one.heads:
                one.heads.setdefault(step.head, one.heads[before])


def movers(found: Story) -> frozenset[str]:
    """The accounts that gave a pull request another head that is known to bring something else: by
    its size, or by what Gerrit calls it."""
    known: set[str] = set()
    for before, after in pairwise(found.moves):
        sizes = (found.sizes.get(before.head or ""), found.sizes.get(after.head or ""))
        grew = None not in sizes and sizes[0] != sizes[1]
        if after.labels.get("kind", REWORK if grew else "") == REWORK:
            known.update(name for name in (after.account, after.behalf) if name)
    return frozenset(known)


def _review(found: Story, step: Told, persons: Persons) -> None:
    one = _reviewer(found, step.account or "", persons, step.time)
    one.machine, one.behalf = one.machine or step.bot, one.behalf or step.behalf
    if step.action == APPROVED:
        one.heads[step.commit] = max(step.time, one.heads.get(step.commit, step.time))
        one.elsewhere.pop(step.commit, None)
        if None not in (step.branch, found.target) and step.branch != found.target:
            one.elsewhere[step.commit] = found.sizes.get(step.commit or "")
        one.objects = False
        one.events.append(step.event)
    elif step.action in (OBJECTED, WITHDRAWN):
        one.heads.clear()
        one.objects = step.action == OBJECTED


def _dismiss(found: Story, step: Told, persons: Persons) -> None:
    """Sets aside the review of whom the event names, else every approval of that commit. Where the
    head has just moved by the same account, the forge does so by its rules, and nobody."""
    login = step.labels.get("reviewer")
    named = account((step.account or "").partition(":")[0], login)
    meant = [
        one
        for key, one in found.reviewers.items()
        if (key == _key(named, persons, step.time) if named else step.commit in one.heads)
    ]
    moved = found.moves[-1] if found.moves else None
    by_rule = (
        moved is not None
        and moved.action == MOVED
        and moved.account == step.account
        and step.time - moved.time <= RESET
        and any(one.heads for one in meant)  # no rule sets an objection aside
    )
    for one in meant:
        if by_rule:
            one.lapsed |= one.heads
        one.heads.clear()
        one.objects = False
    if by_rule:
        return
    found.dismissals.append(Dismissal(by=step, reviewer=named))


def _reviewer(found: Story, name: str, persons: Persons, at: datetime) -> Reviewer:
    one = found.reviewers.setdefault(_key(name, persons, at), Reviewer(account=name))
    one.machine = one.machine or persons.machine(name, at)
    one.accounts.add(name)
    return one


def _key(name: str | None, persons: Persons, at: datetime) -> str:
    """A reviewer by person; an account of nobody stands for itself."""
    return persons.directory.who(name, at) or name or ""


def stood(one: Reviewer, found: Story) -> bool:
    """Whether an approval is of the final head; where none is named, whether none came later. What
    was approved for another branch is, if it is of the same size here."""
    if found.head is not None and found.head in one.heads:
        size = found.sizes.get(found.head)
        return one.elsewhere.get(found.head, size) == size and (
            found.head not in one.elsewhere or size is not None
        )
    last = found.moves[-1].time if found.moves else None
    newest = max(_nameless(one, found), default=None)
    return newest is not None and (last is None or newest >= last)


def reworked(found: Story, since: datetime) -> bool:
    """Whether Gerrit calls a patch set after that time a rework."""
    later = (one for one in found.moves if one.time > since)
    return any(one.labels.get("kind") == REWORK for one in later)


def _nameless(one: Reviewer, found: Story) -> list[datetime]:
    """When they approved what cannot be told from the final head by its name."""
    return [at for head, at in one.heads.items() if head is None or found.head is None]


def voice(
    one: Reviewer, found: Story, helpers: frozenset[str], persons: Persons, at: datetime
) -> Voice:
    """What the reviewer's approval is worth; `helpers` are the persons who wrote part of it."""
    authors = persons.writing(found.authors, at)
    own = persons.behind((one.account, one.behalf), at)
    if own & authors or one.account in found.authors:
        return Voice.SAME
    if one.machine:
        return Voice.MACHINE if own else Voice.NOBODY
    if not own:
        return Voice.UNKNOWN
    return Voice.PART if own & helpers else Voice.ANOTHER
