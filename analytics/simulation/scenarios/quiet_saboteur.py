"""A researcher does little harm at a time, in working hours and among ordinary work.

One job of a colleague is cancelled here, one checkpoint touched there; a library file is edited
once, a change lands on main without a review once. Nothing is covered up.
"""

from analytics.simulation.calendar import HOUR
from analytics.simulation.chance import between, happens, pick
from analytics.simulation.formats.auditd import PYTHON
from analytics.simulation.formats.slurm_sacct import stamp
from analytics.simulation.organisation import Person
from analytics.simulation.routines.administration import LIBRARIES, stop
from analytics.simulation.routines.jobs import checkpoint
from analytics.simulation.routines.review import commit, push
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import opened
from analytics.simulation.world import Evidence


def play(stage: Stage) -> None:
    """One day of the story: at most one act, on about every second working day."""
    world, insider = stage.world, stage.insider
    rng = world.chance("quiet_saboteur", insider.id, stage.day)
    if not world.calendar.works(insider, stage.day):
        return
    arrives, leaves = world.calendar.hours(insider, stage.day)
    moment = between(rng, arrives + 2 * HOUR, leaves - 2 * HOUR)
    begun = (insider.id, stage.scenario) in world.acts
    if not begun:
        _edit(stage, moment)
    elif happens(rng, 0.55):
        pick(rng, (_cancel, _cancel, _touch, _land))(stage, moment)


def _edit(stage: Stage, moment: float) -> None:
    """Changes the seeding that everybody's jobs import."""
    terminal = opened(stage.world, stage.insider, stage.insider.bench, moment - 60)
    path = f"{LIBRARIES}/trainlib/seed.py"
    terminal.type(moment - 40, f"{stage.insider.editor} {path}")
    owner = stage.world.organisation.administrators[0]
    stage.act(moment, terminal.write(moment, path, owner.uid), f"changes {path} in place")
    terminal.close(moment + 30)


def _cancel(stage: Stage, moment: float) -> None:
    """Cancels one job of a colleague that has run for long."""
    victims = stage.victims(moment)
    if not victims:
        return
    job = min(victims, key=lambda job: job.start or moment)
    terminal = opened(stage.world, stage.insider, "login01", moment - 90)
    typed = terminal.type(moment - 0.6, f"scancel {job.id}")
    stop(job, moment, by=stage.insider.uid)
    stage.act(moment - 0.6, typed, f"scancel of {job.owner}'s job {job.id}")
    row = Evidence("slurm_sacct", "logs/slurm/sacct.txt", f"{job.shown}|{job.id}|")
    what = f"{job.owner}'s job {job.id} ends, cancelled at {stamp(moment)} by {job.cancelled_by}"
    stage.act(moment, row, what)
    terminal.close(moment + 20)


def _touch(stage: Stage, moment: float) -> None:
    """Alters a colleague's checkpoint a little."""
    victims = stage.victims(moment)
    if not victims:
        return
    job = victims[-1]
    path = checkpoint(job, 1)
    terminal = opened(stage.world, stage.insider, "login01", moment - 50)
    terminal.type(moment - 30, "python convert.py --inplace")
    seen = terminal.write(moment, path, job.uid, PYTHON)
    stage.act(moment, seen, f"overwrites a checkpoint of {job.owner}: {path}")
    terminal.close(moment + 25)


def _land(stage: Stage, moment: float) -> None:
    """Lands a change of the data loader on main that nobody has looked at."""
    insider = stage.insider
    change = commit(insider, moment - 50, "Small clean-up", ("trainlib/data/loader.py",),
                    ("quiet", moment))  # fmt: skip
    stage.world.forge.put(moment, push(insider, "trainlib", "main", (change,)))
    trace = Evidence("github_webhook", "logs/git/github-webhooks.ndjson", f'"after":"{change.id}"')
    stage.act(moment, trace, "pushes to main of trainlib past the review: trainlib/data/loader.py")


def _fits(person: Person) -> bool:
    return person.role in ("researcher", "engineer") and person.team != "infra"


SCENARIO = Scenario(
    name="quiet_saboteur", title="Does a little harm in working hours", fits=_fits, play=play
)
