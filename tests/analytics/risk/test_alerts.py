from datetime import timedelta
from typing import Any

from analytics.findings import Alert, ReasonKind, Severity
from analytics.risk import weights
from analytics.risk.score import from_alert, from_alerts, scores
from tests.analytics.laboratory import DAY, DIRECTORY, SITE

WEIGHTS = weights.load()


def alert(event: str, hours: float = 1, **more: Any) -> Alert:
    """A rule saw mallory."""
    usual: dict[str, Any] = {
        "rule": "pickle-load",
        "version": "0123456789abcdef",
        "title": "Loads a pickle",
        "severity": Severity.LOW,
        "confidence": 0.5,
        "time": DAY + timedelta(hours=hours),
        "event": event,
        "account": "unix:mallory",
        "owner": None,
        "object": "/scratch/a.pt",
        "tags": (),
        "tactics": ("execution",),
    }
    return Alert(**{**usual, **more})


def test_an_alert_becomes_a_finding_about_a_person() -> None:
    found = from_alert(alert("e1"), DIRECTORY, WEIGHTS)
    assert found is not None
    assert (found.kind, found.id, found.person) == (ReasonKind.RULE, "pickle-load", "mallory")
    assert (found.points, found.confidence) == (21, 0.5)
    assert found.sentence == "Loads a pickle: /scratch/a.pt"
    assert found.events == ("e1",)
    assert found.tactics == ("execution",)


def test_an_alert_about_nobody_known_is_none() -> None:
    assert from_alert(alert("e1", account="unix:stranger"), DIRECTORY, WEIGHTS) is None
    assert from_alert(alert("e1", account=None), DIRECTORY, WEIGHTS) is None
    strangers = [alert("e1", account=None), alert("e2", account="unix:stranger")]
    assert from_alerts(strangers, DIRECTORY, WEIGHTS) == []
    assert from_alerts([], DIRECTORY, WEIGHTS) == []


def test_alerts_of_a_rule_about_a_person_on_a_day_are_one_finding() -> None:
    alerts = [
        alert("e1", 1),
        alert("e3", 3, account="github:mal", object="lab/x", severity=Severity.HIGH),
        alert("e2", 2, confidence=0.9),
        alert("e4", 25),
        alert("e5", rule="other"),
        alert("e6", account="unix:bob"),
    ]
    found = from_alerts(alerts, DIRECTORY, WEIGHTS)
    assert [one.person for one in found] == ["bob", "mallory", "mallory", "mallory"]
    several = next(one for one in found if len(one.events) == 3)
    assert several.sentence == "3 × Loads a pickle: latest on lab/x"
    assert several.events == ("e3", "e2", "e1")
    assert (several.points, several.confidence) == (73, 0.9)
    assert several.time == DAY + timedelta(hours=3)


def test_a_thousand_alerts_count_as_one() -> None:
    many = [alert(f"e{n}", hours=n / 50) for n in range(1000)]
    found = from_alerts(many, DIRECTORY, WEIGHTS)
    assert len(found) == 1
    assert len(found[0].events) == 200
    (one,) = scores(found, DAY + timedelta(days=1), SITE, WEIGHTS)
    assert one.score < 10


def test_an_endless_object_does_not_make_an_endless_sentence() -> None:
    found = from_alert(alert("e1", object="x" * 5000), DIRECTORY, WEIGHTS)
    assert found is not None
    assert len(found.sentence) < 150
