"""With whom a person is compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analytics.behaviour.person_days import Codes, Numbers
from analytics.behaviour.sums import Flags
from analytics.identity import Directory

ROUNDING = 1e-12
FEWEST = 2  # others: one alone does not say how people differ


@dataclass(frozen=True, kw_only=True)
class Peers:
    """Groups of person numbers; `group_of` is each person's. Groups may overlap.

    `teams` are numbers of each person's team, -1 for whoever is in none, where teams are known.
    """

    members: tuple[Codes, ...]
    group_of: Codes
    teams: Codes | None = None

    @cached_property
    def pairs(self) -> tuple[Codes, Codes]:
        """Person and group, for each member of each group, in order of the groups."""
        sizes = [len(group) for group in self.members]
        return np.concatenate(self.members), np.repeat(np.arange(len(sizes)), sizes)

    def pooled(self, told: Flags, *values: Numbers) -> list[Numbers]:
        """For each of the values, the sum over each person's group, of whom anything is told."""
        member, group = self.pairs
        member, group = member[told[member]], group[told[member]]
        number = len(self.members)
        sums = (np.bincount(group, value[member], minlength=number) for value in values)
        return [found[self.group_of].astype(np.float64) for found in sums]

    def others(self, told: Flags, *values: Numbers) -> list[Numbers]:
        """As `pooled`, without the person itself.

        Where fewer than two others of the group tell anything, everybody else counts; where there
        are no two of them either, everybody.
        """
        (number,) = self.pooled(told, np.ones(len(told)))
        near, some = number - told >= FEWEST, told.sum() - told >= FEWEST
        found = []
        for value, of_group in zip(values, self.pooled(told, *values), strict=True):
            own = np.where(told, value, 0.0)
            whole = np.full(len(own), own.sum())
            rest = np.where(some, _less(whole, own), whole)
            found.append(np.where(near, _less(of_group, own), rest))
        return found


def peers_of(persons: Sequence[str], directory: Directory) -> Peers:
    """The peer group of each person: those of the same role, or of the same team where the role
    stands alone; who is in no one's has all the others for peers."""
    told = [directory.people.get(person) for person in persons]
    everyone = np.arange(len(persons), dtype=np.int64)
    members: list[Codes] = [everyone]
    group_of = np.zeros(len(persons), dtype=np.int64)
    numbers: dict[tuple[str, str], int] = {}
    of_role = _by([one.role if one else None for one in told])
    of_team = _by([one.team if one else None for one in told])
    large = _sizes([one.role for one in directory.people.values()])
    for number, one in enumerate(told):
        if one is None:
            continue
        shared = large[one.role] > 2
        key = ("role", one.role) if shared else ("team", one.team)
        if key not in numbers:
            group = of_role[one.role] if shared else of_team[one.team]
            numbers[key] = len(members) if len(group) > 1 else 0
            if len(group) > 1:
                members.append(np.array(group, dtype=np.int64))
        group_of[number] = numbers[key]
    teams = {team: number for number, team in enumerate(_by([one.team for one in told if one]))}
    return Peers(
        members=tuple(members),
        group_of=group_of,
        teams=np.array([teams[one.team] if one and one.team else -1 for one in told], np.int64),
    )


def _less(whole: Numbers, part: Numbers) -> Numbers:
    """The rest, 0 where nothing but rounding is left."""
    rest = whole - part
    return np.asarray(np.where(rest > ROUNDING * whole, rest, 0.0))


def _by(values: Sequence[str | None]) -> dict[str, list[int]]:
    """The places of each value."""
    found: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        if value is not None:
            found.setdefault(value, []).append(place)
    return found


def _sizes(values: Sequence[str]) -> dict[str, int]:
    return {value: len(places) for value, places in _by(values).items()}
