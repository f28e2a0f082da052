"""Shell histories that begin anew: a file that only ever grew has far fewer lines than before.

Each command knows its line in the file that brought it. Where a whole history is sent again and
again, the last line of a day never falls; where only new lines are sent, it goes up and down, and
nothing is said. A shell that keeps the last so many lines stays at that many.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from analytics.findings import Finding, Severity
from analytics.governance.around import Around
from analytics.governance.traces.check import Check, finding
from analytics.governance.traces.habits import HISTORIES
from analytics.selection import OBJECTS, both, filled, has
from analytics.store.query import OneOf

COLUMNS: tuple[str, ...] = (
    *("@timestamp", "event.id", "event.kind", "event.dataset", "actor.account", "batch.line"),
    *OBJECTS,
)
FILE = ["person", "host.name", "event.dataset"]
LOOKED_BACK = 14  # days
LEAST_DAYS = 3  # with commands, before a file is known to only grow
GROWS = 0.9  # of its longest so far is the least that a growing file still has
SHORTER = 0.5  # of that: it began anew
LEAST_LINES = 100  # that it had: of a short one little is lost
CHECKS: Mapping[str, Check] = {
    "history_began_anew": Check(
        title="Shell history began anew",
        sentence="the shell history on {host} began anew: it had {before:,} lines and has {now:,}",
        severity=Severity.MEDIUM,
        confidence=0.5,
        tactics=("stealth",),
    )
}


def find(around: Around) -> list[Finding]:
    """A finding for each person and host whose history is far shorter than it was."""
    today = _told(around.events.select(COLUMNS), around)
    if not today.num_rows:
        return []
    past = _told(around.before(LOOKED_BACK, OneOf("event.dataset", HISTORIES), COLUMNS), around)
    longest = _lasts(past)
    found = []
    (check,) = CHECKS.items()
    for file, days in sorted(_lasts(today).items(), key=str):
        now = max(days.values())
        before = _growing(longest.get(file, {}))
        if before >= LEAST_LINES and now < SHORTER * before:
            person, host, dataset = file
            own = today.filter(
                both(
                    has(today, "person", person),
                    has(today, "host.name", host),
                    has(today, "event.dataset", dataset),
                )
            )
            found.append(finding(*check, person, own, host=host, before=before, now=now))
    return found


def _told(events: pa.Table, around: Around) -> pa.Table:
    """Commands of known people from histories with times, each with its host and line."""
    events = events.filter(
        both(
            has(events, "event.dataset", *HISTORIES),
            has(events, "event.kind", "event"),
            filled(events, "batch.line"),
            filled(events, "host.name"),
        )
    )
    people = around.site.directory.persons(events["actor.account"], events["@timestamp"])
    told = events.append_column("person", people)
    return told.filter(filled(told, "person"))


def _lasts(told: pa.Table) -> dict[tuple[str, str, str], dict[date, int]]:
    """The last line of each file on each day."""
    days = told["@timestamp"].cast(pa.date32(), safe=False)
    summed = (
        told.append_column("day", days).group_by([*FILE, "day"]).aggregate([("batch.line", "max")])
    )
    found: dict[tuple[str, str, str], dict[date, int]] = {}
    for row in summed.to_pylist():
        file = (row["person"], row["host.name"], row["event.dataset"])
        found.setdefault(file, {})[row["day"]] = row["batch.line_max"]
    return found


def _growing(lasts: Mapping[date, int]) -> int:
    """The longest that the file was, 0 where it is not known to only grow."""
    longest = 0
    for _, last in sorted(lasts.items()):
        if last < GROWS * longest:
            return 0
        longest = max(longest, last)
    return longest if len(lasts) >= LEAST_DAYS else 0
