"""Duty explains alerts when they are raised, with what is known of the site then."""

from collections.abc import Iterable

from analytics.findings import Alert
from analytics.risk import duty
from auditapp.people.directory import site


def explained(alerts: Iterable[Alert]) -> list[Alert]:
    """The alerts, those that duty explains lower."""
    raised = list(alerts)
    if not any(alert.duty for alert in raised):
        return raised
    known = site()
    return [duty.explained(alert, known) for alert in raised]
