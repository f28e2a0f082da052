"""The Hub's audit-log export: one JSON array of events."""

from datetime import UTC, datetime
from typing import Any

import orjson

from analytics.simulation.chance import digest

HEAD, SEPARATOR, TAIL = "[\n", ",\n", "\n]\n"


def event(
    moment: float, kind: str, user: str, message: str, address: str, data: dict[str, Any]
) -> str:
    """One event of the export; the last part of the address is left out, as the Hub does."""
    stamp = datetime.fromtimestamp(moment, UTC)
    return orjson.dumps(
        {
            "_id": f"{int(moment):08x}{digest('event', moment, user, kind, size=8)}",
            "createdAt": stamp.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03d}Z",
            "type": kind,
            "data": data,
            "message": message,
            "ip": address.rsplit(".", 1)[0] + ".0",
            "location": {"formatted": "Berlin, DE", "country": "DE", "city": "Berlin"},
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
            "author": {
                "_id": digest("hub", user, size=12),
                "user": user,
                "avatarUrl": f"/avatars/{digest('avatar', user)}.svg",
                "type": "user",
            },
        }
    ).decode()
