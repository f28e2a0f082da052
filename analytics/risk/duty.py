"""Alerts about acts that are part of the work of whoever is on call or looks after what others run.

As with findings, that explains and never hides: whoever is on duty can do harm as well. So such an
alert is one severity lower and says why.
"""

from analytics.findings import Alert
from analytics.risk.lowering import lowered
from analytics.site import ON_DUTY, Site

WORDS = ", by somebody on duty"


def explained(alert: Alert, site: Site) -> Alert:
    """The alert, lower and less sure where duty explains it."""
    person = site.directory.who(alert.account, alert.time) if alert.duty else None
    if person is None:
        return alert
    then = site.as_of(alert.time.date())
    if not then.on_duty(person, alert.time) and not then.looks_after(person):
        return alert
    return lowered(alert, ON_DUTY, WORDS)
