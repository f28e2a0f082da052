"""S7, quiet: one job of somebody else's in a few days, by somebody who may look after jobs.

An administrator cuts time limits and cancels what has run for long, as administrators do with
runaway jobs; only that these were none, and that they belong to the same few people.
"""

from analytics.simulation.chance import pick
from analytics.simulation.deeds import batch
from analytics.simulation.deeds.times import quietly
from analytics.simulation.organisation import Person
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import opened

ACTS = 7


def play(stage: Stage) -> None:
    """At most one job a day, rather of the team that the insider has it in for."""
    team = pick(stage.chance("team"), ("language", "vision", "audio"))
    for _, moment in quietly(stage, ACTS):
        rng = stage.today("act")
        victims = stage.victims(moment)
        chosen = [job for job in victims if job.account == team] or victims
        if not chosen:
            continue
        job = min(chosen, key=lambda job: job.start or moment)
        terminal = opened(stage.world, stage.insider, "login01", moment - 200)
        terminal.type(moment - 150, f"scontrol show job {job.shown}")
        way = pick(rng, (batch.cancel, batch.shorten, batch.shorten))
        done = way(stage, terminal, moment, job, rng)
        terminal.close(done + 300)


def _fits(person: Person) -> bool:
    return person.administers


SCENARIO = Scenario(
    name="quiet_kill_spree", title="Ends a job now and then, as administrators do", fits=_fits,
    play=play,
)  # fmt: skip
