"""Whoever is at work usually leaves a trail: who worked today and left none, while others did.

A habit is a sign that somebody is at work, and the trail that it usually leaves. It is learnt for
each person from the four weeks before, and only where it held nearly always. Where many break
it at once, or nothing came from the hosts where the person leaves it, the collection failed: an
innocent reason, which nobody is blamed for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analytics.findings import Finding, Severity
from analytics.governance.around import Around
from analytics.governance.traces.check import Check, finding
from analytics.selection import OBJECTS, both, done, either, filled, has, known
from analytics.store.query import Any as AnyOf
from analytics.store.query import OneOf

COLUMNS: tuple[str, ...] = (
    *("@timestamp", "event.id", "event.action", "event.category", "event.dataset"),
    *("event.module", "event.outcome", "actor.account", "job.owner", "labels"),
    *OBJECTS,
)
LEARNT_DAYS = 28
LEAST_DAYS = 8  # with the sign, before anything is usual
USUAL = 0.9  # of these days had the trail
MANY = 3  # people who break a habit on one day …
SHARE = 0.2  # … and their share among all who have it: then the collection failed
MOST_PEOPLE = 500  # asked for at once; more cannot all have silenced themselves
HISTORIES = ("bash_history", "zsh_history", "fish_history")
AUDITED = ("auditd", "laurel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """`active` are rows that show somebody at work, at least `least` on a day; `traced` those of
    the trail that is then usual."""

    check: Check
    active: Callable[[pa.Table], pa.BooleanArray]
    traced: Callable[[pa.Table], pa.BooleanArray]
    least: int = 1


def _at_work(events: pa.Table) -> pa.BooleanArray:
    """Jobs submitted, and sign-ins: what nobody does who is not there."""
    signed_in = has(events, "event.action", "logged-in", "session.start")
    return both(either(_submitted(events), signed_in), done(events))


def _submitted(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.module", "scheduler"), known(pc.is_valid(_submission(events))))


def _submission(events: pa.Table) -> pa.Array:
    """When a job was submitted, seconds since 1970, as the label that tells runs apart has it."""
    run = pc.map_lookup(events["labels"], "run", "first")
    seconds = pc.struct_field(pc.extract_regex(run, r"/(?P<at>\d{9,10})$"), 0)
    return seconds.combine_chunks() if isinstance(seconds, pa.ChunkedArray) else seconds


def _commands(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "event.module", "shell"), has(events, "event.category", "process"))


def _audited(events: pa.Table) -> pa.BooleanArray:
    """Commands that the audit saw at a terminal."""
    terminal = pc.map_lookup(events["labels"], "tty", "first")
    typed = both(known(pc.is_valid(terminal)), known(pc.not_equal(terminal, "(none)")))
    ran = both(has(events, "event.dataset", *AUDITED), has(events, "event.action", "executed"))
    return both(ran, typed)


def _histories(events: pa.Table) -> pa.BooleanArray:
    return has(events, "event.dataset", *HISTORIES)


HABITS: Mapping[str, Habit] = {
    "worked_without_commands": Habit(
        check=Check(
            title="At work without any command",
            sentence="submitted jobs or signed in, and no command of theirs came; on {traced} of"
            " {active} such days before some did",
            severity=Severity.MEDIUM,
            confidence=0.5,
            tactics=("stealth",),
        ),
        active=_at_work,
        traced=_commands,
    ),
    "audited_without_history": Habit(
        check=Check(
            title="Commands audited, none in the history",
            sentence="the audit saw commands at a terminal and the shell history has none; on"
            " {traced} of {active} such days before it had some",
            severity=Severity.MEDIUM,
            confidence=0.5,
            tactics=("stealth",),
        ),
        active=_audited,
        traced=_histories,
        least=10,
    ),
}


def find(around: Around) -> list[Finding]:
    """A finding for each habit and person who broke it today, unless the collection failed."""
    today = _told(around.events.select(COLUMNS), around)
    found: list[Finding] = []
    for name, habit in HABITS.items():
        active = _active(today, habit, around.day)
        traced = today.filter(habit.traced(today))
        silent = sorted(set(_people(active)) - set(_people(traced)))
        if not silent or not traced.num_rows or len(silent) > MOST_PEOPLE:
            continue
        broken = _broken(habit, silent, active, traced, around)
        keeping = set(_people(active)) & set(_people(traced))
        if len(broken) >= MANY and len(broken) > SHARE * (len(broken) + len(keeping)):
            continue
        for person, (days, kept) in broken.items():
            own = active.filter(pc.equal(active["doer"], person))
            found.append(finding(name, habit.check, person, own, active=days, traced=kept))
    return found


def _told(events: pa.Table, around: Around) -> pa.Table:
    """With `doer`, the person: of what the scheduler tells, the job's owner; without others."""
    scheduled = has(events, "event.module", "scheduler")
    accounts = pc.if_else(scheduled, events["job.owner"], events["actor.account"])
    people = around.site.directory.persons(accounts, events["@timestamp"])
    told = events.append_column("doer", people)
    return told.filter(filled(told, "doer"))


