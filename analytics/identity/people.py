"""People, and what they were before they moved."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works there; `id` is the site's own. The last day is `end`."""

    id: str
    name: str
    team: str = ""
    role: str = ""
    manager: str = ""
    start: date | None = None
    end: date | None = None

    def works(self, day: date) -> bool:
        """Whether the person has come and not yet left."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What somebody was before they moved: from `since` (None: from the first day on) to
    `until`, the day on which the next one began."""

    person: str
    until: date
    since: date | None = None
    team: str = ""
    role: str = ""
    manager: str = ""

    def holds(self, day: date) -> bool:
        """Whether it was so on that day."""
        return (self.since is None or self.since <= day) and day < self.until

    def of(self, person: Person) -> Person:
        """The person as they were in this position."""
        return replace(person, team=self.team, role=self.role, manager=self.manager)
