"""Over all incidents: who was near more of them than near comparable runs that went well."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analytics.governance.victims.controls import Risk, Sets
from analytics.governance.victims.exact import Floats, at_least, corrected, odds_ratio
from analytics.governance.victims.exposure import Channel, Exposures
from analytics.governance.victims.failures import DAY
from analytics.governance.victims.joining import Codes

ERROR = 0.001  # chance of naming anybody at one look: a month is looked over again each day
CHECK = 0.001  # at which the other designs must agree about the few who are left
OF_FOLDERS = (Channel.FOLDER_DAY, Channel.FOLDER_HOUR)
LEAST_INCIDENTS = 3
LEAST_VICTIMS = 2
LEAST_DAYS = 3  # one bad night is something that all who were awake were near


@dataclass(frozen=True, slots=True)
class Near:
    """A person (by code) near incidents in one way, against matched controls.

    `near` of `incidents` of others, and `near_controls` of `controls`; the relative risk, the
    probability of it by chance, and that corrected for everybody who could have been named.
    """

    person: int
    channel: Channel
    near: int
    incidents: int
    near_controls: int
    controls: int
    ratio: float
    probability: float
    corrected: float
    sets: Codes
    victims: int
    days: int


def tested(sets: Sets, risk: Risk, exposures: Exposures) -> list[Near]:
    """Every person and channel with an exposed incident, the least probable first."""
    if not len(sets.number):
        return []
    total = _sizes(sets, risk)
    found: list[Near] = []
    least: list[float] = []
    for channel in Channel:
        member, person = exposures.member[channel], exposures.person[channel]
        for rows in _alike(person):
            one, possible = _one(channel, int(person[rows[0]]), member[rows], sets, total)
            found.append(one)
            least.append(possible)
    tests = np.array([one.probability for one in found])
    right = corrected(tests, np.array(least), ERROR).tolist()
    named = [replace(one, corrected=value) for one, value in zip(found, right, strict=True)]
    order = sorted(named, key=lambda one: (one.corrected, one.probability, one.person, one.channel))
    return [one for one in order if one.near]


def agrees(one: Near, owners: Iterable[Near], nodes: Iterable[Near]) -> bool:
    """Whether the same person in the same way stands out in the second design, and for acts on
    nodes in the third, as well."""
    designs = [owners] if one.channel in OF_FOLDERS else [owners, nodes]
    return all(
        any(
            (other.person, other.channel) == (one.person, one.channel)
            and other.probability <= CHECK
            for other in design
        )
        for design in designs
    )


def convincing(one: Near) -> bool:
    """Whether it is enough to speak of: rare by chance, several incidents, several victims."""
    return (
        one.corrected <= ERROR
        and one.near >= LEAST_INCIDENTS
        and one.victims >= LEAST_VICTIMS
        and one.days >= LEAST_DAYS
        and one.ratio > 1
    )


def _alike(codes: Codes) -> list[Codes]:
    """The places of each value."""
    order = np.argsort(codes, kind="stable")
    if not len(order):
        return []
    return np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)


Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The members of each set, the owner of its failed run and its day, and how many controls of
    which sets a person owns."""

    members: Counts
    case: Codes
    day: Codes
    owned: Mapping[int, tuple[Codes, Counts]]


def _sizes(sets: Sets, risk: Risk) -> _Sizes:
    members = np.bincount(sets.number)
    owner = risk.owner[sets.run]
    case = np.full(len(members), -1)
    case[sets.number[sets.case]] = owner[sets.case]
    day = np.zeros(len(members), dtype=np.int64)
    day[sets.number[sets.case]] = sets.at[sets.case] // DAY
    controls = np.flatnonzero(~sets.case & (owner >= 0))
    owned = {}
    for rows in _alike(owner[controls]):
        which, counts = np.unique(sets.number[controls[rows]], return_counts=True)
        owned[int(owner[controls[rows[0]]])] = (which, counts)
    return _Sizes(members, case, day, owned)


def _one(
    channel: Channel, person: int, exposed: Codes, sets: Sets, sizes: _Sizes
) -> tuple[Near, float]:
    """A person in one channel, and the least probability that they could have had."""
    total = sizes.members.astype(float)
    if person in sizes.owned:
        which, counts = sizes.owned[person]
        total[which] -= counts  # near one's own runs nobody is a suspect
    others = (sizes.case != person) & (total > 1)
    hits = np.bincount(sets.number[exposed], minlength=len(total)).astype(float)
    case = np.zeros(len(total))
    case[sets.number[exposed[sets.case[exposed]]]] = 1.0
    telling = others & (hits > 0) & (hits < total)
    chances: Floats = hits[telling] / total[telling]
    near = np.flatnonzero(others & (case > 0))
    one = Near(
        person=person,
        channel=channel,
        near=len(near),
        incidents=int(others.sum()),
        near_controls=int((hits - case)[others].sum()),
        controls=int((total[others] - 1).sum()),
        ratio=odds_ratio(case[others], (hits - case)[others], total[others]),
        probability=at_least(int(case[telling].sum()), chances),
        corrected=1.0,
        sets=near,
        victims=len(np.unique(sizes.case[near])),
        days=len(np.unique(sizes.day[near])),
    )
    return one, float(np.prod(chances))
