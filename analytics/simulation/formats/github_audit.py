"""GitHub's audit log as it is streamed: a record a line, its times in milliseconds."""

from typing import Any

import orjson

from analytics.simulation.chance import digest
from analytics.simulation.formats.github_webhook import OWNER, user

ORGANISATION = {"org": OWNER, "org_id": 4_410_233, "business": OWNER, "business_id": 77}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


def record(moment: float, action: str, login: str, address: str, **more: Any) -> str:
    """One record; `more` is what this action tells beside who, when and from where."""
    stamp = int(moment * 1000)
    return (
        orjson.dumps(
            {
                "@timestamp": stamp,
                "_document_id": digest("audit", stamp, action, login, size=12),
                "action": action,
                "actor": login,
                "actor_id": user(login)["id"],
                "actor_ip": address,
                "actor_is_bot": login.endswith("[bot]"),
                "actor_location": {"country_code": "DE"},
                "created_at": stamp,
                **ORGANISATION,
                "user_agent": BROWSER,
                **more,
            }
        ).decode()
        + "\n"
    )
