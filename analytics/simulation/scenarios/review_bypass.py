"""S3: changes get into a library that others import without anybody having looked at them."""

from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.deeds import effects, forge
from analytics.simulation.deeds.forge import Change
from analytics.simulation.deeds.times import loudly
from analytics.simulation.organisation import Person
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened

ACTS = 6
WAYS = (forge.direct, forge.forced, forge.self_merged, forge.second_account, forge.direct)
HARMED = {
    "trainlib": ("trainlib/optim/schedule.py", "trainlib/data/loader.py", "trainlib/seed.py",
                 "trainlib/distributed/sync.py", "trainlib/layers/attention.py"),
    "datakit": ("datakit/shuffle.py", "datakit/dedup.py", "datakit/stream.py"),
}  # fmt: skip
PUSHES = ("git push origin HEAD:main", "git push -f origin main", "git push --no-verify",
          "gh pr merge --admin --squash", "gh pr merge --merge")  # fmt: skip


def play(stage: Stage) -> None:
    """Several ways past the review, within days."""
    for number, moment in loudly(stage, ACTS):
        rng = stage.today(number)
        terminal = opened(stage.world, stage.insider, stage.insider.bench, moment - 300,
                          stage.insider.remote)  # fmt: skip
        _prepare(terminal, moment - 280, rng)
        repository = pick(rng, ("trainlib", "trainlib", "datakit"))
        change = Change(
            repository=repository,
            path=pick(rng, HARMED[repository]),
            message=pick(rng, forge.MESSAGES),
        )
        landed = pick(rng, WAYS)(stage, moment, change, rng)
        effect, days = effects.loud(rng)
        effects.harms(stage, landed, "repository", repository, effect, days)
        if happens(rng, 0.4):
            terminal.type(moment + 90, pick(rng, ("git reflog expire --all", "rm -rf ~/wip/t")))
        terminal.close(moment + 200)


def _prepare(terminal: Terminal, moment: float, rng: Chance) -> None:
    for command in ("git fetch origin", "git switch main", "git commit -qam wip",
                    pick(rng, PUSHES)):  # fmt: skip
        terminal.type(moment, command)
        moment += between(rng, 10, 60)


def _fits(person: Person) -> bool:
    return person.role in ("researcher", "engineer")


SCENARIO = Scenario(
    name="review_bypass", title="Gets harm into shared code past the review", fits=_fits, play=play
)
