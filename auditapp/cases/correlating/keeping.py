"""Makes the alerts of a stretch those that a correlation finds there now."""

from datetime import datetime
from typing import Any

from analytics.detection.correlations.alerts import Correlated
from analytics.detection.correlations.correlation import Correlation
from auditapp.cases.correlating.models import Window
from auditapp.cases.excepting import hiding
from auditapp.cases.explaining import explained
from auditapp.cases.grouping import regroup
from auditapp.cases.intake import row_of, touch
from auditapp.cases.models import Alert

CLOSED = Alert.State.CLOSED


def keep(
    correlation: Correlation,
    found: list[Correlated],
    begin: datetime,
    end: datetime,
    *,
    backfill: bool,
) -> int:
    """Raises what is new, closes what is found no longer, reopens what is found again; how many.

    What people closed stays closed. To be called inside a transaction, by one at a time.
    """
    there = Alert.objects.filter(rule=correlation.id, time__gte=begin, time__lt=end)
    before = {alert.event: alert for alert in there.select_related("window")}
    now = {one.alert.event: one for one in found}
    fresh = [one for event, one in now.items() if event not in before]
    alerts = explained(one.alert for one in fresh)
    rows = [row_of(alert, backfill=backfill) for alert in alerts]
    Alert.objects.bulk_create(rows, batch_size=500)
    gone = [
        alert.pk for event, alert in before.items() if event not in now and alert.state != CLOSED
    ]
    back = [alert.pk for event, alert in before.items() if event in now and _was_superseded(alert)]
    if gone:  # a change is stamped, and stamps are waited for
        Alert.objects.filter(pk__in=gone).update(state=CLOSED, close_reason=Alert.SUPERSEDED)
    if back:
        Alert.objects.filter(pk__in=back).update(state=Alert.State.OPEN, close_reason="")
    _keep_windows(now, before | {row.event: row for row in rows})
    days = {one.alert.time.date() for one in fresh}
    days |= {alert.time.date() for alert in before.values() if alert.pk in {*gone, *back}}
    changed = {*gone, *back}
    regroup([*rows, *(alert for alert in before.values() if alert.pk in changed)])
    days |= hiding.settle(there)
    touch(days, backfill=backfill)
    return len(fresh) + len(gone) + len(back)


def _was_superseded(alert: Alert) -> bool:
    return alert.state == CLOSED and alert.close_reason == Alert.SUPERSEDED


def _keep_windows(now: dict[str, Correlated], kept: dict[str, Alert]) -> None:
    """The windows of the alerts as they are found now: late events may have come into them."""
    missing: list[Window] = []
    for event, one in now.items():
        told = _told(one)
        window = getattr(kept[event], "window", None)
        if window is None:
            missing.append(Window(alert=kept[event], **told))
        elif any(getattr(window, name) != value for name, value in told.items()):
            Window.objects.filter(pk=window.pk).update(**told)
    Window.objects.bulk_create(missing, batch_size=500)


def _told(one: Correlated) -> dict[str, Any]:
    return {
        "group": dict(one.group),
        "begun": one.begun,
        "events": list(one.events),
        "count": one.count,
    }
