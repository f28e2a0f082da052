"""Who acted on what a run depends on, within a time before a moment."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from analytics.governance.victims.acts import FOLDER, NODE, Acts
from analytics.governance.victims.controls import Risk, Sets
from analytics.governance.victims.failures import DAY, HOUR, Flags
from analytics.governance.victims.joining import Codes, Ragged, Timeline, expanded

ROUNDING = 1_000_000  # accounting knows whole seconds: an act may seem to follow what it caused
HOURS = 1 << 24  # more than there are since 1970: what somebody does at a thing within an hour of
NO_VISIT = -1  # the clock is one visit
AT_ONCE = 50_000  # members whose acts are looked up in one go


class Channel(IntEnum):
    """What somebody was near to, and how long before: an hour covers what ends a job at once or
    by the timeout of a collective operation, a day what it loads again."""

    ANY_DAY = 0
    ANY_HOUR = 1
    NODE_DAY = 2
    NODE_HOUR = 3
    FOLDER_DAY = 4
    FOLDER_HOUR = 5


KINDS = {
    NODE: (Channel.NODE_DAY, Channel.NODE_HOUR),
    FOLDER: (Channel.FOLDER_DAY, Channel.FOLDER_HOUR),
}


@dataclass(frozen=True, slots=True)
class Exposures:
    """Pairs of a member (its place in the sets) and a person, for each channel; and in `visits`
    pairs of a person and what stands for a visit before runs that failed, once each."""

    member: dict[Channel, Codes]
    person: dict[Channel, Codes]
    visits: dict[Channel, tuple[Codes, Codes]]


def of_sets(sets: Sets, risk: Risk, things: Ragged, acts: Acts) -> Exposures:
    """Who else than a run's owner acted on its things in the day, and in the hour, before.

    On nodes only since the run began, and no longer ago than the failed run of the set had been
    running, so that all members could be exposed for as long. `acts` persons and `risk` owners
    are codes of the same people.
    """
    firsts = np.flatnonzero(sets.case)
    ran = sets.at[firsts] - risk.began[sets.run[firsts]]
    since_start = np.minimum(ran, DAY)[sets.number]
    line = Timeline(acts.thing, acts.time)
    ordered = acts.where(line.order)
    parts: list[tuple[Codes, Codes, Codes, Flags, Codes]] = []
    for begin in range(0, len(sets.run), AT_ONCE):
        rows = np.arange(begin, min(begin + AT_ONCE, len(sets.run)))
        places, codes = things.of(sets.run[rows])
        members = rows[places]
        at = sets.at[members]
        low, high = line.between(codes, at - DAY, at + ROUNDING)
        asked, found = expanded(low, high)
        who, when, kind = (part[found] for part in (ordered.person, ordered.time, ordered.kind))
        visit = ordered.thing[found] * HOURS + when // HOUR
        visit = np.where(sets.case[members[asked]], visit, NO_VISIT)
        members = members[asked]
        ago = sets.at[members] - when
        fits = who != risk.owner[sets.run[members]]
        fits &= (kind == FOLDER) | (ago <= since_start[members])
        parts.append((members[fits], who[fits], kind[fits], (ago <= HOUR)[fits], visit[fits]))
    none = np.zeros(0, dtype=np.int64)
    parts.append((none, none, none, none.astype(bool), none))
    return _by_channel(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _by_channel(members: Codes, who: Codes, kind: Codes, recent: Flags, visit: Codes) -> Exposures:
    chosen = {Channel.ANY_DAY: np.full(len(members), True), Channel.ANY_HOUR: recent}
    for each, (day, hour) in KINDS.items():
        chosen[day], chosen[hour] = kind == each, (kind == each) & recent
    many = int(who.max(initial=0)) + 1
    member: dict[Channel, Codes] = {}
    person: dict[Channel, Codes] = {}
    visits: dict[Channel, tuple[Codes, Codes]] = {}
    for channel, rows in chosen.items():
        pairs = np.unique(members[rows] * many + who[rows])
        member[channel], person[channel] = pairs // many, pairs % many
        before = rows & (visit != NO_VISIT)
        once = np.unique(np.stack((who[before], visit[before])), axis=1)
        visits[channel] = (once[0], once[1])
    return Exposures(member, person, visits)
