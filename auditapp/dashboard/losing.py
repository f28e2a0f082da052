"""What failed jobs cost, and who was near them: as the page shows it, by actor, victim and job."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from analytics.governance.victims import Answer, Asked, Breaker, Failed, Suspect, who_was_near
from analytics.moments import DAY, midnight
from auditapp.accounts import pseudonyms
from auditapp.cases.investigation.fields import Wrong
from auditapp.dashboard.days import asked_day
from auditapp.dashboard.reading import event_link
from auditapp.eventstore import store
from auditapp.people.directory import site

USUAL = timedelta(days=30)
LONGEST = timedelta(days=180)  # what a study can look over
GIVEN = ("since", "until", "actor", "victim")
MOST_ACTS = 5  # that are linked of an actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Failures since ≤ time < until; of these jobs of one victim, or near which one actor was, by
    the ids of persons, where they are not empty."""

    since: datetime
    until: datetime
    actor: str = ""
    victim: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person as pages show one: `reference` for addresses; both empty for somebody unknown."""

    reference: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody near failures: how, whether chance explains it, and what those failures cost."""

    who: Who
    told: Suspect
    acts: tuple[tuple[str, datetime], ...]  # addresses of events


@dataclass(frozen=True, slots=True, kw_only=True)
class Changer:
    """Somebody after whose changes of something shared more jobs failed."""

    who: Who
    told: Breaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """Somebody whose jobs failed: how many, and what that cost."""

    who: Who
    jobs: int
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A failed job, its owner, and who was near it; `event` is the address of its end."""

    told: Failed
    owner: Who
    near: tuple[Who, ...]
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """All that the page shows; `jobs` are those of the chosen actor and victim, the newest first,
    `hours` what all failures cost."""

    answer: Answer
    hours: float
    actors: tuple[Actor, ...]
    changers: tuple[Changer, ...]
    victims: tuple[Victim, ...]
    jobs: tuple[Job, ...]
    actor: Who | None
    victim: Who | None


def question(given: Mapping[str, str], now: datetime) -> Wanted:
    """What the form asks for; days are whole, in UTC, and the last one counts. Raises Wrong."""
    until = asked_day(given.get("until", ""), "to") or now.date()
    since = asked_day(given.get("since", ""), "from") or until - USUAL
    begin, end = midnight(since), midnight(until) + DAY
    if begin >= end:
        raise Wrong("“from” is after “to”")
    if end - begin > LONGEST:
        raise Wrong(f"that is longer than {LONGEST.days} days")
    actor, victim = (_person(given.get(name, "")) for name in ("actor", "victim"))
    return Wanted(since=begin, until=end, actor=actor, victim=victim)


def losses(wanted: Wanted, most: int) -> Losses:
    """What failed in that time; at most so many actors and victims. Raises StoreUnavailable."""
    answer = who_was_near(Asked(since=wanted.since, until=wanted.until), site(), store())
    suspects = answer.suspects[:most]
    people = {one.person for one in suspects} | {one.person for one in answer.breakers}
    for failed in answer.failures:
        people |= {one for one in (failed.owner, *failed.near) if one}
    names = pseudonyms.shown_all(people)

    def who(person: str) -> Who:
        if not person:
            return Who()
        return Who(reference=pseudonyms.reference(person), name=names.get(person, person))

    listed = {one.person for one in suspects}
    return Losses(
        answer=answer,
        hours=sum(failed.hours for failed in answer.failures),
        actors=tuple(
            Actor(who=who(one.person), told=one, acts=tuple(_links(one))) for one in suspects
        ),
        changers=tuple(Changer(who=who(one.person), told=one) for one in answer.breakers[:most]),
        victims=tuple(
            Victim(
                who=who(person),
                jobs=sum(failed.owner == person for failed in answer.failures),
                hours=hours,
            )
            for person, hours in answer.victims[:most]
        ),
        jobs=tuple(
            Job(
                told=failed,
                owner=who(failed.owner),
                near=tuple(who(one) for one in failed.near if one in listed),
                event=event_link(failed.event, failed.told or failed.since),
            )
            for failed in _chosen(answer.failures, wanted.actor, wanted.victim)
        ),
        actor=who(wanted.actor) if wanted.actor else None,
        victim=who(wanted.victim) if wanted.victim else None,
    )


def kept(given: Mapping[str, str], **more: str) -> str:
    """The parameters as links carry them on, and what the link says itself."""
    found = {**{name: given.get(name, "") for name in GIVEN}, **more}
    return urlencode({name: value for name, value in found.items() if value})


def _chosen(failures: Iterable[Failed], actor: str, victim: str) -> Iterator[Failed]:
    for failed in failures:
        if (not actor or actor in failed.near) and (not victim or victim == failed.owner):
            yield failed


def _links(one: Suspect) -> Iterator[tuple[str, datetime]]:
    """The newest of a suspect's acts."""
    for event, when in list(zip(one.acts, one.times, strict=True))[:MOST_ACTS]:
        yield event_link(event, when), when


def _person(reference: str) -> str:
    if not reference:
        return ""
    person = pseudonyms.dereference(reference)
    if person is None:
        raise Wrong("nobody is known by that name")
    return str(person.id)
