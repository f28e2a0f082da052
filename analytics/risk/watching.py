"""Whom a site watches: what makes somebody's acts more worrying, and never tells of any act.

A watch multiplies the odds of a score, score / (100 - score). That is how a likelihood ratio acts
on a probability (Bayes' rule in odds form): nothing stays nothing, and whatever is nearly sure
hardly moves.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from math import prod

from analytics.findings import Level
from analytics.risk.weights import Weights
from analytics.site import Site

MOST = 100.0
NOTICE = timedelta(days=60)  # what precedes a known last day counts as leaving
BELOW = 1e-6  # so that a score stays under the band that it may not reach


class WatchKind(StrEnum):
    """Why somebody is watched, as far as the words of the reason tell."""

    LEAVER = "leaver"
    GRIEVANCE = "grievance"
    PRIVILEGED = "privileged"
    OTHER = "other"


WORDS: Mapping[WatchKind, re.Pattern[str]] = {
    WatchKind.LEAVER: re.compile(r"leav|resign|notice|terminat|dismiss|redundan|last day", re.I),
    WatchKind.GRIEVANCE: re.compile(r"griev|complain|dispute|disciplin|conflict|passed over", re.I),
    WatchKind.PRIVILEGED: re.compile(r"privileg|admin|root", re.I),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A reason to look twice at a person, and from when on it held."""

    kind: WatchKind
    reason: str
    since: datetime | None

    @property
    def sentence(self) -> str:
        """'leaver since 2026-03-01'."""
        return f"{self.reason} since {self.since:%Y-%m-%d}" if self.since else self.reason


def kind_of(reason: str) -> WatchKind:
    """The first kind whose words the reason holds."""
    return next((kind for kind, words in WORDS.items() if words.search(reason)), WatchKind.OTHER)


def watched(person: str, site: Site, at: datetime) -> list[Watched]:
    """Why the person was watched then: rows of the watch-list, and a last day that is near or
    past; each kind once, in order of the kinds."""
    found: dict[WatchKind, Watched] = {}
    for row in site.watched(person, at):
        kind = kind_of(row.reason)
        found.setdefault(kind, Watched(kind=kind, reason=row.reason, since=row.since))
    known = site.directory.people.get(person)
    if known and known.end:
        since = datetime.combine(known.end, time.min, UTC) - NOTICE
        if since <= at:
            leaving = Watched(kind=WatchKind.LEAVER, reason=f"leaves {known.end}", since=None)
            found.setdefault(WatchKind.LEAVER, leaving)
    return [found[kind] for kind in WatchKind if kind in found]


def raised(score: float, why: list[Watched], weights: Weights) -> float:
    """The score with its odds multiplied, at most by `watch.most` and at most one level up."""
    if not why or not 0 < score < MOST:
        return score
    factor = min(prod(weights.watch[one.kind] for one in why), weights.watch["most"])
    odds = score / (MOST - score) * factor
    return max(score, min(MOST * odds / (1 + odds), _limit(score, weights)))


def _limit(score: float, weights: Weights) -> float:
    """Just below the band after the next one."""
    bands = [level for level in Level if level is not Level.NONE]
    place = (Level.NONE, *bands).index(weights.level(score)) + 1
    return weights.levels[bands[place]] - BELOW if place < len(bands) else MOST
