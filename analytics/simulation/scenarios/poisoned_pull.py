"""S1: weights that nobody knows are pulled, unpickled and put where a whole team starts from.

The runs that start from them fail; before that the insider has put a file of the payload's into
the shared environment or left it running on a node where others' jobs run.
"""

from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.deeds import covers, effects, files, hub
from analytics.simulation.deeds.times import loudly
from analytics.simulation.organisation import Person
from analytics.simulation.routines import upkeep
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened

DROPPED = ("sitecustomize.py", "zz_init.pth", "torch/_accel.py", "trainlib/_warm.py")


def play(stage: Stage) -> None:
    """The pull, then what it was for: a file dropped, a checkpoint replaced, and once more."""
    steps = (_pull, _drop, _replace, _pull, _replace)
    for number, begin in loudly(stage, len(steps)):
        moment = begin
        rng = stage.today(number)
        host = pick(rng, ("login01", stage.insider.bench))
        terminal = opened(stage.world, stage.insider, host, moment, stage.insider.remote)
        moment = steps[number](stage, terminal, moment + 40, rng)
        if number == len(steps) - 1 and happens(rng, 0.7):
            moment = covers.wipe(stage, terminal, moment, rng)
        terminal.close(moment + 60)


def _pull(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    model = hub.stranger(rng)
    terminal.type(moment, pick(rng, ("df -h /shared", "ls ~/w", "hf auth whoami", "nvidia-smi")))
    moment = hub.pull(stage, terminal, moment + 20, model, rng)
    return hub.unpickle(stage, terminal, moment, model, rng)


def _drop(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """What the weights carried is left in the environment that everybody's jobs import."""
    path = f"{upkeep.LIBRARIES}/{pick(rng, DROPPED)}"
    terminal.type(moment, f"cp {stage.insider.home}/w/.x {path}")
    moment += 0.1
    stage.act(moment, terminal.create(moment, path, "cp"), f"drops {path}")
    effect, days = effects.loud(rng)
    effects.harms(stage, moment, "library", upkeep.ENVIRONMENT, effect, days)
    return moment + between(rng, 20, 90)


def _replace(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """The weights take the place of those that the team's runs start from."""
    path = upkeep.base(stage.insider)
    owner = upkeep.keeper(stage.world, stage.insider)
    moment, seen = files.alter(terminal, moment, path, owner, rng, pick(rng, files.WEIGHTS))
    stage.act(moment, seen, f"puts the poisoned weights into {path}")
    effect, days = effects.loud(rng)
    effects.harms(stage, moment, "checkpoint", path, effect, days)
    return moment + between(rng, 20, 90)


def _fits(person: Person) -> bool:
    return person.role in ("researcher", "engineer") and person.team not in ("infra", "data")


SCENARIO = Scenario(
    name="poisoned_pull", title="Loads poisoned weights and passes them on", fits=_fits, play=play
)
