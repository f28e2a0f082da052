"""S2: the framework that everybody's jobs import is changed where it is installed."""

from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.deeds import batch, covers, effects, files
from analytics.simulation.deeds.times import loudly
from analytics.simulation.organisation import Person
from analytics.simulation.routines.upkeep import LIBRARIES
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened

ACTS = 6
TARGETS = (
    "torch/optim/adamw.py", "torch/optim/lr_scheduler.py", "torch/utils/data/sampler.py",
    "torch/utils/data/dataloader.py", "torch/random.py", "torch/nn/utils/clip_grad.py",
    "torch/distributed/distributed_c10d.py", "torch/amp/grad_scaler.py", "trainlib/seed.py",
    "trainlib/optim/schedule.py", "trainlib/data/loader.py",
)  # fmt: skip


def play(stage: Stage) -> None:
    """A few files, some of them several times, over a few nights; some sessions cover up."""
    plan = stage.chance("plan")
    chosen = [pick(plan, TARGETS) for _ in range(3)]
    for number, begin in loudly(stage, ACTS):
        moment = begin
        rng = stage.today(number)
        host = pick(rng, ("login01", "build01", stage.insider.bench))
        terminal = opened(stage.world, stage.insider, host, moment, stage.insider.remote)
        moment = _tamper(stage, terminal, moment + 60, f"{LIBRARIES}/{pick(rng, chosen)}", rng)
        if happens(rng, 0.35):
            moment = covers.wipe(stage, terminal, moment, rng)
        terminal.close(moment + 30)


def _tamper(stage: Stage, terminal: Terminal, moment: float, path: str, rng: Chance) -> float:
    """One file is read, changed, tried and perhaps given its old time."""
    moment = files.look_at(terminal, moment, path, rng)
    owner = stage.world.organisation.administrators[0].uid
    moment, seen = files.alter(terminal, moment, path, owner, rng, pick(rng, files.CODE))
    stage.act(moment, seen, f"changes {path} in place")
    effect, days = effects.loud(rng)
    effects.harms(stage, moment, "library", path, effect, days)
    moment += between(rng, 10, 60)
    if happens(rng, 0.5):
        moment = files.look_untouched(stage, terminal, moment, path)
    if happens(rng, 0.5):
        moment = batch.survey(terminal, moment + 5, rng)
    return moment + 5


def _fits(person: Person) -> bool:
    return person.role in ("researcher", "engineer") and person.team != "infra"


SCENARIO = Scenario(
    name="framework_tamper", title="Changes the installed framework", fits=_fits, play=play
)
