"""S7: colleagues' jobs are ended in series, the largest first, in whatever way is at hand."""

from analytics.simulation.calendar import local_day
from analytics.simulation.chance import happens, pick
from analytics.simulation.deeds import batch, covers
from analytics.simulation.deeds.times import loudly
from analytics.simulation.organisation import Person
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import opened

ACTS = 4


def play(stage: Stage) -> None:
    """A few nights with three to seven jobs each."""
    ways = stage.chance("plan").permutation(3)
    for number, begin in loudly(stage, ACTS):
        moment = _busy(stage, begin)
        rng = stage.today(number)
        terminal = opened(stage.world, stage.insider, "login01", moment, stage.insider.remote)
        moment = batch.survey(terminal, moment + 30, rng)
        victims = stage.victims(moment + 300)[: 3 + int(rng.random() * 5)]
        for place, job in enumerate(victims):
            if job.stopped or not job.runs_at(moment + 30):
                continue
            # Mostly the story's own way; now and then another one.
            way = (batch.cancel, batch.kill, batch.shorten)[ways[0 if place % 3 else 1]]
            moment = way(stage, terminal, moment + 2, job, rng)
        if happens(rng, 0.3):
            terminal.type(moment, pick(rng, batch.LISTS))
            moment = covers.wipe(stage, terminal, moment + 10, rng)
        terminal.close(moment + 30)


def _busy(stage: Stage, moment: float) -> float:
    """The moment itself where others' jobs run then, else the day's last at which some do."""
    starts = [job.start + 600 for job in stage.world.jobs if job.start is not None]
    today = sorted((one for one in starts if local_day(one) == stage.day), reverse=True)
    return next((one for one in (moment, *today) if stage.victims(one + 300)), moment)


def _fits(person: Person) -> bool:
    return person.role in ("researcher", "engineer", "data engineer")


SCENARIO = Scenario(name="kill_spree", title="Ends colleagues' jobs in series", fits=_fits,
                    play=play)  # fmt: skip
