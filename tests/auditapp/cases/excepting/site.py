"""Logs of looks that a mounted rule finds, for tests of what becomes of their alerts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.test import Client

from analytics.detection.exceptions import Condition, How
from auditapp.accounts.models import ApiToken
from auditapp.accounts.scopes import Scope
from auditapp.cases import rules
from auditapp.cases.excepting import deciding
from auditapp.cases.excepting.wanted import Wanted
from auditapp.cases.models import Alert, AlertException
from auditapp.ingest import work

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
LOOK: dict[str, Any] = {
    "title": "Somebody looked",
    "name": "looked",
    "logsource": {"product": "linux", "category": "process_creation"},
    "detection": {
        "selection": {"process.command_line|startswith": "look"},
        "condition": "selection",
    },
    "level": "high",
    "foureyes": {"object": "process.command_line"},
}
MANY: dict[str, Any] = {
    "title": "Somebody looked around",
    "level": "high",
    "correlation": {
        "type": "event_count",
        "rules": ["looked"],
        "group-by": ["actor.account"],
        "timespan": "10m",
        "condition": {"gte": 3},
    },
}


def mount(folder: Path, *documents: object) -> None:
    """Makes these the mounted rules, each in a file of its own."""
    (folder / "rules").mkdir(exist_ok=True)
    for number, document in enumerate(documents):
        path = folder / "rules" / f"looks{number}.yml"
        path.write_text(yaml.safe_dump(document))
    rules.forget()


def send(*minutes: float, user: str = "ana", host: str = "gpu03", query: str = "") -> None:
    """A history of looks, some minutes after noon, is taken in."""
    lines = (
        f"#{(NOON + timedelta(minutes=n)).timestamp():.0f}\nlook {user} {n}\n" for n in minutes
    )
    token = ApiToken.issue(name="t", feed="lab", scopes=[Scope.INGEST, Scope.BACKFILL])[1]
    answer = Client().post(
        f"/api/v1/ingest/bash_history?host={host}&user={user}&whole=true{query}",
        "".join(lines),
        content_type="text/plain",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 202, answer.content
    work.process(answer.json()["batch"])


def except_for(*conditions: tuple[str, str, str], author: str = "ines", **told: Any) -> Any:
    """An exception from the day before noon on, for thirty days."""
    wanted = Wanted(
        **{"begin": NOON - timedelta(days=1), "expiry": NOON + timedelta(days=30), **told},
        conditions=tuple(Condition(field, How(how), value) for field, how, value in conditions),
    )
    return deciding.make(wanted, "planned work", author)


def shown() -> list[tuple[str, float]]:
    """Account and minute of the alerts that are shown, in order."""
    rows = Alert.objects.shown().exclude(close_reason=Alert.SUPERSEDED).order_by("account", "time")
    return [(row.account or "", (row.time - NOON) / timedelta(minutes=1)) for row in rows]


def hides(row: AlertException) -> int:
    """How many alerts it hides now."""
    return row.alerts.count()
