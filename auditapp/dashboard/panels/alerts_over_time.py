"""Alerts a day, by severity."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.urls import reverse

from auditapp.cases.models import Alert
from auditapp.dashboard.alerting import alerts_of
from auditapp.dashboard.asking import Asked
from auditapp.dashboard.panel import Drawing, Panel, Row
from auditapp.figures.bars import Bar, stacked


def draw(asked: Asked) -> Drawing:
    """Stacked bars; each leads to the alerts of its day and severity."""
    found = (alerts_of(asked.person.id) if asked.person else Alert.objects.all()).shown()
    if asked.since:
        found = found.filter(time__gte=asked.since)
    if asked.until:
        found = found.filter(time__lt=asked.until)
    if rule := asked.given.get("rule", ""):
        found = found.filter(rule=rule)
    days = found.order_by().annotate(day=TruncDate("time", tzinfo=UTC)).values("day", "severity")
    counts = Counter(
        {(row["day"], row["severity"]): row["count"] for row in days.annotate(count=Count("id"))}
    )
    bars = [_bar(day, severity, counts[day, severity], rule) for day, severity in sorted(counts)]
    return Drawing(
        figure=stacked(bars, width=timedelta(days=1), height=180),
        columns=("day (UTC)", "severity", "alerts"),
        rows=[
            Row(cells=(f"{bar.time:%Y-%m-%d}", bar.series, bar.count), link=bar.link)
            for bar in bars
        ],
    )


def _bar(day: date, severity: str, count: int, rule: str) -> Bar:
    wanted = {"state": "any", "severity": severity, "day": str(day)}
    return Bar(
        time=datetime.combine(day, time.min, UTC),
        series=severity,
        count=count,
        link=f"{reverse('alerts')}?{urlencode({**wanted, 'rule': rule} if rule else wanted)}",
    )


PANEL = Panel(
    name="alerts_over_time",
    title="Alerts a day, by severity",
    empty="No alerts in this time.",
    draw=draw,
)
