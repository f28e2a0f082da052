"""The sets of one design, as what each person's chances in them are: counted for all at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.governance.victims.controls import Risk, Sets
from analytics.governance.victims.exact import Floats, at_least, odds_ratio, reachable
from analytics.governance.victims.exposure import Channel, Exposures
from analytics.governance.victims.failures import DAY
from analytics.governance.victims.joining import Codes

Counts = npt.NDArray[np.int64]
NONE: Floats = np.zeros(0)


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


@dataclass(frozen=True, slots=True)
class Table:
    """All people of one channel by number, with their tests; `pairs` are those of a person and a
    set whose failed run they were near, with the owner of that run and its day."""

    channel: Channel
    person: Codes
    incidents: Counts
    near_controls: Counts
    controls: Counts
    ratio: Floats
    probability: Floats
    possible: tuple[Floats, ...]
    pairs: tuple[Codes, Codes, Codes, Codes]

    def near(self, right: Floats) -> list[Near]:
        """Those who were near any incident, with their corrected probabilities."""
        who, sets, owners, days = self.pairs
        begins = np.searchsorted(who, np.arange(len(self.person) + 1))
        found: list[Near] = []
        for place in np.flatnonzero(np.diff(begins)).tolist():
            own = slice(int(begins[place]), int(begins[place + 1]))
            found.append(
                Near(
                    person=int(self.person[place]),
                    channel=self.channel,
                    near=own.stop - own.start,
                    incidents=int(self.incidents[place]),
                    near_controls=int(self.near_controls[place]),
                    controls=int(self.controls[place]),
                    ratio=float(self.ratio[place]),
                    probability=float(self.probability[place]),
                    corrected=float(right[place]),
                    sets=sets[own],
                    victims=len(set(owners[own].tolist())),
                    days=len(set(days[own].tolist())),
                )
            )
        return found


class Design:
    """Sets with their sizes and owners; near one's own runs nobody is a suspect."""

    def __init__(self, sets: Sets, risk: Risk, error: float) -> None:
        """Counts members, and those that the same person owns; of tests is asked which values up
        to `error` they can have."""
        self._sets = sets
        self._error = error
        self._members = np.bincount(sets.number)
        self._size = len(self._members)
        owner = risk.owner[sets.run]
        self._case = np.full(self._size, -1)
        self._case[sets.number[sets.case]] = owner[sets.case]
        self._day = np.zeros(self._size, dtype=np.int64)
        self._day[sets.number[sets.case]] = sets.at[sets.case] // DAY
        controls = ~sets.case & (owner >= 0)
        keys = owner[controls] * self._size + sets.number[controls]
        self._owned, self._owns = np.unique(keys, return_counts=True)
        self._people = int(max(owner.max(), 0)) + 1

    def of_channel(self, channel: Channel, exposures: Exposures) -> Table:
        """The test of everybody who was near any member by this channel."""
        member, person = exposures.member[channel], exposures.person[channel]
        keys, which = np.unique(
            person * self._size + self._sets.number[member], return_inverse=True
        )
        hits = np.bincount(which, minlength=len(keys))
        case = np.bincount(which, weights=self._sets.case[member], minlength=len(keys)) > 0
        who, number = keys // self._size, keys % self._size
        total = self._members[number] - self._of_own(keys)
        fits = (self._case[number] != who) & (total > 1)
        people, place = np.unique(who, return_inverse=True)
        place, number, hits, case, total = (
            part[fits] for part in (place, number, hits, case, total)
        )
        visits = np.searchsorted(people, exposures.visits[channel][0])
        most = np.bincount(visits, minlength=len(people))
        probability, possible = _tests(place, hits, case, total, most, self._error)
        incidents, controls = self._at_risk(people)
        exposed = hits - case

        def summed(weights: npt.NDArray[np.generic]) -> Floats:
            return np.bincount(place, weights=weights, minlength=len(people)).astype(np.float64)

        more = summed(case * (total - 1 - exposed) / total)
        less = summed(~case * exposed / total)
        near = np.flatnonzero(case)
        return Table(
            channel=channel,
            person=people,
            incidents=incidents,
            near_controls=summed(exposed).astype(np.int64),
            controls=controls,
            ratio=odds_ratio(more, less),
            probability=probability,
            possible=possible,
            pairs=(
                place[near],
                number[near],
                self._case[number[near]],
                self._day[number[near]],
            ),
        )

    def _of_own(self, keys: Codes) -> Counts:
        """How many controls of the set the person owns, by keys of person and set."""
        if not len(self._owned):
            return np.zeros(len(keys), dtype=np.int64)
        places = np.minimum(np.searchsorted(self._owned, keys), len(self._owned) - 1)
        return np.where(self._owned[places] == keys, self._owns[places], 0)

    def _at_risk(self, people: Codes) -> tuple[Counts, Counts]:
        """In how many sets each of the people can be a suspect, and of how many controls."""
        whole = self._members > 1
        most = max(self._people, int(people.max(initial=0)) + 1)
        case = np.where(whole, self._case, -1)
        sets = np.bincount(case[case >= 0], minlength=most)
        members = np.bincount(case[case >= 0], weights=self._members[case >= 0] - 1, minlength=most)
        who, number = self._owned // self._size, self._owned % self._size
        others = whole[number] & (self._case[number] != who)
        who, number, owns = who[others], number[others], self._owns[others]
        empty = self._members[number] - owns <= 1
        sets += np.bincount(who[empty], minlength=most)
        members += np.bincount(who, weights=owns, minlength=most)
        incidents = int(whole.sum()) - sets[people]
        controls = int((self._members[whole] - 1).sum()) - members[people].astype(np.int64)
        return incidents, controls


def _tests(
    place: Codes,
    hits: Counts,
    case: npt.NDArray[np.bool_],
    total: Counts,
    most: Counts,
    error: float,
) -> tuple[Floats, tuple[Floats, ...]]:
    """Each person's probability (1 where no more than expected), and which it could have been up
    to an error. Of a person no more incidents count than there were visits before any (`most`):
    where one visit lies before several, these are one piece of evidence, not several.
    """
    people = len(most)
    telling = hits < total
    place, case, chance = place[telling], case[telling], hits[telling] / total[telling]
    expected = np.bincount(place, weights=chance, minlength=people)
    counts = np.bincount(place, weights=case, minlength=people).astype(np.int64)
    counts = np.minimum(counts, most)
    least = np.exp(np.bincount(place, weights=np.log(chance), minlength=people))
    order = np.argsort(place, kind="stable")
    begins = np.searchsorted(place[order], np.arange(people + 1))
    chances = [chance[order[begins[each] : begins[each + 1]]] for each in range(people)]
    probability = np.ones(people)
    for each in np.flatnonzero(counts > expected).tolist():
        probability[each] = at_least(int(counts[each]), chances[each])
    possible = tuple(
        reachable(own, error) if able else NONE
        for own, able in zip(chances, (least <= error).tolist(), strict=True)
    )
    return probability, possible
