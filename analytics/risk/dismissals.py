"""Findings that people judged innocent: they stay, and weigh nothing.

What was judged is what was there. A finding that grew since, by further events or a larger number,
is another one and counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from analytics.findings import Finding, ReasonKind

Key = tuple[str, ReasonKind, str]
Dismissals = Mapping[Key, Sequence["Dismissal"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissal:
    """One finding as it was when it was judged. `day` is its day in UTC."""

    number: int
    person: str
    kind: ReasonKind
    finding: str
    day: date
    events: frozenset[str]
    observed: float | None

    def covers(self, finding: Finding) -> bool:
        """Whether it speaks of that finding, or of one that is less than it.

        A finding that no event speaks for, as silence, is known by its day alone.
        """
        if (finding.person, finding.kind, finding.id) != (self.person, self.kind, self.finding):
            return False
        if self.observed is not None and (finding.observed or 0.0) > self.observed:
            return False
        if not finding.events or not self.events:
            same = not finding.events and not self.events
            return same and finding.time.date() == self.day
        return self.events.issuperset(finding.events)


def by_key(dismissals: Iterable[Dismissal]) -> Dismissals:
    """For `dismissing`, in their order."""
    found: dict[Key, list[Dismissal]] = defaultdict(list)
    for one in dismissals:
        found[one.person, one.kind, one.finding].append(one)
    return found


def dismissing(finding: Finding, dismissals: Dismissals) -> Dismissal | None:
    """The first of them that speaks of this finding."""
    such = dismissals.get((finding.person, finding.kind, finding.id), ())
    return next((one for one in such if one.covers(finding)), None)
