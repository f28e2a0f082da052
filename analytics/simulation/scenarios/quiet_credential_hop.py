"""S8, quiet: a colleague's token of the Hub is used from a node that both of them work on."""

from analytics.simulation.chance import between, pick
from analytics.simulation.deeds.times import quietly
from analytics.simulation.organisation import Person
from analytics.simulation.routines.hub import download, own_models
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.scenarios.credential_hop import take, victim
from analytics.simulation.terminal import opened

ACTS = 5


def play(stage: Stage) -> None:
    """The token once, among other things; later a model now and then, while its owner works."""
    for number, moment in quietly(stage, ACTS):
        rng = stage.today("act")
        terminal = opened(stage.world, stage.insider, stage.insider.bench, moment - 120)
        terminal.type(moment - 90, pick(rng, ("nvidia-smi", "ls", "git status", "squeue --me")))
        if number == 0:
            take(stage, terminal, moment, rng)
        else:
            whose, model = victim(stage), pick(rng, own_models())
            typed = terminal.type(moment - 1, "python fetch.py")
            stage.act(moment - 1, typed, f"runs a script with the token of {whose.login}")
            for later, seen in download(stage.world, whose, terminal.host, moment, model):
                stage.act(later, seen, f"loads {model.name} in the name of {whose.login}")
        terminal.close(moment + between(rng, 200, 900))


def _fits(person: Person) -> bool:
    return person.role in ("researcher", "engineer") and person.team != "infra"


SCENARIO = Scenario(
    name="quiet_credential_hop", title="Uses a colleague's token now and then", fits=_fits,
    play=play,
)  # fmt: skip
