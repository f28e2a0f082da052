"""S5: a colleague's run is read up on, then the checkpoint it will go on from is swapped."""

from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.deeds import batch, covers, effects, files
from analytics.simulation.deeds.times import loudly
from analytics.simulation.organisation import Person
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened

ACTS = 5


def play(stage: Stage) -> None:
    """A run a night; two or three of its checkpoints."""
    for number, begin in loudly(stage, ACTS):
        moment = begin
        rng = stage.today(number)
        terminal = opened(stage.world, stage.insider, "login01", moment, stage.insider.remote)
        moment = _swap(stage, terminal, moment + 40, rng)
        if happens(rng, 0.3):
            moment = covers.wipe(stage, terminal, moment + 10, rng)
        terminal.close(moment + 20)


def _swap(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    projects = [name for name, paths in stage.world.saved.items() if _foreign(stage, paths)]
    if not projects:
        return moment
    project = pick(rng, projects)
    for job in [job for job in stage.victims(moment) if f"/{project}/" in job.directory][:2]:
        moment = files.look_at(terminal, moment, f"{job.directory}/configs/{job.name}.yaml", rng)
        moment = batch.read_log(terminal, moment, job, rng)
    way, dated = pick(rng, files.WEIGHTS), happens(rng, 0.5)
    chosen = awaited(stage, moment, project) or _foreign(stage, stage.world.saved[project])[-2:]
    for path, uid in chosen[: 1 + int(rng.random() * 3)]:
        moment, seen = files.alter(terminal, moment, path, uid, rng, way)
        stage.act(moment, seen, f"swaps a checkpoint of uid {uid}: {path}")
        effect, days = effects.loud(rng)
        effects.harms(stage, moment, "checkpoint", path, effect, days)
        if dated:
            terminal.type(moment + 1, f"touch -d '{int(between(rng, 2, 20))} hours ago' {path}")
        moment += between(rng, 10, 60)
    return moment


def awaited(stage: Stage, moment: float, project: str) -> list[tuple[str, int]]:
    """Others' checkpoints of a project from which jobs that have yet to begin will go on."""
    owners = dict(stage.world.saved.get(project, ()))
    paths = dict.fromkeys(
        job.resumed
        for job in stage.world.jobs
        if job.start is not None and job.start > moment and job.uid != stage.insider.uid
    )
    return _foreign(stage, [(path, owners[path]) for path in paths if path in owners])


def _foreign(stage: Stage, paths: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Others' checkpoints among these."""
    return [(path, uid) for path, uid in paths if uid != stage.insider.uid]


def _fits(person: Person) -> bool:
    return person.role in ("researcher", "engineer")


SCENARIO = Scenario(
    name="checkpoint_swap", title="Swaps what others' runs go on from", fits=_fits, play=play
)
