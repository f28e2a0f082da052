"""When people work: days, hours, leave, on-call weeks and one deadline.

Moments are seconds since 1970; clocks on the machines run on UTC, people live in `ZONE`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from analytics.simulation.chance import between, chance, happens
from analytics.simulation.organisation import Organisation, Person

ZONE = ZoneInfo("Europe/Berlin")
HOUR = 3600.0
HOLIDAYS = frozenset({(1, 1), (3, 8), (5, 1), (10, 3), (12, 25), (12, 26)})
LONG_AWAY = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Days, both inclusive, on which a person is away."""

    person: str
    start: date
    end: date
    kind: str


@dataclass(frozen=True)
class Calendar:
    """The days of a simulation, `first` and `last` inclusive."""

    organisation: Organisation
    seed: int
    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day, in order."""
        return tuple(
            self.first + timedelta(days=number)
            for number in range((self.last - self.first).days + 1)
        )

    @property
    def deadline(self) -> date:
        """The day on whose eve the language team stays all night."""
        day = self.first + (self.last - self.first) * 9 // 20
        return day + timedelta(days=(3 - day.weekday()) % 7)  # a Thursday

    @cached_property
    def leaves(self) -> tuple[Leave, ...]:
        """Who is away and when."""
        found = []
        for person in self.organisation.people:
            rng = chance(self.seed, "leave", person.id)
            if happens(rng, 0.25):
                start = self.first + timedelta(days=int(rng.integers(0, len(self.days))))
                end = start + timedelta(days=int(rng.integers(0, 5)))
                kind = "sick" if happens(rng, 0.3) else "vacation"
                found.append(Leave(person=person.id, start=start, end=end, kind=kind))
            if person.number % 23 == LONG_AWAY:
                start = self.first + timedelta(days=int(rng.integers(0, len(self.days))))
                end = start + timedelta(days=int(rng.integers(13, 34)))
                found.append(Leave(person=person.id, start=start, end=end, kind="parental"))
        return tuple(found)

    @cached_property
    def _away(self) -> frozenset[tuple[str, date]]:
        return frozenset(
            (leave.person, leave.start + timedelta(days=number))
            for leave in self.leaves
            for number in range((leave.end - leave.start).days + 1)
        )

    def works(self, person: Person, day: date) -> bool:
        """Whether it is a working day of theirs."""
        return (
            day.weekday() < 5
            and day >= person.start
            and (person.id, day) not in self._away
            and not holiday(day)
        )

    def hours(self, person: Person, day: date) -> tuple[float, float]:
        """The moments they arrive and leave on a working day."""
        rng = chance(self.seed, "hours", person.id, day)
        arrives = person.arrives + between(rng, -0.6, 0.7)
        leaves = arrives + person.hours + between(rng, -0.8, 1.0)
        if person.team == "language" and day == self.deadline - timedelta(days=1):
            leaves = between(rng, 24.5, 27.5)  # the night before
        elif happens(rng, 0.06):
            leaves += between(rng, 1.0, 3.0)
        return at(day, arrives), at(day, leaves)

    def next_working(self, person: Person, moment: float) -> float:
        """The moment itself where they are at work then, else early on their next day."""
        day = local_day(moment)
        for _ in range(21):
            if self.works(person, day):
                arrives, leaves = self.hours(person, day)
                if moment < leaves:
                    return max(moment, arrives + 600 + moment % 1800)
            day += timedelta(days=1)
        return moment

    def on_call(self, day: date) -> Person:
        """The administrator on call in the week of that day."""
        people = self.organisation.administrators
        return people[(day - timedelta(days=day.weekday())).toordinal() // 7 % len(people)]


@lru_cache(maxsize=4096)
def holiday(day: date) -> bool:
    """Whether it is a public holiday in Berlin."""
    if (day.month, day.day) in HOLIDAYS:
        return True
    return (day - easter(day.year)).days in (-2, 1, 39, 50)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, as Oudin reckons it."""
    golden, century = year % 19, year // 100
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = epact - epact // 28 * (1 - epact // 28 * (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    days = moon - weekday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))


@lru_cache(maxsize=4096)
def _midnight(day: date) -> float:
    return datetime.combine(day, time.min, ZONE).timestamp()


def at(day: date, hour: float) -> float:
    """The moment of a local hour of that day; 25.5 is half past one in the night after."""
    return _midnight(day) + hour * HOUR


def end_of(day: date) -> float:
    """The moment that day ends on the machines' clocks."""
    return datetime.combine(day + timedelta(days=1), time.min, UTC).timestamp()


def local_day(moment: float) -> date:
    """The day that people have at that moment."""
    return datetime.fromtimestamp(moment, ZONE).date()


def written(moment: float) -> str:
    """The moment as ISO 8601 in UTC, in whole seconds."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
