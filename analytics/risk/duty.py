"""Alerts about acts that are part of the work of whoever is on call or looks after what others run.

As with findings, that explains and never hides: whoever is on duty can do harm as well. So such an
alert is one severity lower and says why.
"""

from dataclasses import replace

from analytics.findings import Alert, Severity
from analytics.site import ON_DUTY, Site

LOWER = dict(zip(list(Severity)[1:], list(Severity), strict=False))
WORDS = ", by somebody on duty"


def explained(alert: Alert, site: Site) -> Alert:
    """The alert, lower and less sure where duty explains it."""
    person = site.directory.who(alert.account, alert.time) if alert.duty else None
    if person is None:
        return alert
    then = site.as_of(alert.time.date())
    if not then.on_duty(person, alert.time) and not then.looks_after(person):
        return alert
    return replace(
        alert,
        severity=LOWER.get(alert.severity, alert.severity),
        confidence=alert.confidence * ON_DUTY,
        title=alert.title + WORDS,
    )
