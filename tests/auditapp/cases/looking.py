"""Histories of looks, which a mounted rule finds, taken in as a site sends them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.test import Client

from auditapp.accounts.models import ApiToken
from auditapp.accounts.scopes import Scope
from auditapp.ingest import work

LOOK: dict[str, Any] = {
    "title": "Somebody looked",
    "name": "looked",
    "logsource": {"product": "linux", "category": "process_creation"},
    "detection": {
        "selection": {"process.command_line|startswith": "look"},
        "condition": "selection",
    },
    "level": "low",
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


def take_in(looks: Iterable[tuple[datetime, str]], user: str, host: str, query: str = "") -> None:
    """What was looked at when, by whom and where, as a history of its own."""
    lines = (f"#{time.timestamp():.0f}\nlook {what}\n" for time, what in looks)
    token = ApiToken.issue(name="t", feed="lab", scopes=[Scope.INGEST, Scope.BACKFILL])[1]
    answer = Client().post(
        f"/api/v1/ingest/bash_history?host={host}&user={user}&whole=true{query}",
        "".join(lines),
        content_type="text/plain",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 202, answer.content
    work.process(answer.json()["batch"])
