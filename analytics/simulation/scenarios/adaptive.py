"""S6: whoever looks for the fault is watched, and the fault moves on.

After each failure the insider reads the victims' logs within hours, takes the change back or
changes another file of the same library, so that what was just understood is no longer true.
"""

from analytics.simulation.calendar import HOUR
from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.deeds import batch, covers, effects, files
from analytics.simulation.deeds.times import loudly
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import Person
from analytics.simulation.routines.upkeep import LIBRARIES
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened

ACTS = 7
TURNS = ("trainlib/optim/schedule.py", "trainlib/data/loader.py", "torch/optim/adamw.py",
         "trainlib/seed.py", "torch/utils/data/dataloader.py", "trainlib/metrics.py")  # fmt: skip


def play(stage: Stage) -> None:
    """Read what broke, then break something else."""
    first = int(stage.chance("plan").random() * len(TURNS))
    for number, begin in loudly(stage, ACTS):
        moment = begin
        rng = stage.today(number)
        terminal = opened(stage.world, stage.insider, stage.insider.bench, moment,
                          stage.insider.remote)  # fmt: skip
        moment = read_failures(stage, terminal, moment + 60, rng)
        path = f"{LIBRARIES}/{TURNS[(first + number) % len(TURNS)]}"
        owner = stage.world.organisation.administrators[0].uid
        moment, seen = files.alter(terminal, moment, path, owner, rng, pick(rng, files.CODE))
        stage.act(moment, seen, f"moves the fault to {path}")
        effect, _ = effects.loud(rng)
        effects.harms(stage, moment, "library", path, effect, between(rng, 0.6, 1.2))
        if happens(rng, 0.25):
            moment = covers.wipe(stage, terminal, moment + 10, rng)
        terminal.close(moment + 40)


def read_failures(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """The logs of others' jobs that failed since yesterday are read."""
    for job in failed(stage, moment)[: 2 + int(rng.random() * 3)]:
        moment = batch.read_log(terminal, moment, job, rng)
    return moment


def failed(stage: Stage, moment: float) -> list[Job]:
    """Others' jobs that failed within a day before, the latest first."""
    recent = [
        job
        for job in stage.world.jobs
        if job.state == "FAILED" and job.uid != stage.insider.uid
        and job.end is not None and moment - 24 * HOUR < job.end < moment
    ]  # fmt: skip
    return sorted(recent, key=lambda job: -(job.end or 0.0))


def _fits(person: Person) -> bool:
    return person.role == "researcher"


SCENARIO = Scenario(
    name="adaptive", title="Moves the fault when others get close", fits=_fits, play=play
)
