"""Acts of people on things that runs depend on, without those that answer to a failure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.governance.victims.failures import HOUR, MINUTE
from analytics.governance.victims.joining import Codes, Ragged, Timeline, Times

NODE, FOLDER = 0, 1
ANSWERED = (2 * HOUR, 8 * HOUR)  # so long after a failure, coming to the thing may answer to it:
# to a node whoever is called comes soon; in files a colleague helps within a working day
LOOKED_BACK = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Acts:
    """Acts by thing, person (codes), time and kind; `row` is the event's, in the table of them."""

    thing: Codes
    person: Codes
    time: Times
    kind: Codes
    row: Codes

    def where(self, chosen: npt.NDArray[np.bool_] | Codes) -> "Acts":
        """Some of them."""
        return Acts(
            self.thing[chosen],
            self.person[chosen],
            self.time[chosen],
            self.kind[chosen],
            self.row[chosen],
        )

    @property
    def hands(self) -> Codes:
        """A number for each person at each thing."""
        pairs = self.thing * (int(self.person.max(initial=0)) + 1) + self.person
        return np.asarray(np.unique(pairs, return_inverse=True)[1], dtype=np.int64)


def thinned(acts: Acts) -> Acts:
    """The first and the last act of a person at a thing within each minute: who was near a moment
    is the same, and a loop that writes a file a thousand times costs nothing."""
    if not len(acts.time):
        return acts
    hands, minute = acts.hands, acts.time // MINUTE
    order = np.lexsort((acts.time, hands))
    change = (np.diff(hands[order]) != 0) | (np.diff(minute[order]) != 0)
    first, last = np.append(True, change), np.append(change, True)
    return acts.where(np.sort(order[first | last]))


def unprompted(acts: Acts, things: Ragged, failed: Codes, onset: Times) -> Acts:
    """The acts without those by which people answer to a failure.

    `failed` are runs that failed, `onset` is when. An act on a thing soon after a failure of it is
    an answer, unless the same person had been at it before that failure, answering to none: who
    breaks a thing and comes back is no helper. That once somebody was there by themselves does not
    make all later answers count, one by the next, where a thing breaks each day.
    """
    if not len(acts.time) or not len(failed):
        return acts
    places, broken = things.of(failed)
    failures = Timeline(broken, onset[places])
    times = onset[places][failures.order]
    answers = np.array(ANSWERED)[acts.kind]
    low, high = failures.between(acts.thing, acts.time - answers, acts.time)
    after = high > low
    latest = times[np.maximum(high - 1, 0)][after]
    hands = acts.hands
    seen = Timeline(hands[~after], acts.time[~after])
    free = ~after
    free[after] = seen.any(hands[after], latest - LOOKED_BACK, latest - 1)
    return acts.where(free)
