"""Shell histories that begin anew: a file that only ever grew has far fewer lines than before.

Each command knows its line in the file that brought it. Where a whole history is sent again and
again, each day's first new command stands behind the last one of the day before; where only new
lines are sent, it stands at the beginning, and nothing is said. Neither is where a shell keeps only
the last so many lines.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from analytics.findings import Finding, Severity
from analytics.governance.around import Around
from analytics.governance.traces.check import Check, finding
from analytics.governance.traces.habits import HISTORIES
from analytics.selection import OBJECTS, both, filled, has
from analytics.store.query import All, OneOf

COLUMNS: tuple[str, ...] = (
    *("@timestamp", "event.id", "event.kind", "event.dataset", "actor.account", "batch.line"),
    *OBJECTS,
)
FILE = ["person", "host.name", "event.dataset"]
LOOKED_BACK = 14  # days
LEAST_DAYS = 4  # with commands, before a file is known to only grow
GROWS = 0.9  # of its longest so far: before that no later day's command stands
SHORTER = 0.5  # of that: it began anew
TOP = 3  # lines: a file that began anew today has a command in its first ones
MANY = 20  # files that begin today …
SHARE = 0.5  # … and their share: then only new lines are sent, and no file is known whole
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
    files = _extents(today)
    begun = {
        file for file, days in files.items() if min(first for first, _ in days.values()) <= TOP
    }
    if not begun or (len(begun) >= MANY and len(begun) > SHARE * len(files)):
        return []
    known = _known({person for person, *_ in begun}, around)
    ((name, check),) = CHECKS.items()
    found = []
    for file in sorted(begun & known.keys()):
        named = zip(FILE, file, strict=True)
        own = today.filter(both(*(has(today, column, value) for column, value in named)))
        newest = pc.index(own["@timestamp"], pc.max(own["@timestamp"])).as_py()
        before, now = _longest(known[file]), own["batch.line"][newest].as_py()
        if before >= LEAST_LINES and now < SHORTER * before:
            person, host, _ = file
            found.append(finding(name, check, person, own, host=host, before=before, now=now))
    return found


File = tuple[str, ...]  # values of FILE
Extents = dict[File, dict[date, tuple[int, int]]]  # first and last line of each day


def _known(people: set[str], around: Around) -> Extents:
    """Of these people on the days before, piece by piece: histories may be many."""
    found: Extents = {}
    links = (link for one in people for link in around.site.directory.links_of(one))
    accounts = OneOf("actor.account", tuple(sorted({link.account for link in links})))
    query = All((OneOf("event.dataset", HISTORIES), accounts))
    for piece in around.pieces_before(LOOKED_BACK, query, COLUMNS):
        for file, days in _extents(_told(piece, around)).items():
            known = found.setdefault(file, {})
            for day, (first, last) in days.items():
                before = known.get(day, (first, last))
                known[day] = (min(first, before[0]), max(last, before[1]))
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


def _extents(told: pa.Table) -> Extents:
    """The first and the last line of each file on each day."""
    days = told["@timestamp"].cast(pa.date32(), safe=False)
    summed = (
        told.append_column("day", days)
        .group_by([*FILE, "day"])
        .aggregate([("batch.line", "min"), ("batch.line", "max")])
    )
    found: Extents = {}
    columns = (*FILE, "day", "batch.line_min", "batch.line_max")
    for *file, day, first, last in zip(
        *(summed[name].to_pylist() for name in columns), strict=True
    ):
        found.setdefault(tuple(file), {})[day] = (first, last)
    return found


def _longest(days: Mapping[date, tuple[int, int]]) -> int:
    """The longest that the file was, 0 where it is not known to be sent whole and only to grow."""
    longest = 0
    for _, (first, last) in sorted(days.items()):
        if first < GROWS * longest:
            return 0
        longest = max(longest, last)
    return longest if len(days) >= LEAST_DAYS else 0
