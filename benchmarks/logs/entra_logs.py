"""Sign-ins and directory audits of Entra ID out of diagnostic settings, one a line."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = ("Ana", "bkim", "mroux", "tnowak", "jdoe")
APPS = ("JupyterHub", "Azure Portal", "GitLab", "Grafana")
ACTIVITIES = ("Add member to role", "Update user", "Delete group", "Add service principal")
CODES = (0, 0, 0, 0, 50126, 50074)


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_entry, size, seed)


def _entry(number: int, chance: random.Random) -> dict[str, Any]:
    moment = START + timedelta(milliseconds=number * 37_217)
    time = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"
    is_audit, address = chance.random() < 0.2, f"198.51.100.{chance.randint(0, 255)}"
    told = _audit if is_audit else _sign_in
    return {
        "time": time,
        "resourceId": "/tenants/4f2f8a0c/providers/Microsoft.aadiam",
        "category": "AuditLogs" if is_audit else "SignInLogs",
        "tenantId": "4f2f8a0c",
        "callerIpAddress": address,
        "properties": {
            "id": f"{chance.getrandbits(128):032x}",
            "correlationId": f"{chance.getrandbits(128):032x}",
            **told(f"{chance.choice(PEOPLE)}@lab.example", time, address, chance),
        },
    }


def _sign_in(who: str, time: str, address: str, chance: random.Random) -> dict[str, Any]:
    code = chance.choice(CODES)
    return {
        "createdDateTime": time,
        "userPrincipalName": who,
        "userId": f"26be570a-{len(who):04d}",
        "appId": f"de8bc8b5-{chance.randint(0, 9):04d}",
        "appDisplayName": chance.choice(APPS),
        "ipAddress": address,
        "clientAppUsed": "Browser",
        "conditionalAccessStatus": "failure" if code else "success",
        "isInteractive": chance.random() < 0.7,
        "riskState": "none",
        "status": {"errorCode": code, "failureReason": "Invalid password." if code else "Other."},
        "deviceDetail": {"displayName": f"laptop-{chance.randint(0, 99)}", "trustType": "joined"},
        "location": {"city": "Lisbon", "countryOrRegion": "PT"},
    }


def _audit(who: str, time: str, address: str, chance: random.Random) -> dict[str, Any]:
    whom = f"{chance.choice(PEOPLE)}@lab.example"
    return {
        "category": "RoleManagement",
        "result": chance.choice(("success", "success", "failure")),
        "activityDisplayName": chance.choice(ACTIVITIES),
        "activityDateTime": time,
        "loggedByService": "Core Directory",
        "initiatedBy": {"user": {"id": "u2", "userPrincipalName": who, "ipAddress": address}},
        "targetResources": [{"id": "u2", "type": "User", "userPrincipalName": whom}],
    }
