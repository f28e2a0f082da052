"""A day's findings: for each kind of act and person, what of others was touched."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from analytics.findings import Finding, ReasonKind, Severity
from analytics.governance import jobs, makers, ownership
from analytics.governance.around import Around
from analytics.governance.isolation import choosing
from analytics.governance.isolation.acts import CHECKS, Act
from analytics.governance.isolation.explaining import strangeness
from analytics.resources import Criticality, Resources
from analytics.selection import OBJECTS, both, done, encoded, evidence, filled
from analytics.site import Site
from analytics.store.base import EventStore

COLUMNS: tuple[str, ...] = tuple(
    sorted(
        {
            *("@timestamp", "event.id", "event.action", "event.category", "event.type"),
            *("event.outcome", "event.module", "event.dataset", "actor.account", "job.id"),
            *("user.effective.name", "user.effective.id", "process.command_line", "labels"),
            *makers.COLUMNS,
            *jobs.COLUMNS,
            *OBJECTS,
        }
    )
)
REPETITIVE = (
    *("actor.account", "event.action", "event.category", "event.dataset", "event.module"),
    *("event.outcome", "event.type", "process.command_line"),
)
"""What acts are chosen by, the same again and again: worth encoding once."""
MANY_OWNERS = 3
STEPS = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
CONFIDENCES = (0.5, 0.6, 0.75, 0.85)
SHOWN = 3  # things in a sentence …
LONGEST = 80  # … and characters of each


def find(day: date, events: pa.Table, site: Site, store: EventStore) -> list[Finding]:
    """A finding for each kind of act and person who acted so on what belongs to others.

    `events` are the day's, with at least `COLUMNS`. Unknown actors and owners make no finding,
    and neither does what the system did by itself.
    """
    told = site.directory.joined(events.select(COLUMNS))
    asked = encoded(told, REPETITIVE)
    by_somebody = both(filled(told, "person"), pc.invert(choosing.by_the_system(asked)))
    around = Around(day=day, events=events, site=site, store=store)
    found: list[Finding] = []
    for name, act in CHECKS.items():
        wanted = both(act.select(asked), by_somebody)
        chosen = told.filter(wanted if act.refused else both(wanted, done(asked)))
        if not chosen.num_rows:
            continue
        chosen = ownership.of_strangers(act.owners(chosen, around), site.directory)
        for person in sorted(pc.unique(chosen["person"]).to_pylist()):
            own = chosen.filter(pc.equal(chosen["person"], person))
            found.append(_finding(name, act, person, own, around))
    return found


def _finding(name: str, act: Act, person: str, events: pa.Table, around: Around) -> Finding:
    kept = evidence(events)
    things = sorted(pc.unique(events[act.thing].drop_null()).to_pylist())
    owners = sorted(pc.unique(events["owner"].drop_null()).to_pylist())
    teams = sorted(pc.unique(events["owner_team"].drop_null()).to_pylist())
    count = max(len(things), 1)
    step = sum(count >= least for least in act.steps)
    if len(owners) + len(teams) >= MANY_OWNERS:
        step += 1
    strange = strangeness(person, events, around)
    if strange == 1.0:
        step += bool(act.graver and pc.any(act.graver(events)).as_py())
        step += bool(act.resource and _extreme(act.resource, things, around.site.resources))
    step = min(step, len(STEPS) - 1)
    return Finding(
        kind=ReasonKind.ISOLATION,
        id=name,
        title=act.title,
        person=person,
        time=kept.time,
        points=float(STEPS[step].points),
        confidence=CONFIDENCES[step] * act.share * strange,
        sentence=_sentence(act, count, owners, teams, things),
        events=kept.events,
        resource=kept.resource,
        tactics=act.tactics,
        observed=float(count),
        owners=_by_owner(act, events),
    )


def _extreme(kind: str, things: list[str], resources: Resources) -> bool:
    """Whether the site says of one of these things that everything depends on it."""
    rows = (resources.of(kind, thing) for thing in things)
    return any(row is not None and row.criticality is Criticality.EXTREME for row in rows)


def _by_owner(act: Act, events: pa.Table) -> tuple[tuple[str, int], ...]:
    """How many things of each person, and of each team as `team:…`, were touched."""
    team = pc.binary_join_element_wise(ownership.TEAM, events["owner_team"], "")
    named = pa.table(
        {"owner": pc.coalesce(events["owner"], team), "thing": events[act.thing].cast(pa.string())}
    )
    counted = named.group_by("owner").aggregate([("thing", "count_distinct")])
    pairs = zip(
        counted["owner"].to_pylist(), counted["thing_count_distinct"].to_pylist(), strict=True
    )
    return tuple(sorted((owner, max(count, 1)) for owner, count in pairs))


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
    if act.thing == "event.id" or not things:
        return sentence
    shown = [thing if len(thing) <= LONGEST else f"…{thing[1 - LONGEST :]}" for thing in things]
    return f"{sentence}: {', '.join(shown[:SHOWN])}" + (" …" if len(shown) > SHOWN else "")
