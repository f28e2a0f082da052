"""Two people who alone approve each other's work, sooner than they can have read it (R14)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from analytics.governance.review.customs import FOUR_WEEKS
from analytics.governance.review.haste import is_hasty
from analytics.governance.review.past import NOTHING, Past
from analytics.governance.review.persons import Persons
from analytics.governance.review.told import APPROVED, COLUMNS, MOVED, OPENED, Told, told
from analytics.governance.review.verdict import Judged
from analytics.site import Site
from analytics.store.base import EventStore, Question
from analytics.store.query import All, OneOf

MUTUAL = 0.8  # as in the catalogue
OFTEN = 5  # approvals each way: four fifths of fewer may well be chance


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody approved the work of another, and whether too soon to have read it."""

    author: str
    approver: str
    hasty: bool
    event: str


def waved_through(
    judged: Iterable[Judged], day: date, site: Site, store: EventStore
) -> list[Judged]:
    """The day's updates of one of such a pair that the other approved so; held against both."""
    persons, found = Persons(site.directory), list[Judged]()
    known: dict[frozenset[str], tuple[str, ...]] = {}
    for one in judged:
        if not one.hasty or one.person is None or len(one.reviewers) != 1:
            continue
        pair = frozenset((one.person, *one.reviewers))
        if pair not in known:
            known[pair] = _mutual(_looks(pair, day, site, persons, store), sorted(pair))
        if known[pair]:
            events = (*one.events, *known[pair])
            found += [replace(one, blamed=name, events=events) for name in sorted(pair)]
    return found


def _mutual(looks: list[Look], pair: Sequence[str]) -> tuple[str, ...]:
    """The hasty approvals that the two gave each other, where nearly nobody else gave any."""
    between: list[Look] = []
    for author, approver in (pair, pair[::-1]):
        of_author = [one for one in looks if one.author == author]
        by_other = [one for one in of_author if one.approver == approver]
        if len(by_other) < max(OFTEN, MUTUAL * len(of_author)):
            return ()
        between += by_other
    hasty = [one for one in between if one.hasty]
    return tuple(one.event for one in hasty) if len(hasty) >= MUTUAL * len(between) else ()


def _looks(
    pair: frozenset[str], day: date, site: Site, persons: Persons, store: EventStore
) -> list[Look]:
    """Every approval of what the two offered in four weeks, by whomever."""
    until = datetime.combine(day, time.min, UTC) + timedelta(days=1)
    accounts = {link.account for name in pair for link in site.directory.links_of(name)}
    query = All((OneOf("event.action", (OPENED,)), OneOf("actor.account", tuple(sorted(accounts)))))
    tables = store.scan(Question(since=until - FOUR_WEEKS, until=until, query=query), COLUMNS)
    pulls = Past(day, NOTHING, store).pulls(told(*tables, actions=(OPENED,)))
    return [look for steps in pulls.values() for look in _of_pull(steps, persons)]


def _of_pull(steps: list[Told], persons: Persons) -> Iterator[Look]:
    """The approvals of a pull request by other persons than who opened it, of each the last."""
    author, offered, lines = None, None, None
    looks: dict[str, Look] = {}
    for step in steps:
        if step.action in (OPENED, MOVED):
            author = author or persons.doer(step)
            offered, lines = step.time, step.lines
        elif step.action == APPROVED and author and offered:
            approver = persons.doer(step)
            if approver and approver != author and not persons.machine(step.account, step.time):
                hasty = is_hasty(offered, step.time, lines)
                looks[approver] = Look(author, approver, hasty, step.event)
    yield from looks.values()
