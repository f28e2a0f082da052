"""Asks correlations of the stretches of time that changed, and keeps what is found."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import pyarrow as pa
from django.db import transaction

from analytics import pipeline
from analytics.detection.correlations.correlation import Correlation, reach
from analytics.detection.correlations.gathering import COLUMNS, FIELD, with_persons
from analytics.identity import Directory
from auditapp import stopping
from auditapp.cases import turns
from auditapp.cases.correlating.keeping import keep
from auditapp.cases.correlating.models import Hit, Stretch
from auditapp.cases.rules import rule_set
from auditapp.cases.versioning.keeping import note
from auditapp.people.directory import directory

AT_ONCE = timedelta(days=7)  # whose hits are looked at together, beside those of the reach
STRETCHES = 1_000
AFTER = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A stretch to ask: from `begin` to before `end`."""

    begin: datetime
    end: datetime
    backfill: bool


def refresh() -> int:
    """Asks every correlation of what changed; how many alerts came or went.

    Marks are taken away with what they led to, so whoever is stopped does all of it again. Raises
    turns.Taken where another process is at it, and stopping.Stopped where this one is to stop.
    """
    changed = 0
    if not Stretch.objects.exists():
        return changed
    with turns.turn("correlate") as prolong:
        while marks := list(Stretch.objects.order_by("begin", "id")[:STRETCHES]):
            rules = rule_set()
            known = {each.id: each for each in rules.correlations}
            people = cache(directory)  # as they are now, and only if there is anybody to look for
            for correlation in (each for each in known.values() if each.id not in rules.parts):
                for asked in _merged(marks, reach(correlation, known)):
                    for piece in _pieces(asked):
                        stopping.check()
                        prolong()
                        changed += _ask(correlation, known, piece, people)
            Stretch.objects.filter(id__in=[mark.pk for mark in marks]).delete()
    return changed


def _merged(marks: list[Stretch], further: timedelta) -> Iterator[Asked]:
    """Where a change may be seen: in its stretch and as long after it as alerts reach back."""
    begin, end, backfill = marks[0].begin, marks[0].end, True
    for mark in marks:
        if mark.begin > end + further:
            yield Asked(begin, end + further + AFTER, backfill)
            begin, end, backfill = mark.begin, mark.end, True
        end, backfill = max(end, mark.end), backfill and mark.backfill
    yield Asked(begin, end + further + AFTER, backfill)


def _pieces(asked: Asked) -> Iterator[Asked]:
    begin = asked.begin
    while begin < asked.end:
        end = min(begin + AT_ONCE, asked.end)
        yield Asked(begin, end, asked.backfill)
        begin = end


def _ask(
    correlation: Correlation,
    known: Mapping[str, Correlation],
    asked: Asked,
    people: Callable[[], Directory],
) -> int:
    inner = {each.id: each for each in _with_inner(correlation, known)}
    hits = _hits(inner, asked.begin - reach(correlation, known), asked.end, people)
    found = [
        one
        for one in pipeline.correlate(inner.values(), hits, asked.begin, asked.end)
        if one.alert.rule == correlation.id
    ]
    note([correlation], {(correlation.id, correlation.version)} if found else ())
    with transaction.atomic():
        return keep(correlation, found, asked.begin, asked.end, backfill=asked.backfill)


def _with_inner(
    correlation: Correlation, known: Mapping[str, Correlation]
) -> Iterator[Correlation]:
    yield correlation
    for rule in correlation.rules:
        if rule in known:
            yield from _with_inner(known[rule], known)


def _hits(
    correlations: Mapping[str, Correlation],
    since: datetime,
    until: datetime,
    people: Callable[[], Directory],
) -> pa.Table:
    """The hits of these correlations' rules in a stretch, with who was behind the account."""
    rules = {rule for each in correlations.values() for rule in each.rules} - correlations.keys()
    rows = Hit.objects.filter(rule__in=rules, time__gte=since, time__lt=until)
    found = list(rows.values(*COLUMNS.names, "fields").iterator(5_000))
    names = sorted({name for row in found for name in row["fields"]})
    columns = {
        name: pa.array([row[name] for row in found], COLUMNS.field(name).type)
        for name in COLUMNS.names
    }
    for name in names:
        columns[FIELD + name] = pa.array([row["fields"].get(name) for row in found], pa.string())
    table = pa.table(columns)
    if not found:
        return with_persons(table, pa.nulls(0))
    return with_persons(table, people().persons(table["account"], table["time"]))
