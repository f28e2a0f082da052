"""What a merged pull request's story comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics.governance.review.approvals import (
    Reviewer,
    Story,
    movers,
    reworked,
    stood,
    story,
    voice,
)
from analytics.governance.review.haste import is_hasty
from analytics.governance.review.persons import Persons, Voice
from analytics.governance.review.told import Told
from analytics.governance.review.verdict import Why

SOON = timedelta(hours=24)  # from a dismissal to the merge it was for
WORTH: Mapping[Voice, Why] = {
    Voice.UNKNOWN: Why.APPROVER_UNKNOWN,
    Voice.MACHINE: Why.ONLY_A_BOT,
    Voice.PART: Why.OWN_PART,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """Why a pull request counts as reviewed or not; see `Judged`.

    Of an approval of an earlier head, `approved` are the heads that were, `head` is the final one.
    """

    why: Why
    person: str | None
    blamed: str | None = None
    reviewers: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    share: float | None = None
    approved: Mapping[str, datetime] = field(default_factory=dict)
    head: str | None = None
    hasty: bool = False


def opinion(steps: list[Told], merge: Told, helpers: frozenset[str], persons: Persons) -> Opinion:
    """What was seen of the pull request until it was merged; `helpers` wrote part of it."""
    told = story(steps, merge, persons)
    authors = persons.writing(told.authors, merge.time)
    person = min(authors) if len(authors) == 1 else None
    helpers |= persons.behind(movers(told), merge.time)
    by_voice: dict[Voice, list[Reviewer]] = {}
    fresh: dict[Voice, list[Reviewer]] = {}
    for one in told.reviewers.values():
        if one.heads or one.lapsed:
            kind = voice(one, told, helpers - authors, persons, merge.time)
            by_voice.setdefault(kind, []).append(one)
            if stood(one, told):
                fresh.setdefault(kind, []).append(one)
    if found := fresh.get(Voice.ANOTHER):
        return Opinion(
            why=Why.APPROVED,
            person=person,
            reviewers=_persons(found, persons, merge.time),
            events=_events(found),
            hasty=all(_in_haste(one, told) for one in found),
        )
    for kind in (Voice.UNKNOWN, Voice.MACHINE):
        if kind in fresh:
            return Opinion(why=WORTH[kind], person=person, events=_events(fresh[kind]))
    stale = _stale(told, merge, by_voice, persons, person)
    if not told.seen:  # somebody may have approved it before
        return stale or Opinion(why=Why.OPENING_UNSEEN, person=person)
    return (
        _overruled(told, merge, persons, person, authors)
        or stale
        or _of_own(fresh, told, person)
        or _alone(merge, persons, person, authors)
    )


def _in_haste(one: Reviewer, told: Story) -> bool:
    """Whether they approved the final head sooner than anybody can read it."""
    at = one.heads.get(told.head)
    moves = [step.time for step in told.moves if step.head == told.head]
    return (
        at is not None and bool(moves) and is_hasty(moves[0], at, told.sizes.get(told.head or ""))
    )


def _overruled(
    told: Story, merge: Told, persons: Persons, person: str | None, authors: frozenset[str]
) -> Opinion | None:
    """Somebody who wrote or merged it had set another's review aside shortly before."""
    involved = authors | persons.behind((merge.account, merge.behalf), merge.time)
    for dismissal in reversed(told.dismissals):
        by = persons.doer(dismissal.by)
        reviewer = persons.behind((dismissal.reviewer,), dismissal.by.time)
        soon = merge.time - dismissal.by.time <= SOON
        if by and by in involved and by not in reviewer and soon:
            events = (dismissal.by.event,)
            return Opinion(why=Why.DISMISSED, person=person, blamed=by, events=events)
    return None


def _stale(
    told: Story,
    merge: Told,
    by_voice: Mapping[Voice, list[Reviewer]],
    persons: Persons,
    person: str | None,
) -> Opinion | None:
    """Another person approved an earlier head. Where its size is the same it may have been brought
    up to date and no more: nothing is said then."""
    found = by_voice.get(Voice.ANOTHER)
    if not found:
        return None
    approved: dict[str | None, datetime] = {}
    for one in found:
        approved |= one.lapsed | one.heads
    moved = told.moves[-1] if told.moves else None
    mover = persons.doer(moved) if moved else None
    merger = persons.doer(merge)
    if merger is None and persons.machine(merge.account, merge.time):
        merger = mover or person  # a queue merges what was put into it
    alone = merger == (mover or person)
    share, since = _share(told, found), max(approved.values())
    if told.head in approved and any(told.head in one.elsewhere for one in found):
        why = Why.RETARGETED if share is None else Why.STALE
    else:
        same = share == 0 and not reworked(told, since)
        why = Why.SAME_SIZE if same else Why.STALE
    return Opinion(
        why=why,
        person=person,
        blamed=merger if alone else None,
        reviewers=_persons(found, persons, merge.time),
        events=(*_events(found), *((moved.event,) if moved else ())),
        share=share,
        approved={head: at for head, at in approved.items() if head},
        head=told.head,
    )


def _share(told: Story, found: list[Reviewer]) -> float | None:
    """How much of the final size came after what was approved; None where a size is not known."""
    final = told.sizes.get(told.head or "")
    sizes = [
        one.elsewhere[head] if head in one.elsewhere else told.sizes.get(head or "")
        for one in found
        for head in one.lapsed | one.heads
    ]
    if final is None or None in sizes:
        return None
    return min(abs(final - (size or 0)) / max(final, 1) for size in sizes)


def _of_own(
    fresh: Mapping[Voice, list[Reviewer]], told: Story, person: str | None
) -> Opinion | None:
    """Only whoever wrote it, by another account, or who wrote part of it, approved."""
    if part := fresh.get(Voice.PART):
        return Opinion(why=Why.OWN_PART, person=person, blamed=person, events=_events(part))
    own = [one for one in fresh.get(Voice.SAME, ()) if one.accounts - told.authors]
    if own:
        return Opinion(why=Why.SECOND_ACCOUNT, person=person, blamed=person, events=_events(own))
    return None


def _alone(merge: Told, persons: Persons, person: str | None, authors: frozenset[str]) -> Opinion:
    """Nobody approved it: whoever merged it was its author, or was not."""
    merger = persons.doer(merge)
    if merger and merger in authors:
        return Opinion(why=Why.UNAPPROVED, person=person, blamed=merger)
    same = merge.account is not None and merge.account == merge.author
    return Opinion(why=Why.UNAPPROVED if same else Why.MERGED_BY_ANOTHER, person=person)


def _persons(found: list[Reviewer], persons: Persons, at: datetime) -> tuple[str, ...]:
    everybody = (persons.behind((one.account, one.behalf), at) for one in found)
    return tuple(sorted(frozenset().union(*everybody)))


def _events(found: list[Reviewer]) -> tuple[str, ...]:
    return tuple(event for one in found for event in one.events)
