"""What harm does to others: from then on their jobs that use the thing fail or run slower."""

from dataclasses import dataclass
from typing import Literal

from analytics.simulation.calendar import HOUR
from analytics.simulation.chance import Chance, between, pick
from analytics.simulation.faults import Fault
from analytics.simulation.scenario import Stage

Used = Literal["library", "checkpoint", "repository", "data", "node"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How harm shows: the share of jobs that fail, or how much slower they get."""

    probability: float
    slower: float = 1.0
    gpus_above: int = 0


# Loud harm hits most jobs until somebody mends it soon; quiet harm a few, rather the large ones,
# so that it is taken for bad luck.
LOUD = (
    Effect(probability=0.5),
    Effect(probability=0.35),
    Effect(probability=0.8, gpus_above=7),
)
QUIET = (
    Effect(probability=0.12),
    Effect(probability=0.25, gpus_above=3),
    Effect(probability=0.4, slower=1.8, gpus_above=3),
)


def harms(stage: Stage, moment: float, what: Used, name: str, effect: Effect, days: float) -> None:
    """Jobs of others that use it suffer from a moment on for so many days, until it is mended."""
    stage.world.faults.add(
        Fault(
            since=moment, until=moment + days * 24 * HOUR, title=f"{stage.scenario}: {name}",
            library=name if what == "library" else "", data=name if what == "data" else "",
            checkpoint=name if what == "checkpoint" else "", node=name if what == "node" else "",
            repository=name if what == "repository" else "",
            probability=effect.probability, slower=effect.slower, gpus_above=effect.gpus_above,
            spared=frozenset({stage.insider.uid}),
        )
    )  # fmt: skip


def loud(rng: Chance) -> tuple[Effect, float]:
    """An effect that is soon noticed, and the days until somebody mends it."""
    return pick(rng, LOUD), between(rng, 0.5, 1.5)


def quiet(rng: Chance) -> tuple[Effect, float]:
    """An effect that takes people long to find."""
    return pick(rng, QUIET), between(rng, 2.0, 5.0)
