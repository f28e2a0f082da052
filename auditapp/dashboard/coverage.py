"""What should log, as hosts.csv says, and what of it was heard; where nothing came for hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.governance import traces
from analytics.governance.traces.coverage import State
from analytics.governance.traces.faults import Fault
from analytics.store.base import Question
from analytics.store.query import OneOf
from auditapp.eventstore import store
from auditapp.people import seen
from auditapp.people.directory import directory, hosts

LOOKED_BACK = timedelta(days=14)
SHOWN = timedelta(days=6)  # and today
MOST = 200
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """Blind spots of some days, the worst first and no more than can be read, how many there are
    of each state, and on how many days of hosts and sources all was well."""

    spots: list[dict[str, object]]
    counts: dict[str, int]
    heard: int


def blind(now: datetime) -> Blind:
    """Of this week: each host, source and day on which it was silent, poor or never heard."""
    rows = traces.coverage((now - SHOWN).date(), now.date(), now, hosts(), store()).to_pylist()
    counts = {state.value: 0 for state in State}
    for row in rows:
        counts[row["state"]] += 1
    heard = counts.pop(State.HEARD)
    spots = [row for row in rows if row["state"] != State.HEARD]
    return Blind(spots=spots[:MOST], counts=counts, heard=heard)


def faults(now: datetime) -> list[Fault]:
    """Records lost and clocks that are wrong, within a day."""
    return traces.faults(now - timedelta(days=1), now, store())[:MOST]


def nobodys() -> tuple[int, int]:
    """How many accounts acted that belong to nobody, and how many events are theirs."""
    acting = [one for one in seen.unknown(directory()) if one.acted]
    return len(acting), sum(one.acted for one in acting)
