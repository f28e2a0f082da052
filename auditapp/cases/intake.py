"""Takes over what detection found while logs come in."""

from collections.abc import Iterable
from datetime import date
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, F

from analytics.findings import Alert as Found
from auditapp.cases.models import Alert, TouchedDay
from auditapp.cases.rules import rule_set


def record(alerts: Iterable[Found], days: Iterable[date], batch: UUID | None = None) -> None:
    """Keeps alerts, once a rule and event, and marks the days for assessment, all or nothing."""
    versions = {rule.id: rule.version for rule in rule_set().rules}
    rows = [
        Alert(
            rule=alert.rule,
            rule_version=versions.get(alert.rule, ""),
            title=alert.title,
            severity=alert.severity,
            confidence=alert.confidence,
            time=alert.time,
            event=alert.event,
            account=_kept("account", alert.account),
            owner=_kept("owner", alert.owner),
            object=_kept("object", alert.object),
            tags=list(alert.tags),
            tactics=list(alert.tactics),
            batch=batch,
        )
        for alert in alerts
    ]
    with transaction.atomic():
        Alert.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        touch(days)


def _kept(name: str, value: str | None) -> str | None:
    """As much of a value as its column holds: a log may name accounts of any length."""
    column = cast("CharField[str, str]", Alert._meta.get_field(name))
    return value[: column.max_length] if value else None


def touch(days: Iterable[date]) -> None:
    """Marks days whose events, people or rules changed."""
    for day in sorted(set(days)):
        _, made = TouchedDay.objects.get_or_create(day=day)
        if not made:
            TouchedDay.objects.filter(day=day).update(serial=F("serial") + 1)
