"""How usual it is in a repository that somebody else looks at a change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa

from analytics.governance.review.past import AT_ONCE
from analytics.governance.review.persons import Persons
from analytics.governance.review.told import (
    APPROVED,
    COLUMNS,
    MERGED,
    OPENED,
    PUSHED,
    Told,
    told,
)
from analytics.governance.review.updates import Update, updates
from analytics.governance.review.verdict import Judged, Why
from analytics.site import Site
from analytics.store.base import EventStore, Question
from analytics.store.query import All, OneOf

FOUR_WEEKS = timedelta(days=28)  # a custom of now: teams take up reviewing, and give it up
CUSTOMARY = frozenset({Why.PUSHED, Why.MORE_COMMITS, Why.UNAPPROVED})
"""Ways around review that a whole team may take by custom; others are somebody's own choice."""


@dataclass(frozen=True, slots=True)
class Custom:
    """Of `total` changes to a repository another person looked at so many."""

    looked: int = 0
    total: int = 0

    @property
    def share(self) -> float:
        """How sure somebody looks there: Laplace's rule with one change looked at beforehand, for
        where nothing is known a shared branch is meant to be reviewed."""
        return (self.looked + 1) / (self.total + 1)


@dataclass(frozen=True, slots=True)
class Customs:
    """The customs of repositories, of each by who landed the changes."""

    rows: Mapping[str, Mapping[str, Custom]] = field(default_factory=dict)

    def of(self, repository: str, person: str) -> Custom:
        """What the others there do; the person's own where nobody else landed anything. So nobody
        makes a bypass usual by taking it often where others work too."""
        known = self.rows.get(repository, {})
        others = [one for name, one in known.items() if name != person] or list(known.values())
        return Custom(sum(one.looked for one in others), sum(one.total for one in others))


def customs(judged: Iterable[Judged], day: date, site: Site, store: EventStore) -> Customs:
    """What was usual in the four weeks before the day, where somebody went around review on it."""
    places = sorted({one.repository for one in judged if one.blamed and one.why in CUSTOMARY})
    if not places:
        return Customs()
    rows = _rows(places, day, store)
    persons = Persons(site.directory)
    seen = {(one.repository, one.pull) for one in rows if one.action == OPENED}
    merges = {(one.repository, one.commit): one for one in rows if one.action == MERGED}
    approvals: dict[tuple[str, int | str | None], list[Told]] = defaultdict(list)
    for one in rows:
        if one.action == APPROVED:
            approvals[one.repository, one.pull].append(one)
            approvals[one.repository, one.commit].append(one)
    counts: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for update in updates(rows, site.directory, site.resources):
        merge = merges.get((update.repository, update.after))
        unseen = merge is not None and (merge.repository, merge.pull) not in seen
        if unseen or (update.before is not None and not update.before.strip("0")):
            continue
        about = approvals[update.repository, merge.pull if merge else update.after]
        lander = persons.doer(update.by) or update.by.account or ""
        looked = _looked(merge or update.by, about, update, persons)
        counts[update.repository][lander].append(looked)
    return Customs(
        {
            place: {name: Custom(sum(told), len(told)) for name, told in by.items()}
            for place, by in counts.items()
        }
    )


def _rows(places: Sequence[str], day: date, store: EventStore) -> list[Told]:
    until = datetime.combine(day, time.min, UTC)
    acts = (OPENED, APPROVED, MERGED, PUSHED)
    tables: list[pa.Table] = []
    for at in range(0, len(places), AT_ONCE):
        some = tuple(places[at : at + AT_ONCE])
        query = All((OneOf("event.action", acts), OneOf("git.repository", some)))
        tables += store.scan(Question(since=until - FOUR_WEEKS, until=until, query=query), COLUMNS)
    return told(*tables, actions=acts)


def _looked(merge: Told, about: Iterable[Told], update: Update, persons: Persons) -> bool:
    """Whether anybody but whoever wrote it approved; stale or not, somebody looks there."""
    at = update.time
    authors = persons.behind((merge.author or merge.account, merge.behalf), at)
    approvers = {one.account for one in about} | set(merge.reviewers)
    return any(
        name != merge.author and not authors & persons.behind((name,), at)
        for name in approvers
        if name and not persons.machine(name, at)
    )
