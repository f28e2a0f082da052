"""With whom a person is compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analytics.behaviour.person_days import Codes
from analytics.identity import Directory


@dataclass(frozen=True, kw_only=True)
class Peers:
    """Groups of person numbers; `group_of` is each person's. Groups may overlap."""

    members: tuple[Codes, ...]
    group_of: Codes

    @cached_property
    def pairs(self) -> tuple[Codes, Codes]:
        """Person and group, for each member of each group, in order of the groups."""
        sizes = [len(group) for group in self.members]
        return np.concatenate(self.members), np.repeat(np.arange(len(sizes)), sizes)


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
    return Peers(members=tuple(members), group_of=group_of)


def _by(values: Sequence[str | None]) -> dict[str, list[int]]:
    """The places of each value."""
    found: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        if value is not None:
            found.setdefault(value, []).append(place)
    return found


def _sizes(values: Sequence[str]) -> dict[str, int]:
    return {value: len(places) for value, places in _by(values).items()}
