"""What is known of a site besides its logs: its people, what is whose, and what was going on."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar

from analytics.circumstances import Absence, Duty, Host, Incident, Span, Watch
from analytics.identity import Directory
from analytics.resources import Resources

Row = TypeVar("Row", Duty, Absence, Watch)
CARING = re.compile(r"admin|on-?\s?call|operations|reliability|\bSRE\b", re.IGNORECASE)
ON_DUTY = 0.4  # how sure an act on the work of others is of whoever has it as a part of the work


@dataclass(frozen=True, kw_only=True)
class Site:
    """Everything that explains an act: who somebody is, whose a thing is, who was on call or away,
    what went wrong for everybody, who needs care."""

    directory: Directory = field(default_factory=Directory)
    resources: Resources = field(default_factory=Resources)
    hosts: tuple[Host, ...] = ()
    duties: tuple[Duty, ...] = ()
    absences: tuple[Absence, ...] = ()
    incidents: tuple[Incident, ...] = ()
    watches: tuple[Watch, ...] = ()

    def as_of(self, day: date) -> "Site":
        """With everybody's team, role and manager as they were on that day."""
        told = self.directory.as_of(day)
        return self if told is self.directory else replace(self, directory=told)

    def on_duty(self, person: str, at: datetime) -> bool:
        """Whether the person was on call then."""
        return _holds(self._duties.get(person, ()), at)

    def looks_after(self, person: str) -> bool:
        """Whether it is the person's work to look after what others run, by their role."""
        known = self.directory.people.get(person)
        return known is not None and CARING.search(known.role) is not None

    def away(self, person: str, at: datetime) -> bool:
        """Whether the person was on leave then."""
        return _holds(self._absences.get(person, ()), at)

    def watched(self, person: str, at: datetime) -> list[Watch]:
        """Why the person needed care then, in order of the reasons."""
        found = (row for row in self._watches.get(person, ()) if _within(row, at))
        return sorted(found, key=lambda row: row.reason)

    @cached_property
    def _duties(self) -> Mapping[str, list[Duty]]:
        return _by_person(self.duties)

    @cached_property
    def _absences(self) -> Mapping[str, list[Absence]]:
        return _by_person(self.absences)

    @cached_property
    def _watches(self) -> Mapping[str, list[Watch]]:
        return _by_person(self.watches)


def _by_person(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.person].append(row)
    return found


def _holds(spans: Iterable[Span | Watch], at: datetime) -> bool:
    return any(_within(span, at) for span in spans)


def _within(span: Span | Watch, at: datetime) -> bool:
    """since ≤ at < until; an open side always holds."""
    return (span.since is None or span.since <= at) and (span.until is None or at < span.until)