def _active(told: pa.Table, habit: Habit, day: date) -> pa.Table:
    """The rows of that day that show people at work who are not on leave, of those with enough."""
    chosen = told.filter(habit.active(told))
    chosen = chosen.filter(pc.equal(_days(chosen), pa.scalar(day, pa.date32())))
    counted = chosen.group_by("doer").aggregate([("event.id", "count")])
    enough = counted.filter(pc.greater_equal(counted["event.id_count"], habit.least))["doer"]
    return chosen.filter(pc.is_in(chosen["doer"], value_set=enough.combine_chunks()))


def _days(told: pa.Table) -> pa.Array:
    """The day of each row's moment."""
    return _moments(told).cast(pa.date32(), safe=False)


def _moments(told: pa.Table) -> pa.Array:
    """When it happened, of a job when it was submitted."""
    submitted = pc.multiply(_submission(told).cast(pa.int64()), 1_000_000)
    scheduled = has(told, "event.module", "scheduler")
    at = pc.if_else(scheduled, submitted, told["@timestamp"].cast(pa.int64()).combine_chunks())
    return at.cast(pa.timestamp("us", "UTC"))


def _people(told: pa.Table) -> list[str]:
    people: list[str] = pc.unique(told["doer"]).to_pylist()
    return people


def _broken(
    habit: Habit, silent: Iterable[str], active: pa.Table, traced: pa.Table, around: Around
) -> dict[str, tuple[int, int]]:
    """Those of the silent whose habit it was, with its days and how many of them had the trail.

    From a host where they leave it, somebody's trail must have come since they were at work:
    else their own may still be on its way.
    """
    noon = datetime.combine(around.day, datetime.min.time(), UTC).replace(hour=12)
    people = [one for one in silent if not around.site.away(one, noon)]
    accounts = tuple(link.account for one in people for link in around.site.directory.links_of(one))
    if not accounts:
        return {}
    past = _past(habit, accounts, around)
    found = {}
    for person in people:
        days = past.worked[person]
        with_trail = len(days & past.traced[person])
        if len(days) >= LEAST_DAYS and with_trail >= USUAL * len(days):
            since = pc.min(_moments(active.filter(pc.equal(active["doer"], person))))
            later = traced.filter(pc.greater_equal(traced["@timestamp"], since))
            if past.hosts[person].intersection(_hosts(later)):
                found[person] = (len(days), with_trail)
    return found


@dataclass(frozen=True, slots=True)
class Past:
    """For each person: the days with the sign, those with the trail, and the hosts it came from."""

    worked: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    traced: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    hosts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def _past(habit: Habit, accounts: tuple[str, ...], around: Around) -> Past:
    """Of the people of these accounts, piece by piece: four weeks of events may be many."""
    past = Past()
    query = AnyOf((OneOf("actor.account", accounts), OneOf("job.owner", accounts)))
    for piece in around.pieces_before(LEARNT_DAYS, query, COLUMNS):
        told = _told(piece, around)
        worked, trail = told.filter(habit.active(told)), told.filter(habit.traced(told))
        _gather(past.worked, worked, _days(worked))
        _gather(past.traced, trail, _days(trail))
        _gather(past.hosts, trail, trail["host.name"])
    return past


def _gather(found: dict[str, set[Any]], told: pa.Table, values: pa.Array | pa.ChunkedArray) -> None:
    """Adds each person's distinct values."""
    pairs = pa.table({"person": told["doer"], "value": values}).group_by(["person", "value"])
    for row in pairs.aggregate([]).to_pylist():
        found[row["person"]].add(row["value"])


def _hosts(told: pa.Table) -> list[str]:
    hosts: list[str] = pc.unique(told["host.name"].drop_null()).to_pylist()
    return hosts
