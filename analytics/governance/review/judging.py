"""Judges each update of a shared branch of a day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import pyarrow as pa

from analytics.governance.review import documents, heads, owners, queues, reverts
from analytics.governance.review.dates import Parents, dated_back, may_be
from analytics.governance.review.names import borrowed
from analytics.governance.review.past import Past, events_of
from analytics.governance.review.persons import Persons
from analytics.governance.review.picks import Judge, patches_of, picked
from analytics.governance.review.pulls import Opinion, opinion
from analytics.governance.review.reverts import Landings
from analytics.governance.review.signatures import is_signed
from analytics.governance.review.told import APPROVED, MERGED, PUSHED, QUEUED, Told
from analytics.governance.review.updates import Update, is_default, updates
from analytics.governance.review.verdict import VERDICTS, Judged, Verdict, Why
from analytics.governance.review.writers import helpers
from analytics.site import Site
from analytics.store.base import EventStore

Rows = Mapping[tuple[str, str], list[Told]]  # by repository and commit
SEVERITY = (Verdict.BYPASS, Verdict.UNKNOWN, Verdict.REVIEWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known when updates are judged."""

    site: Site
    persons: Persons
    merges: Rows
    pulls: Mapping[tuple[str, int], list[Told]]
    about: Rows  # earlier pushes, approvals and queues of the same commit
    reviewing: frozenset[str]
    past: Past
    picked: Callable[[Update], Opinion | None] = lambda _: None
    earlier: Judge = lambda _, __: []
    landings: Landings | None = None
    parents: Parents = field(default_factory=dict)


def judged(day: date, events: pa.Table, site: Site, store: EventStore) -> list[Judged]:
    """A verdict on each update of a shared branch of the day, in order of time.

    An update is of the day on which five minutes after it end, for what explains it may come just
    after it. `events` are the day's, with at least `told.COLUMNS`; the store has those before it.
    """

    def earlier(day: date, repository: str) -> list[tuple[Update, Judged]]:
        of_day = events_of(day, repository, store)
        return _verdicts(Past(day, of_day, store), site, _nothing)

    return [one for _, one in _verdicts(Past(day, events, store), site, earlier)]


def _nothing(day: date, repository: str) -> list[tuple[Update, Judged]]:
    """What was picked from a branch to which it had been picked is not followed further."""
    return []


def _verdicts(past: Past, site: Site, earlier: Judge) -> list[tuple[Update, Judged]]:
    near = past.near()
    commits = past.commits([one for one in near if one.action == PUSHED])
    landed = updates([*near, *commits], site.directory, site.resources)
    landed = [one for one in landed if past.begin <= one.time < past.end]
    if not landed:
        return []
    merges = _by_commit([one for one in near if one.action == MERGED])
    known = _known(landed, merges, past, site)
    known = replace(
        known,
        picked=partial(picked, patches_of(commits), past, earlier),
        earlier=earlier,
        landings=Landings(landed, partial(_pushes_of, known.about), past),
        parents=past.named({one.before for one in landed if one.before and may_be(one)}),
    )
    return [(one, _landed(one, known)) for one in landed]


def _landed(update: Update, known: Known) -> Judged:
    """The verdict on an update, with who landed it in whose name."""
    lander, found = known.persons.doer(update.by), _judged(update, known)
    return replace(
        found,
        foreign=owners.foreign(update, _merges(update, known.merges), found, known.site),
        account=update.by.account,
        lander=lander,
        borrowed=borrowed(update, lander, known.persons),
        dated_back=dated_back(update, known.parents),
        unsigned=tuple(one.event for one in update.commits if is_signed(one) is False),
    )


def _known(landed: list[Update], merges: Rows, past: Past, site: Site) -> Known:
    named = [merge for one in landed for merge in _merges(one, merges)]
    loose = [one for one in landed if not _explained(one, merges)]
    about = past.of_commits({one.after for one in landed})
    others = [one for one in about if one.action in (APPROVED, QUEUED)]
    pulls = past.pulls([*named, *map(queues.member, others)])
    return Known(
        site=site,
        persons=Persons(site.directory),
        merges=merges,
        pulls=pulls,
        about=_by_commit(about),
        reviewing=past.reviewing(one.repository for one in loose),
        past=past,
    )


def _by_commit(rows: list[Told]) -> Rows:
    found: dict[tuple[str, str], list[Told]] = {}
    for row in rows:
        if row.commit:
            found.setdefault((row.repository, row.commit), []).append(row)
    return found


def _merges(update: Update, merges: Rows) -> list[Told]:
    """The merged pull requests of which the update brought the commit that they became."""
    found: dict[int | None, Told] = {}
    for name in sorted(update.names):
        for merge in merges.get((update.repository, name), ()):
            if merge.branch == update.branch:
                found[merge.pull] = merge
    return list(found.values())


def _explained(update: Update, merges: Rows) -> bool:
    """Whether what the branch points to now is what a pull request became."""
    return any(one.commit == update.after for one in _merges(update, merges))


