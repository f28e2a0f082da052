"""What everybody does more of than before: a deadline, a new project, a new tool.

Whoever does so together with most peers has not changed alone.
"""

import numpy as np

from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Codes, Numbers
from analytics.behaviour.sums import Flags

FEWEST = 3  # people, of whom two are others: fewer are no crowd


def shared(grown: Numbers, active: Flags, peers: Peers, *, neutral: float) -> Numbers:
    """By how much the median of each person's peers, or of the team where that is more, has
    grown, and at least not at all."""
    found = _median(grown, active, peers.group_of, neutral)
    if peers.teams is not None:
        found = np.maximum(found, _median(grown, active, peers.teams, neutral))
    return np.maximum(found, neutral)


def _median(grown: Numbers, active: Flags, groups: Codes, neutral: float) -> Numbers:
    """The lower median of each person's group, as far as it is more than neutral: where one alone
    grows, that is an other's.

    Only groups of which more than half have grown are sorted: of most features and weeks none.
    """
    inside = np.flatnonzero(active & (groups >= 0))
    number = int(groups.max(initial=0)) + 1
    sizes = np.bincount(groups[inside], minlength=number)
    middle = (np.maximum(sizes, 1) - 1) // 2
    calm = np.bincount(groups[inside[grown[inside] <= neutral]], minlength=number)
    growing = (sizes >= FEWEST) & (calm <= middle)
    of_group = np.full(number, neutral)
    if growing.any():
        inside = inside[growing[groups[inside]]]
        order = inside[np.lexsort((grown[inside], groups[inside]))]
        left = np.where(growing, sizes, 0)
        first = np.cumsum(left) - left
        of_group[growing] = grown[order][(first + middle)[growing]]
    return np.asarray(np.where(groups >= 0, of_group[groups], neutral))
