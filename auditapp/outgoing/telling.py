"""Finds what each destination has not been told yet, and writes it down as deliveries.

It reads behind a position that is kept with the destination and moves in the same transaction, so
nothing is left out and, as a delivery is unique by what it tells of, nothing is told twice.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q

from analytics.findings import Severity
from auditapp.cases import documents, turns
from auditapp.cases.investigation import documents as investigation
from auditapp.cases.investigation.models import Tlp
from auditapp.cases.models import Alert, Case, Standing
from auditapp.ingest.models import Silence
from auditapp.outgoing.models import Delivery, Destination, Kind

PAGE = 200
LEVELS = ("none", "low", "moderate", "high", "critical")
LATELY = timedelta(days=2)
NEWS = timedelta(days=3)
Told = tuple[str, str, datetime, documents.Document]  # key, type, time and data


def collect(now: datetime) -> int:
    """Writes down what there is to tell; how many deliveries. 0 where another process is at it."""
    found = 0
    with suppress(turns.Taken), turns.turn("outgoing: collect") as prolong:
        for destination in Destination.objects.filter(enabled=True):
            for kind, tell in KINDS.items():
                while kind in destination.kinds:
                    prolong()
                    told, seen = tell(destination, now)
                    found += told
                    if seen < PAGE:
                        break
    return found


def write(destination: Destination, kind: str, told: Iterable[Told]) -> int:
    """Deliveries that are due now."""
    rows = [
        Delivery(
            destination=destination,
            message=f"msg_{uuid.uuid4().hex}",
            kind=kind,
            key=key,
            body=orjson.dumps(
                {"type": name, "timestamp": documents.written(time), "data": data}
            ).decode(),
        )
        for key, name, time, data in told
    ]
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))


def _alerts(destination: Destination, now: datetime) -> tuple[int, int]:
    def told(rows: Sequence[Alert]) -> list[Told]:
        chosen = [
            row
            for row in rows
            if row.detected >= destination.since
            and not row.backfill
            and row.hidden_by_id is None
            and row.lead_id is None
            and _points(row.severity) >= _points(destination.minimal_severity)
        ]
        known = _told_of_group(destination, chosen)
        chosen = [row for row in chosen if row.pk not in known]
        return [
            (f"alert:{row.pk}", "alert.raised", row.detected, document)
            for row, document in zip(chosen, documents.alerts(chosen), strict=True)
        ]

    return _follow(destination, Kind.ALERTS, Alert.objects.all(), told)


def _told_of_group(destination: Destination, leads: Sequence[Alert]) -> set[int]:
    """Those of whose group something was told before: an earlier alert came late."""
    pairs = Alert.objects.filter(lead__in=[row.pk for row in leads]).order_by()
    lead_of = {f"alert:{pk}": lead for pk, lead in pairs.values_list("pk", "lead")}
    if not lead_of:
        return set()
    told = destination.deliveries.filter(kind=Kind.ALERTS, key__in=list(lead_of))
    leads_told = (lead_of[key] for key in told.values_list("key", flat=True))
    return {lead for lead in leads_told if lead is not None}


def _cases(destination: Destination, now: datetime) -> tuple[int, int]:
    """Opened and closed, of late: what arrived is forgotten, and is not to be told once more.
    What is TLP:RED is for those who work on it alone."""

    def told(rows: Sequence[Case]) -> list[Told]:
        chosen = [
            row
            for row in rows
            if row.tlp != Tlp.RED and _points(row.severity) >= _points(destination.minimal_severity)
        ]
        begun = max(destination.since, now - LATELY)
        return [
            (f"case:{row.pk}:{what}:{time.isoformat()}", f"case.{what}", time, document)
            for row, document in zip(chosen, investigation.cases(chosen), strict=True)
            for what, time in (("opened", row.opened), ("closed", row.closed))
            if time and time >= begun
        ]

    return _follow(destination, Kind.CASES, Case.objects.all(), told)


def _risk(destination: Destination, now: datetime) -> tuple[int, int]:
    def told(rows: Sequence[Standing]) -> list[Told]:
        least = LEVELS.index(destination.minimal_level)
        chosen = [
            row
            for row in rows
            if row.turned
            and row.turned >= destination.since
            and _lately(row)
            and max(_rank(row.level), _rank(row.before)) >= least
        ]
        return [
            (f"risk:{row.pk}:{row.turned.isoformat()}", "risk.level_changed", row.turned, document)
            for row, document in zip(chosen, documents.risks(chosen), strict=True)
            if row.turned
        ]

    return _follow(destination, Kind.RISK, Standing.objects.all(), told)


def _follow(
    destination: Destination, kind: str, rows: Any, told: Callable[[Sequence[Any]], list[Told]]
) -> tuple[int, int]:
    """Deliveries made of the next page of stamped rows, and how many rows were looked at."""
    stamp, last = destination.positions.get(kind, (documents.written(destination.since), 0))
    time = datetime.fromisoformat(stamp)
    behind = rows.filter(Q(updated__gt=time) | Q(updated=time, pk__gt=last))
    page = list(behind.order_by("updated", "pk")[:PAGE])
    if not page:
        return 0, 0
    with transaction.atomic():
        found = write(destination, kind, told(page))
        position = (documents.written(page[-1].updated), page[-1].pk)
        destination.positions = {**destination.positions, kind: position}
        destination.save(update_fields=["positions"])
    return found, len(page)


def _lately(row: Standing) -> bool:
    """Whether something happened lately, or the level fell: old logs that are taken in now raise
    scores, but nobody is told of that."""
    if row.turned is None or _rank(row.level) < _rank(row.before):
        return row.turned is not None
    return row.newest is not None and row.newest >= row.turned - NEWS


def _silences(destination: Destination, now: datetime) -> tuple[int, int]:
    late = Q(noticed__gte=now - LATELY) | Q(ended__gte=now - LATELY)
    rows = Silence.objects.filter(late, noticed__gte=destination.since).order_by("pk")
    told: list[Told] = []
    for row in rows:
        told.append((f"silence:{row.pk}", "feed.silent", row.noticed, _silence(row, None)))
        if row.ended:
            key = f"silence:{row.pk}:ended"
            told.append((key, "feed.speaks_again", row.ended, _silence(row, row.ended)))
    known = set(
        destination.deliveries.filter(key__in=[one[0] for one in told]).values_list(
            "key", flat=True
        )
    )
    return write(destination, Kind.SILENCE, [one for one in told if one[0] not in known]), 0


def _silence(row: Silence, ended: datetime | None) -> documents.Document:
    said = "speaks again" if ended else "fell silent"
    return documents.silence(
        feed=row.feed_id,
        message=f"The feed {row.feed_id} {said}",
        time=ended or row.noticed,
        since=row.since,
        ended=ended,
        expected=row.expected_seconds,
    )


def _points(severity: str) -> int:
    return Severity(severity).points if severity in set(Severity) else 0


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 0


KINDS: dict[str, Callable[[Destination, datetime], tuple[int, int]]] = {
    Kind.ALERTS: _alerts,
    Kind.CASES: _cases,
    Kind.RISK: _risk,
    Kind.SILENCE: _silences,
}
