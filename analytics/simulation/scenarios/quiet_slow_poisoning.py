"""S10, quiet: a data engineer spoils a shard at a time with the team's own tools.

It is the job to rewrite shards, and nothing else is done; what others see is that evaluations of
one project drift, and that its jobs stop on bad batches more and more often.
"""

from analytics.simulation.chance import pick
from analytics.simulation.deeds import effects
from analytics.simulation.deeds.effects import Effect
from analytics.simulation.deeds.times import quietly
from analytics.simulation.organisation import Person
from analytics.simulation.routines import upkeep
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.scenarios.slow_poisoning import drift
from analytics.simulation.terminal import opened

ACTS = 8


def play(stage: Stage) -> None:
    """One shard of the same project each time; the more there are, the more often they hurt."""
    project = pick(stage.chance("plan"), upkeep.TRAINING)
    folder = f"/shared/data/corpus/{project}"
    for number, begin in quietly(stage, ACTS):
        moment = begin
        rng = stage.today("act")
        terminal = opened(stage.world, stage.insider, "login01", moment - 100)
        path = f"{folder}/part-{int(rng.random() * 400):05d}.parquet"
        moment, seen = upkeep.rewrite(terminal, moment, path, rng)
        stage.act(moment, seen, f"spoils a shard: {path}")
        effect = Effect(probability=0.04 + 0.03 * number)
        effects.harms(stage, moment, "data", folder, effect, 4)
        if number == ACTS // 2:
            drift(stage, moment + 40_000, project, rng)
        terminal.close(moment + 400)


def _fits(person: Person) -> bool:
    return person.team == "data"


SCENARIO = Scenario(
    name="quiet_slow_poisoning", title="Spoils data as part of the job", fits=_fits, play=play
)
