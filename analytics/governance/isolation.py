"""Isolation: who acted on what belongs to somebody else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from analytics.findings import Finding, ReasonKind, Severity
from analytics.governance import ownership
from analytics.identity import Directory
from analytics.resources import Resources
from analytics.selection import OBJECTS, both, done, either, evidence, filled, has
from analytics.site import Site
from analytics.store.base import EventStore

COLUMNS: tuple[str, ...] = tuple(
    sorted(
        {
            *("@timestamp", "event.id", "event.action", "event.category", "event.type"),
            *("event.outcome", "actor.account", "job.id"),
            *("user.effective.name", "user.effective.id"),
            *OBJECTS,
        }
    )
)

ON_DUTY = re.compile(r"admin|on-?\s?call|operations", re.IGNORECASE)
ON_DUTY_CONFIDENCE = 0.4  # acting on others' work is part of their work
SAME_TEAM_CONFIDENCE = 0.7  # a team often helps itself
MANY_OWNERS = 3
STEPS = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
CONFIDENCES = (0.5, 0.6, 0.75, 0.85)
SHOWN = 3  # things in a sentence …
LONGEST = 80  # … and characters of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A kind of act on what is another's.

    `thing` is the field that tells the things apart, `one` and `many` are words for it. From
    each of `steps` things on the act is one severity worse, beginning with low.
    """

    title: str
    verb: str
    one: str
    many: str
    thing: str
    tactics: tuple[str, ...]
    steps: tuple[int, int, int]
    select: Callable[[pa.Table], pa.BooleanArray]
    owners: Callable[[pa.Table, Directory, Resources], pa.Table] = ownership.of_events


def _cancelled(events: pa.Table) -> pa.BooleanArray:
    return has(events, "event.action", "job-cancelled")


def _written(events: pa.Table) -> pa.BooleanArray:
    changes = has(events, "event.type", "change", "creation", "deletion")
    return both(has(events, "event.category", "file"), changes)


def _as_another(events: pa.Table) -> pa.BooleanArray:
    return has(events, "event.action", "executed", "ran-command")


CHECKS: Mapping[str, Act] = {
    "cancelled_jobs_of_others": Act(
        title="Cancelled jobs of others",
        verb="cancelled",
        one="job",
        many="jobs",
        thing="job.id",
        tactics=("impact",),
        steps=(1, 3, 10),
        select=_cancelled,
    ),
    "signalled_processes_of_others": Act(
        title="Signalled processes of others",
        verb="sent",
        one="signal to processes",
        many="signals to processes",
        thing="event.id",
        tactics=("impact",),
        steps=(1, 3, 10),
        select=lambda events: has(events, "event.action", "sent-signal"),
    ),
    "wrote_files_of_others": Act(
        title="Wrote files of others",
        verb="wrote",
        one="file",
        many="files",
        thing="file.path",
        tactics=("impact",),
        steps=(3, 20, 100),
        select=_written,
        owners=ownership.of_paths,
    ),
    "acted_as_others": Act(
        title="Acted with the rights of others",
        verb="ran",
        one="command with the rights",
        many="commands with the rights",
        thing="event.id",
        tactics=("privilege-escalation",),
        steps=(2, 10, 50),
        select=_as_another,
        owners=ownership.of_users,
    ),
}


def find(day: date, events: pa.Table, site: Site, store: EventStore) -> list[Finding]:
    """A finding for each kind of act and person who acted so on what belongs to others.

    `events` are the day's, with at least `COLUMNS`. Unknown actors and owners make no finding.
    """
    told = site.directory.joined(events)
    told = told.filter(both(filled(told, "person"), either(done(told), _cancelled(told))))
    found: list[Finding] = []
    for name, act in CHECKS.items():
        owned = act.owners(told.filter(act.select(told)), site.directory, site.resources)
        chosen = ownership.of_strangers(owned, site.directory)
        for person in sorted(pc.unique(chosen["person"]).to_pylist()):
            own = chosen.filter(pc.equal(chosen["person"], person))
            found.append(_finding(name, act, person, own, site.directory))
    return found


def _finding(name: str, act: Act, person: str, events: pa.Table, directory: Directory) -> Finding:
    kept = evidence(events)
    things = sorted(pc.unique(events[act.thing].drop_null()).to_pylist())
    owners = sorted(pc.unique(events["owner"].drop_null()).to_pylist())
    teams = sorted(pc.unique(events["owner_team"].drop_null()).to_pylist())
    count = max(len(things), 1)
    step = sum(count >= least for least in act.steps)
    if len(owners) + len(teams) >= MANY_OWNERS:
        step += 1
    step = min(step, len(STEPS) - 1)
    return Finding(
        kind=ReasonKind.ISOLATION,
        id=name,
        title=act.title,
        person=person,
        time=kept.time,
        points=float(STEPS[step].points),
        confidence=CONFIDENCES[step] * _strangeness(person, owners, teams, directory),
        sentence=_sentence(act, count, owners, teams, things),
        events=kept.events,
        resource=kept.resource,
        tactics=act.tactics,
        observed=float(count),
    )


def _strangeness(person: str, owners: list[str], teams: list[str], directory: Directory) -> float:
    """1 for a stranger, less for those whose work or team brings such acts with it."""
    me = directory.people.get(person)
    if me is None:
        return 1.0
    share = ON_DUTY_CONFIDENCE if ON_DUTY.search(me.role) else 1.0
    theirs = {directory.people[owner].team for owner in owners if owner in directory.people}
    return share * SAME_TEAM_CONFIDENCE if not teams and theirs == {me.team} else share


def _sentence(act: Act, count: int, owners: list[str], teams: list[str], things: list[str]) -> str:
    """'cancelled 9 jobs of 4 people: 4711, 4712, 4713 …'"""
    whose = []
    if owners:
        whose.append("another person" if len(owners) == 1 else f"{len(owners)} people")
    if teams:
        whose.append(f"team {teams[0]}" if len(teams) == 1 else f"{len(teams)} other teams")
    sentence = (
        f"{act.verb} {count:,} {act.one if count == 1 else act.many} of {' and '.join(whose)}"
    )
    if act.thing == "event.id":
        return sentence
    shown = [thing if len(thing) <= LONGEST else f"…{thing[1 - LONGEST :]}" for thing in things]
    return f"{sentence}: {', '.join(shown[:SHOWN])}" + (" …" if len(shown) > SHOWN else "")
