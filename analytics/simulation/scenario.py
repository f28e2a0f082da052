"""What a scenario is: a story about one insider, told day by day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from analytics.plugins import discover
from analytics.simulation.chance import Chance
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import MOVER, NEWCOMER, Person
from analytics.simulation.world import Evidence, World

BEGINS = 0.6  # share of the days that are over before the first act


class UnknownScenario(Exception):
    """There is no scenario of that name; the message lists those there are."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A day of a story: the world, its insider and how many days after the beginning it is."""

    world: World
    insider: Person
    scenario: str
    day: date
    since: int

    def chance(self, *purpose: object) -> Chance:
        """Random numbers for a purpose, the same on every day of the story."""
        return self.world.chance("story", self.scenario, self.insider.id, *purpose)

    def today(self, *purpose: object) -> Chance:
        """Random numbers for a purpose, others each day."""
        return self.chance(self.day, *purpose)

    def act(self, moment: float, evidence: Evidence, what: str) -> None:
        """Notes a harmful act."""
        self.world.act(self.insider, self.scenario, moment, evidence, what)

    def victims(self, moment: float) -> list[Job]:
        """Jobs of others that are running at a moment, the largest first."""
        running = [
            job
            for job in self.world.jobs
            if job.runs_at(moment) and job.uid != self.insider.uid and not job.stopped
        ]
        return sorted(running, key=lambda job: (-job.gpus, job.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story. `fits` says who may be its insider; `play` is called for each day from the
    beginning on, weekends too, when the day's jobs are known and before anything is written."""

    name: str
    title: str
    fits: Callable[[Person], bool]
    play: Callable[[Stage], None]


def known_scenarios() -> dict[str, Scenario]:
    """Every scenario, by name."""
    from analytics.simulation import scenarios as package

    return discover(package, "SCENARIO", Scenario)


def named(names: Sequence[str]) -> list[Scenario]:
    """The scenarios of these names, each once. Raises UnknownScenario."""
    known = known_scenarios()
    for name in names:
        if name not in known:
            raise UnknownScenario(f"no scenario {name!r}; there are {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)]


def cast(world: World, stories: Sequence[Scenario]) -> dict[str, Person]:
    """An insider of their own for each scenario: somebody who was there from the beginning.

    The stories that the fewest people fit choose first.
    """
    there = [person for person in world.organisation.people if person.number != NEWCOMER]
    fitting = {story.name: [one for one in there if story.fits(one)] for story in stories}
    chosen: dict[str, Person] = {}
    for story in sorted(stories, key=lambda story: len(fitting[story.name])):
        left = [person for person in fitting[story.name] if person not in chosen.values()]
        if not left:
            raise UnknownScenario(f"nobody is left for scenario {story.name!r}; take more people")
        chosen[story.name] = min(left, key=lambda person: _order(world, story, person))
    return chosen


def _order(world: World, story: Scenario, person: Person) -> tuple[bool, float]:
    """By chance; who moves, is away for long, or helps with every failure only where nobody else
    fits."""
    away = {leave.person for leave in world.calendar.leaves if leave.kind == "parental"}
    moves, helps = person.number == MOVER, person is world.organisation.firefighter
    special = moves or helps or person.id in away
    return special, float(world.chance("cast", story.name, person.id).random())
