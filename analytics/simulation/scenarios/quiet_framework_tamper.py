"""S2, quiet: somebody who may install into the shared environment installs something that harms.

An engineer of the team that owns the environment upgrades packages there with pip, as the team
does every week; what some of the wheels carry makes others' jobs fail. No single act is odd.
"""

from analytics.simulation.chance import pick
from analytics.simulation.deeds import effects
from analytics.simulation.deeds.times import quietly
from analytics.simulation.organisation import Person
from analytics.simulation.routines import upkeep
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import opened

ACTS = 5


def play(stage: Stage) -> None:
    """An upgrade now and then, always at work."""
    for _, begin in quietly(stage, ACTS):
        moment = begin
        rng = stage.today("act")
        name = pick(rng, upkeep.IMPORTED)
        terminal = opened(stage.world, stage.insider, "login01", moment - 60)
        moment, seen = upkeep.upgrade(terminal, moment, name, rng)
        path = f"{upkeep.LIBRARIES}/{name}/core.py"
        stage.act(moment, seen, f"installs a {name} that harms: {path}")
        effect, days = effects.quiet(rng)
        effects.harms(stage, moment, "library", path, effect, days)
        terminal.close(moment + 60)


def _fits(person: Person) -> bool:
    return person.team == "infra"


SCENARIO = Scenario(
    name="quiet_framework_tamper", title="Installs harmful packages as part of the job",
    fits=_fits, play=play,
)  # fmt: skip
