"""Alerts, scores and silences as other systems read them: in the shape of the Elastic Common
Schema, with people named as the pages name them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from analytics.findings import Severity
from auditapp.accounts import pseudonyms
from auditapp.cases.models import Alert, ScoreRow, Standing
from auditapp.people.directory import directory

ECS_VERSION = "8.17.0"
Document = dict[str, Any]
MOST_REASONS = 20


def alerts(rows: Iterable[Alert]) -> list[Document]:
    """A document each, in order. The account is named only where no person is known behind it."""
    found = list(rows)
    known = directory()
    people = [known.who(row.account, row.time) for row in found]
    names = pseudonyms.shown_all(person for person in people if person)
    return [
        _alert(row, _user(person, names) if person else _account(row))
        for row, person in zip(found, people, strict=True)
    ]


def _alert(row: Alert, user: Document) -> Document:
    link = f"{reverse('events')}{quote(row.event, safe='')}/?day={row.time:%Y-%m-%d}"
    own = {
        "id": row.pk,
        "state": row.state,
        "close_reason": row.close_reason,
        "severity": row.severity,
        "confidence": row.confidence,
        "event": row.event,
        "owner": row.owner,
        "object": row.object,
        "hidden_by": row.hidden_by_id,
        "group": row.lead_id or row.pk,
        "updated": written(row.updated),
    }
    return {
        "@timestamp": written(row.time),
        "ecs": {"version": ECS_VERSION},
        "message": row.title,
        "event": {
            "kind": "alert",
            "id": f"alert-{row.pk}",
            "created": written(row.detected),
            "module": "foureyes",
            "dataset": "foureyes.alert",
            "severity": _points(row.severity),
            "url": settings.SITE_URL.rstrip("/") + link,
        },
        "rule": {"id": row.rule, "name": row.title, "version": row.rule_version},
        "user": user,
        "threat": {
            "framework": "MITRE ATT&CK",
            "tactic": {"name": list(row.tactics)},
            "technique": {"id": _techniques(row.tags)},
        },
        "tags": list(row.tags),
        "foureyes": {"alert": own},
    }


def _points(severity: str) -> int:
    return Severity(severity).points if severity in set(Severity) else 0


def _techniques(tags: Iterable[str]) -> list[str]:
    """ATT&CK ids among Sigma's tags: attack.t1485 is T1485."""
    named = (tag.partition("attack.")[2].upper() for tag in tags if tag.startswith("attack.t"))
    return [name for name in named if name[1:5].isdigit()]


def _account(row: Alert) -> Document:
    return {"name": row.account} if row.account else {}


def _user(person: str, names: Mapping[str, str]) -> Document:
    return {"id": pseudonyms.reference(person), "name": names[person]}


def risks(rows: Iterable[Standing]) -> list[Document]:
    """A document each, in order, with the heaviest reasons of the newest score."""
    found = list(rows)
    people = [row.person for row in found]
    names = pseudonyms.shown_all(people)
    scored = ScoreRow.objects.filter(person__in=people)
    if newest := ScoreRow.objects.order_by("-as_of").first():
        scored = scored.filter(as_of=newest.as_of)
    reasons = dict(scored.values_list("person", "reasons"))
    return [_risk(row, _user(row.person, names), reasons.get(row.person, [])) for row in found]


def _risk(row: Standing, user: Document, reasons: list[Document]) -> Document:
    link = reverse("person", args=[user["id"]])
    shown = ("kind", "id", "title", "points", "sentence", "events", "tactics")
    return {
        "@timestamp": written(row.as_of),
        "ecs": {"version": ECS_VERSION},
        "message": f"{user['name']} stands at {row.score:.1f}, {row.level}",
        "event": {
            "kind": "state",
            "module": "foureyes",
            "dataset": "foureyes.risk",
            "url": settings.SITE_URL.rstrip("/") + link,
        },
        "user": {
            **user,
            "risk": {
                "calculated_level": row.level,
                "calculated_score": row.score,
                "calculated_score_norm": row.score,
            },
        },
        "foureyes": {
            "risk": {
                "before": row.before,
                "turned": written(row.turned) if row.turned else None,
                "updated": written(row.updated),
                "reasons": [
                    {name: one.get(name) for name in shown} for one in reasons[:MOST_REASONS]
                ],
            }
        },
    }


def silence(
    *,
    feed: str,
    message: str,
    time: datetime,
    since: datetime,
    ended: datetime | None,
    expected: int,
) -> Document:
    """A feed that fell silent, or speaks again (`ended`); `expected` seconds would be usual."""
    return {
        "@timestamp": written(time),
        "ecs": {"version": ECS_VERSION},
        "message": message,
        "event": {
            "kind": "alert",
            "module": "foureyes",
            "dataset": "foureyes.feed",
            "start": written(since),
            "url": settings.SITE_URL.rstrip("/") + reverse("feed", args=[feed]),
            **({"end": written(ended)} if ended else {}),
        },
        "foureyes": {
            "feed": {"name": feed, "silent": ended is None, "usual_silence_seconds": expected}
        },
    }


def written(time: datetime) -> str:
    """A time as documents carry it: ISO 8601, UTC, microseconds."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
