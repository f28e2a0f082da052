"""What explains an act on the work of others: how strange it is, from 1 down to very little.

Explanations lower the confidence of a finding and never remove it: whoever is on call can do
harm as well. The strongest one counts; they are not multiplied, as they are not independent.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from analytics.governance.around import Around
from analytics.identity.people import Person
from analytics.site import ON_DUTY, Site

GONE = 0.4  # somebody clears away what those who left have left
SAME_TEAM = 0.7  # a team often helps itself, and so does whoever manages it


def strangeness(person: str, events: pa.Table, around: Around) -> float:
    """1 for a stranger; less for those whose duty at that time, work or team brings such acts
    with it. `events` are the person's acts, with `owner` and `owner_team`."""
    site, directory = around.site, around.site.directory
    me = directory.people.get(person)
    shares = [1.0 - (1.0 - ON_DUTY) * share_on_duty(person, events, site)]
    if me is None:
        return shares[0]
    if site.looks_after(person):
        shares.append(ON_DUTY)
    owners = [directory.people.get(owner) for owner in _distinct(events, "owner")]
    if owners and not _distinct(events, "owner_team"):
        known = [owner for owner in owners if owner is not None]
        if len(known) == len(owners):
            shares.extend(_between(me, known, around))
    return min(shares)


def _between(me: Person, owners: list[Person], around: Around) -> Iterable[float]:
    if all(not owner.works(around.day) for owner in owners):
        yield GONE
    if all(owner.team == me.team or owner.manager == me.id for owner in owners):
        yield SAME_TEAM


def share_on_duty(person: str, events: pa.Table, site: Site) -> float:
    """The share of these events, 0 to 1, at whose time the person was on call."""
    spans = [duty for duty in site.duties if duty.person == person]
    if not spans or not events.num_rows:
        return 0.0
    times = np.asarray(events["@timestamp"].combine_chunks().cast(pa.int64()))
    covered = np.zeros(len(times), dtype=bool)
    for span in spans:
        inside = times >= _microseconds(span.since.timestamp())
        if span.until is not None:
            inside &= times < _microseconds(span.until.timestamp())
        covered |= inside
    return float(covered.mean())


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _distinct(events: pa.Table, column: str) -> list[str]:
    return [name for name in events[column].unique().to_pylist() if name is not None]
