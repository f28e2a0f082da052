"""What several findings have as one: how sure it can be at most, and its events."""

from collections.abc import Sequence
from itertools import zip_longest

from analytics.findings import Finding
from analytics.selection import MOST_EVENTS

SUREST = 0.9


def joined_events(parts: Sequence[Finding]) -> tuple[str, ...]:
    """Events of all parts in turn, so that each part is among those that are kept."""
    turns = zip_longest(*(part.events for part in parts))
    found = dict.fromkeys(event for turn in turns for event in turn if event is not None)
    return tuple(found)[:MOST_EVENTS]
