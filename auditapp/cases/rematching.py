"""Matches rules once more over events that are stored already.

For what was stored while its batch was lost, or before a rule was there. Alerts and hits are told
apart by rule and event, so none is kept twice.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pyarrow as pa

from analytics.detection import matcher
from analytics.fields import SCHEMA
from analytics.findings import Alert as Found
from analytics.store.base import Question, on
from auditapp.cases import intake
from auditapp.cases.correlating import asking
from auditapp.cases.models import Alert
from auditapp.cases.rules import rule_set
from auditapp.cases.versioning import keeping
from auditapp.eventstore import store


def rematch(question: Question, progress: Callable[[date], None] = lambda _: None) -> int:
    """Matches the days (UTC) that the question reaches into; the number of new alerts.

    They are those of a backfill: shown, and nobody is told of them.
    """
    before, rules = Alert.objects.count(), rule_set()
    for day in store().days(question):
        progress(day)
        for events in store().scan(on(day), SCHEMA.names):
            found = matcher.detect(rules, events)
            keeping.note(rules.rules, {(alert.rule, alert.version) for alert in found.alerts})
            _keep(found, events)
    asking.refresh()
    return Alert.objects.count() - before


def _keep(found: matcher.Detected, events: pa.Table) -> None:
    """Records what is new, each alert with the batch of its event, and marks their days."""
    intake.record(replace(found, alerts=[]), (), backfill=True)
    if not found.alerts:
        return
    known = _known(found.alerts)
    batch_of = dict(
        zip(events["event.id"].to_pylist(), events["batch.id"].to_pylist(), strict=True)
    )
    by_batch: dict[UUID | None, list[Found]] = defaultdict(list)
    for alert in found.alerts:
        if (alert.rule, alert.event) not in known:
            by_batch[_uuid(batch_of.get(alert.event))].append(alert)
    for batch, fresh in by_batch.items():
        days = {one.time.date() for one in fresh}
        intake.record(matcher.Detected(fresh), days, batch, events=events, backfill=True)


def _known(alerts: list[Found]) -> set[tuple[str, str]]:
    events = sorted({alert.event for alert in alerts})
    found: set[tuple[str, str]] = set()
    for start in range(0, len(events), 500):
        rows = Alert.objects.filter(event__in=events[start : start + 500])
        found.update(rows.order_by().values_list("rule", "event"))
    return found


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
