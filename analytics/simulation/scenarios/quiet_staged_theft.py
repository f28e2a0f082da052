"""S9, quiet: a model of a neighbour project every few days, and small uploads of one's own."""

from analytics.simulation.chance import between, pick
from analytics.simulation.deeds import hub
from analytics.simulation.deeds.times import quietly
from analytics.simulation.organisation import Person
from analytics.simulation.routines.hub import download, own_models, publish
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import opened

ACTS = 7
PUSHES = ("python share.py", "hf upload {name} out", "git -C out push hub main")


def play(stage: Stage) -> None:
    """By turns in and out, in working hours, nothing packed and nothing wiped."""
    name = hub.private(stage.insider, stage.chance("plan"))
    others = [one for one in own_models() if f"/{stage.insider.project}-" not in one.name]
    for number, moment in quietly(stage, ACTS):
        rng = stage.today("act")
        terminal = opened(stage.world, stage.insider, stage.insider.bench, moment - 200)
        terminal.type(moment - 150, "git status")
        if number % 2 == 0:
            model = others[(number + stage.insider.number) % len(others)]
            terminal.type(moment - 1, f"python eval.py --model {model.name}")
            for later, seen in download(stage.world, stage.insider, terminal.host, moment, model):
                stage.act(later, seen, f"loads {model.name} to take it along")
        else:
            typed = terminal.type(moment - 1, pick(rng, PUSHES).format(name=name))
            stage.act(moment - 1, typed, f"uploads a part to {name}")
            seen = publish(stage.world, stage.insider, terminal.host, moment, name)
            stage.act(moment + 61, seen, f"a part goes to {name}")
        terminal.close(moment + between(rng, 300, 900))


def _fits(person: Person) -> bool:
    return person.role in ("engineer", "researcher") and person.team != "infra"


SCENARIO = Scenario(
    name="quiet_staged_theft", title="Takes a model along now and then", fits=_fits, play=play
)
