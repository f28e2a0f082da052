"""Cases that open by themselves: for whom the risk became high, the best first, no more a day than
a team can look into."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from analytics.findings import Level, Severity
from auditapp.cases.investigation import changing
from auditapp.cases.investigation.changing import Evidence, Matter
from auditapp.cases.investigation.models import SEVERITIES, Case, State
from auditapp.cases.models import Alert, ScoreRow, Standing

AUTHOR = "Foureyes (by itself)"  # no user can be called so
SEVERITY = {Level.HIGH.value: Severity.HIGH, Level.CRITICAL.value: Severity.CRITICAL}
MOST_ALERTS, MOST_PINS = 20, 10


@dataclass(frozen=True, slots=True)
class ByItself:
    """Who opens such a case."""

    def get_username(self) -> str:
        """As the case's history has it."""
        return AUTHOR


def waiting() -> list[Standing]:
    """Those whose risk is high and whom no case is about yet, the highest first.

    Once a case about somebody was closed, only what they did after that speaks for another one.
    """
    found = Standing.objects.filter(level__in=SEVERITY).order_by("-score", "person")
    return [row for row in found if not _looked_into(row)]


def left(now: datetime) -> int:
    """How many cases may still open by themselves on that day (UTC)."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    opened = Case.objects.filter(opened_by=AUTHOR, opened__gte=day).count()
    return max(0, settings.CASES_A_DAY - opened)


def spend(now: datetime) -> list[Case]:
    """Opens what the day's budget allows."""
    return [_opened(row) for row in waiting()[: left(now)]]


def _looked_into(row: Standing) -> bool:
    about = Case.objects.filter(people__person=row.person)
    since = Q(closed__gte=row.newest) if row.newest else Q()
    return about.filter(~Q(state=State.CLOSED) | since).exists()


def _opened(row: Standing) -> Case:
    score = ScoreRow.objects.filter(person=row.person).order_by("-as_of").first()
    counted = [one for one in (score.reasons if score else []) if one.get("counted")]
    told = counted[0]["title"] if counted else "several reasons"
    wanted = {"title": f"Risk became {row.level}: {told}"[:200], "severity": SEVERITY[row.level]}
    matter = Matter(
        alerts=_alerts(counted),
        people=[row.person],
        evidence=[
            Evidence(
                event=one["events"][0],
                time=datetime.fromisoformat(one["time"]),
                why=one["sentence"],
            )
            for one in counted[:MOST_PINS]
            if one["events"]
        ],
    )
    return changing.open_case(wanted, matter, ByItself())


def _alerts(reasons: Iterable[dict[str, Any]]) -> list[Alert]:
    """The severest of the alerts behind the reasons of rules."""
    rules = [one for one in reasons if one["kind"] == "rule"]
    named = Q(pk__in=[])
    for one in rules:
        named |= Q(rule=one["id"], event__in=one["events"])
    found = Alert.objects.shown().filter(named).exclude(state=Alert.State.CLOSED)
    return sorted(found, key=lambda row: (SEVERITIES.index(row.severity), -row.time.timestamp()))[
        :MOST_ALERTS
    ]
