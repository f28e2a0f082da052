"""What should log, as hosts.csv says, and what of it was heard lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.store.base import Question
from analytics.store.query import OneOf
from auditapp.eventstore import store
from auditapp.people.directory import hosts

LOOKED_BACK = timedelta(days=14)
QUIET = timedelta(days=2)  # a day alone is a weekend's or a log that is shipped at midnight


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A host that should send a source: when its last day with events began (UTC), and how many
    there were lately."""

    host: str
    kind: str
    source: str
    last: datetime | None
    events: int
    quiet: bool


def expected(now: datetime) -> list[Heard]:
    """Every host with every source that it should send, the silent ones first."""
    known = hosts()
    heard: dict[tuple[str, str], tuple[datetime, int]] = {}
    for source in sorted({source for host in known for source in host.sources}):
        question = Question(
            since=now - LOOKED_BACK, until=now, query=OneOf("event.dataset", (source,))
        )
        for row in store().histogram(question, interval="day", by="host.name").to_pylist():
            before = heard.get((row["value"], source), (row["time"], 0))
            heard[row["value"], source] = (row["time"], before[1] + row["count"])
    found = []
    for host in known:
        for source in host.sources:
            last, events = heard.get((host.name, source), (None, 0))
            quiet = last is None or last + timedelta(days=1) + QUIET < now
            found.append(
                Heard(
                    host=host.name,
                    kind=host.kind,
                    source=source,
                    last=last,
                    events=events,
                    quiet=quiet,
                )
            )
    return sorted(found, key=lambda one: (not one.quiet, one.host, one.source))