def _judged(update: Update, known: Known) -> Judged:
    by, merges = update.by, _merges(update, known.merges)
    doer = known.persons.doer(by)
    if by.forced or _rewound(update, known):
        return _of(update, Opinion(why=Why.REWRITTEN, person=doer, blamed=doer))
    if update.before is not None and not update.before.strip("0"):
        if _made_anew(update, known):
            return _of(update, Opinion(why=Why.REWRITTEN, person=doer, blamed=doer))
        return _of(update, Opinion(why=Why.CREATED, person=doer))
    if _explained(update, known.merges):
        if _carries_more(update, merges):
            return _of(update, Opinion(why=Why.MORE_COMMITS, person=doer, blamed=doer), merges)
        return _of(update, _reverting(update, _worst(update, merges, known), known), merges)
    found = _otherwise(update, known) or known.picked(update)
    if found is None:
        seen = update.repository in known.reviewing
        blamed = doer if seen else None
        why = Why.PUSHED if seen else Why.NOTHING_SEEN
        found = Opinion(why=why, person=doer, blamed=blamed)
    return _of(update, _reverting(update, found, known))


def _reverting(update: Update, found: Opinion, known: Known) -> Opinion:
    """The opinion, where the update takes back what had landed before."""
    if known.landings is None:
        return found
    return reverts.weighed(found, update, known.landings, known.earlier)


def _pushes_of(about: Rows, update: Update) -> list[Told]:
    """The pushes that brought a branch to the commit of an update, by whatever source."""
    rows = about.get((update.repository, update.after), ())
    return [one for one in rows if one.action == PUSHED and one.branch == update.branch]


def _rewound(update: Update, known: Known) -> bool:
    """Whether the branch went back to where it had been, for which no forge needs to say it."""
    if update.by.action != PUSHED or not (update.before or "").strip("0"):
        return False
    return any(
        one.action == PUSHED
        and one.branch == update.branch
        and one.time < update.time
        and one.labels.get("before", update.before) != update.before
        for one in known.about.get((update.repository, update.after), ())
    )


def _made_anew(update: Update, known: Known) -> bool:
    """Whether a default branch is told to be new that had other commits before: whoever deletes it
    and pushes another in its place rewrites it. Other branches come and go."""
    if not is_default(update.by):
        return False
    pushes, _ = known.past.on_branch(update.repository, update.branch)
    before = [one.commit for one in pushes if one.time < update.time and one.commit]
    return bool(before) and before[-1] != update.after


def _carries_more(update: Update, merges: list[Told]) -> bool:
    """More commits came than the pull requests had, with the one that a merge may add to each."""
    counts = [one.labels.get("commits", "") for one in merges]
    if not update.commits or not all(count.isdigit() for count in counts):
        return False
    return len(update.commits) > sum(map(int, counts)) + len(merges)


def _worst(update: Update, merges: list[Told], known: Known) -> Opinion:
    """Of several pull requests that landed at once, the one that is worst off; of those that
    brought one head the one that is best off, for approving it approved what all of them brought.
    """
    opinions: dict[tuple[str, str | None], list[Opinion]] = {}
    for merge in merges:
        wrote = helpers(update, merge, known.persons) if len(merges) == 1 else frozenset[str]()
        steps = known.pulls.get((merge.repository, merge.pull or 0), [])
        found = opinion(steps, merge, wrote, known.persons)
        landing = known.about.get((update.repository, update.after), ())
        found = heads.looked_into(found, merge, landing, known.past)
        opinions.setdefault((merge.head or merge.event, merge.commit), []).append(found)
    best = [max(same, key=_grade) for same in opinions.values()]
    return min(best, key=_grade)


def _grade(one: Opinion) -> int:
    return SEVERITY.index(VERDICTS[one.why])


def _otherwise(update: Update, known: Known) -> Opinion | None:
    """Reviewed all the same: by way of a queue, or as an approved head that was pushed."""
    for one in known.about.get((update.repository, update.after), ()):
        if one.action in (APPROVED, QUEUED) and one.branch in (None, update.branch):
            member = queues.member(one)
            steps = known.pulls.get((one.repository, member.pull or 0), [])
            head = update.after if one.action == APPROVED else None
            merge = replace(update.by, head=head, author=None, pull=member.pull, reviewers=())
            found = opinion(steps, merge, frozenset(), known.persons)
            if one.action == QUEUED:
                return found
            if found.why is Why.APPROVED:
                return replace(found, why=Why.APPROVED_HEAD)
    return None


def _of(update: Update, found: Opinion, merges: list[Told] | None = None) -> Judged:
    merged = [one for one in merges or [] if one.event != update.by.event]
    pulls = [one.pull for one in merges or [] if one.commit == update.after]
    events = (update.by.event, *(one.event for one in merged), *found.events)
    return Judged(
        time=update.time,
        repository=update.repository,
        branch=update.branch,
        commit=update.after,
        pull=pulls[0] if pulls else None,
        why=found.why,
        person=found.person,
        blamed=found.blamed,
        reviewers=found.reviewers,
        events=tuple(dict.fromkeys(events)),
        share=found.share,
        hasty=found.hasty,
        documents=documents.alone(update, merges or ()),
    )
