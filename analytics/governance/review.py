"""Review: shared code that changed with nobody else looking.

Thin so far: only what a day's events can prove. So of merges only those count whose pull request
was opened on the same day: of an older one the approval may have come before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.findings import Finding, ReasonKind, Severity
from analytics.identity import Directory
from analytics.identity.directory import ON_BEHALF_OF
from analytics.resources import Resources
from analytics.selection import OBJECTS, both, either, evidence, filled, has, known, landed_by_merge
from analytics.site import Site
from analytics.store.base import EventStore

COLUMNS: tuple[str, ...] = tuple(
    sorted(
        {
            *("@timestamp", "event.id", "event.action", "actor.account", "labels"),
            ON_BEHALF_OF,
            *("git.branch", "git.commit", "git.author", "git.reviewers", "git.pull_request"),
            *("git.protected", "git.forced"),
            *OBJECTS,
        }
    )
)

OPENED = "pull_request.opened"
MERGED = "pull_request.merged"
APPROVED = "pull_request_review.approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A way around review. `one` and `many` are sentences with {count} and {place}."""

    title: str
    one: str
    many: str
    severity: Severity
    confidence: float
    tactics: tuple[str, ...]


CHECKS: Mapping[str, Check] = {
    "pushed_around_review": Check(
        title="Pushed around review",
        one="pushed once straight to {place}, without a reviewed pull request",
        many="pushed {count} times straight to {place}, without a reviewed pull request",
        severity=Severity.HIGH,
        confidence=0.6,
        tactics=("persistence",),
    ),
    "merged_own_work": Check(
        title="Merged own work unapproved",
        one="merged an own pull request into {place} that nobody else was seen to approve",
        many="merged {count} own pull requests into {place} that nobody else was seen to approve",
        severity=Severity.HIGH,
        confidence=0.6,
        tactics=("persistence",),
    ),
    "rewrote_shared_history": Check(
        title="Rewrote shared history",
        one="rewrote the history of {place}",
        many="rewrote the history of {place} {count} times",
        severity=Severity.HIGH,
        confidence=0.8,
        tactics=("stealth",),
    ),
}


def find(day: date, events: pa.Table, site: Site, store: EventStore) -> list[Finding]:
    """A finding for each way around review and person who took it.

    `events` are the day's, with at least `COLUMNS`. Unknown actors make no finding; two accounts
    of one person are one person.
    """
    told = site.directory.joined(events.filter(filled(events, "git.repository")))
    shared = both(filled(told, "person"), _of_several(told, site.directory, site.resources))
    pushes = both(has(told, "event.action", "push"), _on_shared_branch(told), shared)
    forced = known(told["git.forced"])
    ways = {
        "pushed_around_review": both(pushes, pc.invert(landed_by_merge(told)), pc.invert(forced)),
        "merged_own_work": both(_merged_alone(told, site.directory), shared),
        "rewrote_shared_history": both(pushes, forced),
    }
    found: list[Finding] = []
    for name, way in ways.items():
        chosen = told.filter(way)
        for person in sorted(pc.unique(chosen["person"]).to_pylist()):
            own = chosen.filter(pc.equal(chosen["person"], person))
            found.append(_finding(name, CHECKS[name], person, own))
    return found


def _on_shared_branch(events: pa.Table) -> pa.BooleanArray:
    """Protected, or the default branch as the event's label says or as such branches are called."""
    default = pc.map_lookup(events["labels"], "default_branch", "first")
    named = known(pc.or_kleene(pc.equal(default, events["git.branch"]), pc.equal(default, "true")))
    usual = both(has(events, "git.branch", "main", "master"), known(pc.is_null(default)))
    return either(known(events["git.protected"]), named, usual)


def _of_several(events: pa.Table, directory: Directory, resources: Resources) -> pa.BooleanArray:
    """Not in a repository that is the actor's own."""
    own: dict[tuple[str, str, str], bool] = {}
    columns = (events[name].to_pylist() for name in ("person", "git.repository", "actor.account"))
    found = list(zip(*columns, strict=True))
    for who, repository, actor in set(found):
        row = resources.of("repository", repository)
        forge = (actor or "").partition(":")[0]
        owner = row.owner if row else f"{forge}:{repository.partition('/')[0].lower()}"
        own[who, repository, actor] = owner in {link.account for link in directory.links_of(who)}
    return pa.array([not own[row] for row in found], pa.bool_())


def _merged_alone(events: pa.Table, directory: Directory) -> pa.BooleanArray:
    """Merges, of pull requests of this day, by their author and approved by nobody else."""
    alone = np.zeros(events.num_rows, dtype=bool)
    opened, approvals = _persons_of(events, OPENED), _approvers(events, directory)
    for row in np.flatnonzero(np.asarray(has(events, "event.action", MERGED))).tolist():
        merge = events.slice(row, 1).to_pylist()[0]
        person, time = merge["person"], merge["@timestamp"]
        pull = (merge["git.repository"], merge["git.pull_request"])
        approvers = {directory.behind(name, time) for name in merge["git.reviewers"] or ()}
        approvers |= approvals.get(pull, set())
        authors = opened.get(pull, set())
        if merge["git.author"]:
            authors = authors and {directory.who(merge["git.author"], time)}
        alone[row] = authors == {person} and not approvers - {person}
    return pa.array(alone)


def _persons_of(events: pa.Table, action: str) -> dict[tuple[str, int], set[str | None]]:
    """By repository and pull request: who did this to it, None for somebody unknown."""
    found: dict[tuple[str, int], set[str | None]] = {}
    columns = ["git.repository", "git.pull_request", "person"]
    for row in events.filter(has(events, "event.action", action)).select(columns).to_pylist():
        found.setdefault((row["git.repository"], row["git.pull_request"]), set()).add(row["person"])
    return found


def _approvers(events: pa.Table, directory: Directory) -> dict[tuple[str, int], set[str | None]]:
    """The same of approvals; that of a bot is its keeper's, who cannot so review themselves."""
    found: dict[tuple[str, int], set[str | None]] = {}
    columns = ["@timestamp", "actor.account", "git.repository", "git.pull_request", "person"]
    for row in events.filter(has(events, "event.action", APPROVED)).select(columns).to_pylist():
        keeper = directory.behind(row["actor.account"], row["@timestamp"])
        pull = (row["git.repository"], row["git.pull_request"])
        found.setdefault(pull, set()).add(row["person"] or keeper)
    return found


def _finding(name: str, check: Check, person: str, events: pa.Table) -> Finding:
    kept = evidence(events)
    count = events.num_rows
    places = sorted(
        {
            f"{row['git.branch']} of {row['git.repository']}"
            if row["git.branch"]
            else row["git.repository"]
            for row in events.select(["git.branch", "git.repository"]).to_pylist()
        }
    )
    place = places[0] if len(places) == 1 else f"{len(places)} shared branches"
    return Finding(
        kind=ReasonKind.REVIEW,
        id=name,
        title=check.title,
        person=person,
        time=kept.time,
        points=float(check.severity.points),
        confidence=check.confidence,
        sentence=(check.one if count == 1 else check.many).format(count=count, place=place),
        events=kept.events,
        resource=kept.resource,
        tactics=check.tactics,
        observed=float(count),
    )
