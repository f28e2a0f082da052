"""Logs of looks that a mounted rule finds, for tests of what becomes of their alerts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from analytics.detection.exceptions import Condition, How
from auditapp.cases import rules
from auditapp.cases.excepting import deciding
from auditapp.cases.excepting.wanted import Wanted
from auditapp.cases.models import Alert, AlertException
from tests.auditapp.cases.looking import LOOK, take_in

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
HIGH: dict[str, Any] = {
    **LOOK,
    "level": "high",
    "foureyes": {"object": "process.command_line"},
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
    looks = [(NOON + timedelta(minutes=n), f"{user} {n}") for n in minutes]
    take_in(looks, user, host, query)


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
