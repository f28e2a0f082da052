"""What is known of the site explains alerts when they are raised: duty, and places of its own."""

from collections.abc import Iterable

from analytics.findings import Alert
from analytics.risk import duty, own_places
from auditapp.people.directory import site


def explained(alerts: Iterable[Alert]) -> list[Alert]:
    """The alerts, those that the site explains lower."""
    raised = list(alerts)
    if not any(alert.duty or alert.elsewhere for alert in raised):
        return raised
    known = site()
    own = own_places.places(known)
    return [own_places.explained(duty.explained(alert, known), own) for alert in raised]
