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
    """The lower median of each person's group: where one alone grows, that is an other's."""
    inside = np.flatnonzero(active & (groups >= 0))
    order = inside[np.lexsort((grown[inside], groups[inside]))]
    sizes = np.bincount(groups[order], minlength=int(groups.max(initial=0)) + 1)
    middle = np.cumsum(sizes) - sizes + (np.maximum(sizes, 1) - 1) // 2
    of_group = np.full(len(sizes), neutral)
    crowds = sizes >= FEWEST
    of_group[crowds] = grown[order][middle[crowds]]
    return np.asarray(np.where(groups >= 0, of_group[groups], neutral))
