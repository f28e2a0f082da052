"""What everybody does more of than before."""

import numpy as np
import pytest

from analytics.behaviour import drift
from analytics.behaviour.peers import Peers


@pytest.mark.parametrize("seed", range(20))
def test_what_is_shared_is_the_lower_median_of_those_who_were_there(seed: int) -> None:
    chance = np.random.default_rng(seed)
    groups = chance.integers(0, 9, 60)
    teams = chance.integers(-1, 7, 60)
    active = chance.random(60) < chance.random()
    grown = np.round(chance.normal(chance.random(), 1, 60), 1)  # with equal ones
    members = tuple(np.flatnonzero(groups == group) for group in range(9))
    peers = Peers(members=members, group_of=groups, teams=teams)
    found = drift.shared(grown, active, peers, neutral=0.0)
    for person in range(60):
        usual = [0.0]
        for own in (groups, teams):
            there = np.sort(grown[active & (own == own[person])])
            if own[person] >= 0 and len(there) >= drift.FEWEST:
                usual.append(there[(len(there) - 1) // 2])
        assert found[person] == max(usual)
