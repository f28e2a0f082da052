"""Entries of Okta's System Log, 2 to 3 KB each, one a line."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = (("Ana Souza", "ana"), ("B Kim", "bkim"), ("Marc Roux", "mroux"), ("T Nowak", "tnowak"))
KINDS = (
    ("user.session.start", "User login to Okta", "core.user_auth.login_success"),
    ("user.authentication.sso", "User single sign on to app", "app.auth.sso"),
    ("user.authentication.auth_via_mfa", "Authentication of user via MFA", "core.user.factor"),
    ("policy.evaluate_sign_on", "Evaluation of sign-on policy", None),
    ("group.user_membership.add", "Add user to group membership", "core.user_group_member.add"),
    ("user.mfa.factor.deactivate", "Reset factor for user", "core.user.factor.reset"),
)
PLACES = (("Lisbon", "Portugal", 38.72, -9.14), ("Lyon", "France", 45.75, 4.85))
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_entry, size, seed)


def _entry(number: int, chance: random.Random) -> dict[str, Any]:
    moment = START + timedelta(milliseconds=number * 12_347)
    kind, said, legacy = chance.choice(KINDS)
    address = f"198.51.100.{chance.randint(1, 250)}"
    failed = chance.random() < 0.1
    place = _place(chance)
    behaviours = ", ".join(
        f"{name}={chance.choice(('NEGATIVE', 'POSITIVE'))}"
        for name in ("New Geo-Location", "New Device", "New IP", "New State", "Velocity")
    )
    return {
        "actor": _person(chance) | {"type": "User", "detailEntry": None},
        "client": {
            "userAgent": {"rawUserAgent": AGENT, "os": "Linux", "browser": "FIREFOX"},
            "zone": "null",
            "device": "Computer",
            "id": None,
            "ipAddress": address,
            "geographicalContext": place,
        },
        "device": None,
        "authenticationContext": {
            "authenticationProvider": None,
            "credentialProvider": "OKTA_CREDENTIAL_PROVIDER",
            "credentialType": None,
            "issuer": None,
            "interface": None,
            "authenticationStep": 0,
            "rootSessionId": f"idx{chance.getrandbits(80):020x}",
            "externalSessionId": f"idx{chance.getrandbits(80):020x}",
        },
        "displayMessage": said,
        "eventType": kind,
        "outcome": {
            "result": "FAILURE" if failed else "SUCCESS",
            "reason": "INVALID_CREDENTIALS" if failed else None,
        },
        "published": f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z",
        "securityContext": {
            "asNumber": 64500 + number % 5,
            "asOrg": "example net",
            "isp": "example net",
            "domain": "example.net",
            "isProxy": False,
        },
        "severity": "WARN" if failed else "INFO",
        "debugContext": {
            "debugData": {
                "requestId": f"{chance.getrandbits(128):032x}",
                "dtHash": f"{chance.getrandbits(256):064x}",
                "deviceFingerprint": f"{chance.getrandbits(128):032x}",
                "behaviors": "{" + behaviours + "}",
                "logOnlySecurityData": json.dumps(
                    {"risk": {"level": "LOW"}, "behaviors": dict.fromkeys("abcd", "NEGATIVE")}
                ),
                "requestUri": "/idp/idx/identify",
                "threatSuspected": "false",
                "url": "/idp/idx/identify?",
            }
        },
        "legacyEventType": legacy,
        "transaction": {"type": "WEB", "id": f"{chance.getrandbits(128):032x}", "detail": {}},
        "uuid": f"{chance.getrandbits(32):08x}-0001-11f1-8a11-{number:012x}",
        "version": "0",
        "request": {"ipChain": [{"ip": address, "geographicalContext": place, "version": "V4"}]},
        "target": _targets(kind, chance),
    }


def _person(chance: random.Random) -> dict[str, Any]:
    shown, name = chance.choice(PEOPLE)
    return {"id": f"00u{name:0>17}", "alternateId": f"{name}@lab.example", "displayName": shown}


def _place(chance: random.Random) -> dict[str, Any]:
    city, country, latitude, longitude = chance.choice(PLACES)
    return {
        "city": city,
        "state": None,
        "country": country,
        "postalCode": None,
        "geolocation": {"lat": latitude, "lon": longitude},
    }


def _targets(kind: str, chance: random.Random) -> list[dict[str, Any]] | None:
    if kind.startswith(("group", "user.mfa")):
        return [_person(chance) | {"type": "User", "detailEntry": None}]
    if kind == "user.session.start":
        return None
    return [
        {
            "id": f"0oa{chance.randint(0, 9):017d}",
            "type": "AppInstance",
            "alternateId": "Experiment tracker",
            "displayName": "Experiment tracker",
            "detailEntry": {"signOnModeType": "OPENID_CONNECT"},
        }
    ]
