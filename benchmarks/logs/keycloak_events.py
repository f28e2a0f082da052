"""Sign-ins and acts of administrators as Keycloak's event listeners write them, one a line."""

import random
from typing import Any

from benchmarks.json_lines import json_lines

START = 1_767_225_600_000  # milliseconds since 1970
PEOPLE = ("Ana", "bkim", "mroux", "tnowak", "jdoe")
KINDS = ("LOGIN", "LOGIN", "CODE_TO_TOKEN", "REFRESH_TOKEN", "LOGOUT", "LOGIN_ERROR")
RESOURCES = ("USER", "CLIENT", "REALM_ROLE_MAPPING")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_event, size, seed)


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    event = {
        "id": f"{chance.getrandbits(128):032x}",
        "time": START + number * 37_217,
        "realmId": "lab",
    }
    address, person = f"198.51.100.{chance.randint(0, 255)}", chance.choice(PEOPLE)
    user = f"f7cd-{PEOPLE.index(person):04d}"
    if chance.random() < 0.1:
        known = {"realmId": "master", "clientId": "admin-cli", "userId": user}
        return event | {
            "authDetails": known | {"ipAddress": address, "username": person},
            "operationType": chance.choice(("CREATE", "UPDATE", "DELETE")),
            "resourceType": chance.choice(RESOURCES),
            "resourcePath": f"users/{chance.getrandbits(64):016x}",
        }
    kind = chance.choice(KINDS)
    event |= {"type": kind, "clientId": "jupyterhub", "userId": user, "ipAddress": address}
    if kind == "LOGIN_ERROR":
        event["error"] = "invalid_user_credentials"
    else:
        event["sessionId"] = f"{chance.getrandbits(64):016x}"
    details = {"auth_method": "openid-connect", "username": person}
    return event | {"details": details | {"redirect_uri": "https://hub.lab.example/"}}
