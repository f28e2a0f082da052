"""S10: shards of training data are changed in place, again and again, and runs that show it go."""

from analytics.simulation.calendar import HOUR
from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.deeds import covers, effects, files
from analytics.simulation.deeds.times import loudly
from analytics.simulation.organisation import Person
from analytics.simulation.routines import audits, upkeep
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened
from analytics.simulation.world import Incident

ACTS = 8


def play(stage: Stage) -> None:
    """A handful of shards each time; in between the tracker's runs of others are deleted."""
    project = pick(stage.chance("plan"), upkeep.TRAINING)
    folder = f"/shared/data/corpus/{project}"
    for number, begin in loudly(stage, ACTS):
        moment = begin
        rng = stage.today(number)
        terminal = opened(stage.world, stage.insider, "login01", moment, stage.insider.remote)
        moment = _poison(stage, terminal, moment + 30, folder, rng)
        if number % 3 == 2:
            _delete_runs(stage, moment + 60, project, rng)
        if number == ACTS - 1 and happens(rng, 0.6):
            moment = covers.wipe(stage, terminal, moment + 30, rng)
        terminal.close(moment + 120)


def _poison(stage: Stage, terminal: Terminal, moment: float, folder: str, rng: Chance) -> float:
    owner = stage.world.organisation.team("data")[0].uid
    way = pick(rng, files.SHARDS)
    for _ in range(2 + int(rng.random() * 5)):
        path = f"{folder}/part-{int(rng.random() * 400):05d}.parquet"
        moment, seen = files.alter(terminal, moment, path, owner, rng, way)
        stage.act(moment, seen, f"changes a shard in place: {path}")
        moment += between(rng, 5, 90)
    effect, days = effects.loud(rng)
    effects.harms(stage, moment, "data", folder, effect, days)
    return moment


def _delete_runs(stage: Stage, moment: float, project: str, rng: Chance) -> None:
    """Runs of others that would show the drift are deleted from the tracker."""
    victims = [one for one in stage.world.organisation.people if one.project == project]
    for person in victims[: 1 + int(rng.random() * 3)]:
        run = f"{person.login}-train-{pick(rng, ('loss', 'eval', 'probe', 'base'))}"
        more = {"entity_name": person.team, "project_name": project, "run_name": run}
        seen = audits.tracker(stage.world, stage.insider, moment, "run:delete_many", **more)
        stage.act(moment, seen, f"deletes {run} of {person.login} from the tracker")
        moment += between(rng, 10, 60)


def drift(stage: Stage, moment: float, project: str, rng: Chance) -> None:
    """Somebody opens a ticket: evaluations of a project get worse."""
    end = moment + between(rng, 24, 96) * HOUR
    title = f"Evaluation of {project} drifts down, data suspected"
    stage.world.incidents.append(Incident(moment, end, title, ""))


def _fits(person: Person) -> bool:
    return person.team != "data" and person.role in ("researcher", "engineer")


SCENARIO = Scenario(name="slow_poisoning", title="Spoils training data in place", fits=_fits,
                    play=play)  # fmt: skip
