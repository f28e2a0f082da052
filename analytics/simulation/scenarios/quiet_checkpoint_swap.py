"""S5, quiet: within the own project, where everybody reads everybody's runs, one file a week."""

from analytics.simulation.chance import between, pick
from analytics.simulation.deeds import batch, effects, files
from analytics.simulation.deeds.times import quietly
from analytics.simulation.organisation import Person
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.scenarios.checkpoint_swap import awaited
from analytics.simulation.terminal import opened

ACTS = 4


def play(stage: Stage) -> None:
    """A checkpoint of a colleague of the same project gets a little worse."""
    insider = stage.insider
    for _, moment in quietly(stage, ACTS):
        rng = stage.today("act")
        saved = stage.world.saved.get(insider.project, [])
        others = [(path, uid) for path, uid in saved if uid != insider.uid]
        if not others:
            continue
        path, uid = (awaited(stage, moment, insider.project) or others[-1:])[0]
        terminal = opened(stage.world, insider, "login01", moment - 300)
        near = [job for job in stage.victims(moment) if job.uid == uid]
        if near:
            batch.read_log(terminal, moment - 200, near[0], rng)
        written, seen = files.alter(terminal, moment, path, uid, rng, pick(rng, files.WEIGHTS))
        stage.act(written, seen, f"worsens a checkpoint of uid {uid}: {path}")
        effect, days = effects.quiet(rng)
        effects.harms(stage, written, "checkpoint", path, effect, days)
        terminal.type(written + between(rng, 20, 90), "python eval.py --quick")
        terminal.close(written + 300)


def _fits(person: Person) -> bool:
    return person.role == "researcher" and person.team != "infra"


SCENARIO = Scenario(
    name="quiet_checkpoint_swap", title="Worsens a colleague's checkpoint now and then",
    fits=_fits, play=play,
)  # fmt: skip
