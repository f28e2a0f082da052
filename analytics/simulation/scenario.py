"""What a scenario is: a story about one insider, told day by day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from analytics.plugins import discover
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import NEWCOMER, Person
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
    """An insider of their own for each scenario: somebody who was there from the beginning."""
    chosen: dict[str, Person] = {}
    for story in stories:
        fitting = [
            person
            for person in world.organisation.people
            if story.fits(person) and person not in chosen.values() and person.number != NEWCOMER
        ]
        if not fitting:
            raise UnknownScenario(f"nobody is left for scenario {story.name!r}; take more people")
        chosen[story.name] = min(fitting, key=lambda person: _order(world, story, person))
    return chosen


def _order(world: World, story: Scenario, person: Person) -> tuple[bool, float]:
    """By chance; whoever helps with every failure only where nobody else fits."""
    helps = person is world.organisation.firefighter
    return helps, float(world.chance("cast", story.name, person.id).random())
