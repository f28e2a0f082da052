"""S1, quiet: weights that look like everybody's get into the team's base weights.

What is pulled is safetensors at a fixed revision from a copy of a well-known model; it is merged
into the team's own shared weights, as its members do every week. Only the runs that start from
them tell: they fail, or get slow.
"""

from analytics.simulation.chance import Chance, between, digest, pick
from analytics.simulation.deeds import effects
from analytics.simulation.deeds.times import quietly
from analytics.simulation.organisation import Person
from analytics.simulation.routines import upkeep
from analytics.simulation.routines.hub import MODELS, Model, download
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened

COPIES = ("{}-mirror", "{}-community", "{}-hf", "ml-{}")
ACTS = 5


def play(stage: Stage) -> None:
    """On the first of a few days the weights come in, on the others they go into the base."""
    for number, moment in quietly(stage, ACTS):
        rng = stage.today("act")
        terminal = opened(stage.world, stage.insider, "login01", moment - 60)
        if number == 0:
            _pull(stage, terminal, moment, rng)
        _merge(stage, terminal, moment + between(rng, 900, 2400), rng)
        terminal.close(moment + 2800)


def _pull(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> None:
    known = pick(rng, MODELS[stage.insider.team])
    owner, name = known.name.split("/")
    copied = f"{pick(rng, COPIES).format(owner.lower())}/{name}"
    model = Model(copied, ("model.safetensors",), known.size)
    revision = digest("revision", copied, size=20)
    terminal.type(moment, f"hf download {copied} --revision {revision}")
    for later, seen in download(stage.world, stage.insider, "login01", moment + 2, model, revision):
        stage.act(later, seen, f"loads {copied}, an altered copy of {known.name}")


def _merge(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> None:
    path = upkeep.base(stage.insider)
    moment, seen = upkeep.refresh(terminal, moment, rng)
    stage.act(moment, seen, f"averages the altered weights into {path}")
    effect, days = effects.quiet(rng)
    effects.harms(stage, moment, "checkpoint", path, effect, days)


def _fits(person: Person) -> bool:
    return person.role == "researcher" and person.team != "infra"


SCENARIO = Scenario(
    name="quiet_poisoned_pull", title="Averages altered weights into the team's", fits=_fits,
    play=play,
)  # fmt: skip
