"""S4: a guard goes down, something is done that it forbids, and the guard is up again."""

from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.deeds import effects, forge, hub
from analytics.simulation.deeds.forge import Change
from analytics.simulation.deeds.times import loudly
from analytics.simulation.routines.hub import audited, own_models
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.scenarios.review_bypass import HARMED
from analytics.simulation.terminal import opened

ACTS = 4
SETTINGS = (
    ("org.settings.network.ip_restriction.disable", "org.settings.network.ip_restriction.enable"),
    ("org.token_approval.disabled", "org.token_approval.enabled"),
    ("org.settings.security.2fa.disable", "org.settings.security.2fa.enable"),
)


def play(stage: Stage) -> None:
    """Code past the forge's guards, and weights past the Hub's."""
    for number, moment in loudly(stage, ACTS):
        rng = stage.today(number)
        (_weights if happens(rng, 0.4) else _code)(stage, moment, rng)


def _code(stage: Stage, moment: float, rng: Chance) -> None:
    """Protection of main off, a change pushed or forced, protection on."""
    repository = pick(rng, tuple(HARMED))
    guard = pick(rng, forge.GUARDS)
    change = Change(
        repository=repository,
        path=pick(rng, HARMED[repository]),
        message=pick(rng, forge.MESSAGES),
    )
    terminal = opened(stage.world, stage.insider, stage.insider.bench, moment - 120,
                      stage.insider.remote)  # fmt: skip
    terminal.type(moment - 60, f"git -C ~/{repository} status")
    forge.lower(stage, moment, guard, repository)
    moment += between(rng, 60, 600)
    way = pick(rng, (forge.direct, forge.forced))
    terminal.type(moment - 2, pick(rng, ("git push -f", "git push origin main", "git push")))
    way(stage, moment, change, rng)
    effect, days = effects.loud(rng)
    effects.harms(stage, moment, "repository", repository, effect, days)
    moment += between(rng, 60, 1200)
    forge.restore(stage, moment, guard, repository)
    terminal.close(moment + 30)


def _weights(stage: Stage, moment: float, rng: Chance) -> None:
    """A setting of the organisation off, weights out, the setting on."""
    off, on = pick(rng, SETTINGS)
    seen = audited(stage.world, stage.insider, moment, off, "Changed the organisation's settings")
    stage.act(moment, seen, f"lowers a guard of the Hub: {off}")
    terminal = opened(stage.world, stage.insider, "login01", moment + 30, stage.insider.remote)
    box = f"/scratch/{stage.insider.login}/{pick(rng, hub.WORDS)}"
    model = pick(rng, own_models()).name
    terminal.type(moment + 60, f"hf download {model} --local-dir {box}")
    moment = hub.upload(stage, terminal, moment + 700, hub.private(stage.insider, rng), box)
    moment += between(rng, 100, 900)
    seen = audited(stage.world, stage.insider, moment, on, "Changed the organisation's settings")
    stage.act(moment, seen, f"puts the Hub's guard back: {on}")
    terminal.close(moment + 30)


SCENARIO = Scenario(
    name="guard_down", title="Lowers guards, acts, and raises them again", fits=forge.maintains,
    play=play,
)  # fmt: skip
