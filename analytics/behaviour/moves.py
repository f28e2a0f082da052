"""What the past of somebody who moved to another team or role is still worth."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from analytics.behaviour.person_days import Codes, Numbers
from analytics.identity import Directory

EPOCH = date(1970, 1, 1)
FORMER = 3.0  # days in other work, all together: fewer than a first week, which is taken on trust


def worth(
    codes: Codes, days: Codes, persons: Sequence[str], directory: Directory, day: date
) -> Numbers:
    """What each past day counts for, seen from a day: those before the last move hardly count."""
    moved = np.full(len(persons), np.iinfo(np.int64).min)
    places = {person: place for place, person in enumerate(persons)}
    for position in directory.positions:
        place = places.get(position.person)
        if place is not None and position.until <= day:
            moved[place] = max(int(moved[place]), (position.until - EPOCH).days)
    before = days < moved[codes]
    number = np.bincount(codes[before], minlength=len(persons))[codes]
    return np.where(before, np.minimum(1.0, FORMER / np.maximum(number, 1)), 1.0)
