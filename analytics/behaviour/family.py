"""What counts and amounts have in common: the shape of a model of what is usual."""

from dataclasses import dataclass
from typing import Protocol

from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Numbers
from analytics.behaviour.sums import Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """What peers say of each person, by person number: the mean of a day, how many own days that
    is worth, and how much days of one person differ."""

    mean: Numbers
    rate: Numbers
    spread: Numbers


class Family(Protocol):
    """Counts (`counts.py`) or logarithms of amounts (`amounts.py`)."""

    NO_GROWTH: float

    def prior(self, sums: Sums, peers: Peers) -> Prior:
        """What the peers' days say, by the method of moments; of how much days differ nobody is
        asked for themselves."""

    def unrest(self, weeks: Sums, peers: Peers) -> Numbers:
        """How much weeks of one of the other peers differ, from 1."""

    def growth(self, block: Sums, kept: Sums, prior: Prior) -> Numbers:
        """How much more each person did in a block of days than the days kept lead to expect."""

    def predict(
        self, observed: Numbers, ahead: Numbers, growth: Numbers, kept: Sums, prior: Prior
    ) -> tuple[Numbers, Numbers]:
        """What to expect of a day that is worth `ahead`, and P(X ≥ observed)."""

    def predict_fewer(
        self, observed: Numbers, ahead: Numbers, growth: Numbers, kept: Sums, prior: Prior
    ) -> tuple[Numbers, Numbers]:
        """What to expect of a day that is worth `ahead`, and P(X ≤ observed)."""

    def remarkable(
        self, block: Sums, growth: Numbers, unrest: Numbers, kept: Sums, prior: Prior
    ) -> Numbers:
        """How unlikely as much as in a block of days is after the days kept."""
