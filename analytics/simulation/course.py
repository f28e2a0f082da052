"""The course of a simulation: an organisation lives day by day and its site folder is written."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from analytics.simulation import context
from analytics.simulation.calendar import Calendar, end_of
from analytics.simulation.cluster import Cluster
from analytics.simulation.conditions import conditions
from analytics.simulation.formats.slurm_sacct import Job, rows
from analytics.simulation.logbook import Logbook
from analytics.simulation.organisation import MOVER, Person, found
from analytics.simulation.routines import (
    administration,
    audits,
    hub,
    jobs,
    machines,
    oddities,
    reactions,
    review,
    services,
    shell,
    training,
    upkeep,
)
from analytics.simulation.scenario import BEGINS, Scenario, Stage, cast, named
from analytics.simulation.terminal import Terminal
from analytics.simulation.truth import Truth, write_truth
from analytics.simulation.world import World

# Log sources that a smaller simulation can do without.
FURTHER = ("syslog", "slurm_task", "training_steps", "mlflow_events", "kubernetes_audit")
FEWEST = 5  # people without whom there are no colleagues


class ImpossibleSimulation(Exception):
    """What was asked for cannot be simulated; the message says why."""


def simulate(  # noqa: PLR0913 - all but one have their defaults
    out: Path,
    *,
    people: int = 40,
    days: int = 30,
    seed: int = 1,
    scenarios: Sequence[str] = ("saboteur",),
    until: date | None = None,
    further: Collection[str] = FURTHER,
    progress: Callable[[int, int], None] | None = None,
) -> Truth:
    """Writes a site folder to `out`, a new or empty folder, and gives the truth about it.

    The last day is `until`, by default yesterday (UTC); `further` are those of `FURTHER` that are
    written. `progress` is told how many days are done, of how many. Raises ImpossibleSimulation,
    or UnknownScenario for a name.
    """
    stories = named(scenarios)
    last = until or datetime.now(UTC).date() - timedelta(days=1)
    _check(out, people, days, last)
    first = last - timedelta(days=days - 1)
    organisation = found(people, seed, first, last)
    calendar = Calendar(organisation, seed, first, last)
    logbook = Logbook(out, frozenset(FURTHER) - frozenset(further))
    cluster = Cluster(organisation.nodes)
    world = World(organisation, calendar, logbook, seed, cluster, conditions(calendar))
    insiders = cast(world, stories)
    begins = int(days * BEGINS)
    for number, day in enumerate(world.calendar.days):
        if day == world.moved and MOVER not in {one.number for one in insiders.values()}:
            world.organisation = organisation.after_move()
        today = _work_of(world, day)
        stopped = administration.runaway(world, day) + administration.maintenance(world, day)
        for story in stories if number >= begins else ():
            _play(world, story, insiders[story.name], day, number - begins)
        world.faults.strike(world, end_of(day) - 86_400, end_of(day))
        today += reactions.resubmit(world, day)
        _live(world, day, today, stopped)
        _write(world, day)
        if progress:
            progress(number + 1, days)
    _finish(world)
    truth = Truth(
        seed=seed,
        first=first,
        last=last,
        people=tuple(person.id for person in organisation.people),
        insiders=world.insiders,
        records=world.logbook.records,
    )
    context.write(out, world)
    write_truth(out, truth)
    return truth


def _check(out: Path, people: int, days: int, last: date) -> None:
    if people < FEWEST:
        raise ImpossibleSimulation(f"{people} people are too few; at least {FEWEST} are needed")
    if days < 1:
        raise ImpossibleSimulation(f"{days} days are too few; at least 1 is needed")
    if days > 3660 or last.year < 2000:
        raise ImpossibleSimulation("only up to ten years after 2000 can be simulated")
    if out.exists() and not out.is_dir():
        raise ImpossibleSimulation(f"{out} is no folder")
    if out.is_dir() and any(out.iterdir()):
        raise ImpossibleSimulation(f"{out} is not empty")


def _work_of(world: World, day: date) -> list[Job]:
    """The jobs submitted on a day; beside them those of days before may still run."""
    working = [who for who in world.organisation.people if world.calendar.works(who, day)]
    until = end_of(day)
    plans = [plan for person in working for plan in jobs.plans(world, person, day)]
    plans += [plan for plan in world.plans if plan.job.submit < until]
    world.plans = [plan for plan in world.plans if plan.job.submit >= until]
    world.cluster.begin(until - 86_400)
    today = world.cluster.submit(plans)
    world.jobs.extend(today)
    administration.failures(world, day)
    world.faults.strike(world, until - 86_400, until)
    return today


def _play(world: World, story: Scenario, insider: Person, day: date, since: int) -> None:
    story.play(Stage(world, insider, story.name, day, since))


def _live(
    world: World, day: date, today: list[Job], stopped: list[tuple[Person, Job, float]]
) -> None:
    """Everybody's day, and that of the machines; `stopped` says who cancelled which job when."""
    terminals: dict[str, Terminal] = {}
    for person in world.organisation.people:
        if not world.calendar.works(person, day):
            oddities.weekend(world, person, day)
            continue
        own = [job for job in today if job.uid == person.uid]
        terminals[person.id] = terminal = shell.day_at_work(world, person, day, own)
        hub.downloads(world, person, day)
        hub.administration(world, person, day)
        audits.everyday(world, person, day)
        administration.deploy(world, terminal, day)
        oddities.odd_day(world, terminal, day)
        upkeep.owned(world, terminal, day)
        services.use(world, person, day)
    for keeper, job, moment in stopped:
        administration.cancel(terminals[keeper.id], job, moment)
    services.machines(world, day)
    review.releases(world, day)
    changes = review.proposals(world, day)
    for change in changes:
        review.propose(world, change)
    machines.integrate(world, [(change.moment, change.repository) for change in changes])
    machines.cron(world, day)
    reactions.respond(world, terminals, day)
    oddities.meeting(world, terminals)


def _write(world: World, day: date) -> None:
    """Writes the day's logs and forgets the jobs that have ended."""
    until = end_of(day)
    for job in world.jobs:
        jobs.trace(world, job, until - 86_400, until)
        training.tell(world, job, until - 86_400, until)
        if job.end is not None and job.end < until:
            world.accounting.put(job.end, rows(job, until))
    world.jobs = [job for job in world.jobs if job.end is None or job.end >= until]
    world.logbook.write(until)


def _finish(world: World) -> None:
    """Jobs that still run or wait at the end are shown as such."""
    until = end_of(world.calendar.last)
    for job in world.jobs:
        if job.start is not None and job.start >= until:
            job.start, job.nodes = None, ()
        job.state = "PENDING" if job.start is None else "RUNNING"
        job.end, job.cancelled_by = None, None
        world.accounting.put(until - 1, rows(job, until))
    world.logbook.write(until)
    world.logbook.close()
