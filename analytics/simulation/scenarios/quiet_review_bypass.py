"""S3, quiet: harm that was reviewed, or was pushed between the approval and the merge."""

from analytics.simulation.chance import between, pick
from analytics.simulation.deeds import effects, forge
from analytics.simulation.deeds.forge import Change
from analytics.simulation.deeds.times import quietly
from analytics.simulation.organisation import Person
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.scenarios.review_bypass import HARMED
from analytics.simulation.terminal import opened

ACTS = 5
WAYS = (forge.stale, forge.reviewed, forge.reviewed)


def play(stage: Stage) -> None:
    """A small pull request now and then, opened at work and approved in good faith."""
    for _, moment in quietly(stage, ACTS):
        rng = stage.today("act")
        terminal = opened(stage.world, stage.insider, stage.insider.bench, moment - 900)
        for number, command in enumerate(("git pull --ff-only", "git add -p", "git push")):
            terminal.type(moment - 800 + number * between(rng, 60, 240), command)
        path = pick(rng, HARMED["trainlib"])
        change = Change(repository="trainlib", path=path, message=pick(rng, forge.MESSAGES))
        landed = pick(rng, WAYS)(stage, moment, change, rng)
        effect, days = effects.quiet(rng)
        effects.harms(stage, landed, "repository", "trainlib", effect, days)
        terminal.close(moment + 100)


def _fits(person: Person) -> bool:
    return person.role in ("engineer", "researcher") and person.team != "infra"


SCENARIO = Scenario(
    name="quiet_review_bypass", title="Hides harm in reviewed changes", fits=_fits, play=play
)
