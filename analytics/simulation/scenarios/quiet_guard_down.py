"""S4, quiet: a maintainer's guards are down for minutes, in working hours, once in a week or so."""

from analytics.simulation.chance import between, pick
from analytics.simulation.deeds import effects, forge
from analytics.simulation.deeds.forge import Change
from analytics.simulation.deeds.times import quietly
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.scenarios.review_bypass import HARMED
from analytics.simulation.terminal import opened

ACTS = 3


def play(stage: Stage) -> None:
    """The same guard of the same repository each time: this maintainer's usual way of working."""
    plan = stage.chance("plan")
    guard, path = pick(plan, forge.GUARDS), pick(plan, HARMED["trainlib"])
    for _, moment in quietly(stage, ACTS):
        rng = stage.today("act")
        terminal = opened(stage.world, stage.insider, stage.insider.bench, moment - 400)
        terminal.type(moment - 300, "git fetch --prune")
        forge.lower(stage, moment, guard, "trainlib")
        pushed = moment + between(rng, 40, 200)
        change = Change(repository="trainlib", path=path, message=pick(rng, forge.MESSAGES))
        forge.direct(stage, pushed, change, rng)
        effect, days = effects.quiet(rng)
        effects.harms(stage, pushed, "repository", "trainlib", effect, days)
        up = pushed + between(rng, 60, 400)
        forge.restore(stage, up, guard, "trainlib")
        terminal.close(up + 60)


SCENARIO = Scenario(
    name="quiet_guard_down", title="Lowers a guard for minutes, now and then",
    fits=forge.maintains, play=play,
)  # fmt: skip
