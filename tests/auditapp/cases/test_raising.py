"""Findings that are severe and sure raise an alert of their own, and live and die with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from auditapp.cases import assessment, raising
from auditapp.cases.dismissing import deciding, judged
from auditapp.cases.intake import touch
from auditapp.cases.models import Alert, FindingRow, ScoreRow
from auditapp.eventstore import store
from auditapp.people.models import AccountLink, Person
from tests.analytics.laboratory import DAY, cancelled, table

pytestmark = pytest.mark.django_db
RULE = "isolation.cancelled_jobs_of_others"
NIGHT = DAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def site(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """Mallory and two colleagues of another team, and a store of their events."""
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    for name, team in (("mallory", "vision"), ("bob", "language"), ("carol", "language")):
        Person.objects.create(id=name, name=name.title(), team=team, role="researcher")
        AccountLink.objects.create(account=f"slurm:{name}", person_id=name)
    yield


def happens(*events: dict[str, Any]) -> None:
    """Events come in, and their day is assessed."""
    store().append(table(*events))
    again()


def again() -> None:
    """The day is assessed once more."""
    touch([DAY.date()])
    assessment.refresh(NIGHT)


def spree() -> list[dict[str, Any]]:
    """Three jobs of Bob, cancelled by Mallory one after the other."""
    return [cancelled("slurm:mallory", "bob", f"48{n}", 9 + n / 10) for n in range(3)]


def told() -> list[tuple[str, str, str]]:
    """Rule, severity and account of the open alerts of findings."""
    rows = Alert.objects.filter(rule__in=raising.RULES).exclude(state=Alert.State.CLOSED)
    return [(row.rule, row.severity, row.account or "") for row in rows]


def score() -> float:
    """Mallory's newest."""
    row = ScoreRow.objects.filter(person="mallory").order_by("-as_of").first()
    return row.score if row else 0.0


def test_who_ends_jobs_of_another_team_raises_one_high_alert() -> None:
    happens(*spree())
    assert told() == [(RULE, "high", "slurm:mallory")]
    (alert,) = Alert.objects.filter(rule=RULE)
    assert alert.time == DAY + timedelta(hours=9.2)
    assert (alert.title, alert.owner) == ("Cancelled jobs of others", "slurm:bob")
    assert alert.backfill  # of what happened months ago nobody is told


def test_one_job_raises_none_for_it_may_be_a_mistake() -> None:
    happens(cancelled("slurm:mallory", "bob", "4711"))
    assert FindingRow.objects.exists()
    assert told() == []


def test_the_same_finding_never_raises_a_second_alert_and_grows_with_its_severity() -> None:
    happens(*spree())
    happens(*(cancelled("slurm:mallory", "carol", f"49{n}", 11 + n / 10) for n in range(8)))
    assert told() == [(RULE, "critical", "slurm:mallory")]
    again()
    assert len(Alert.objects.filter(rule=RULE)) == 1


def test_the_finding_counts_and_not_its_alert_beside_it() -> None:
    happens(*spree())
    (row,) = ScoreRow.objects.filter(person="mallory", as_of=NIGHT)
    kinds = {(reason["kind"], reason["id"]) for reason in row.reasons if reason["counted"]}
    assert ("isolation", "cancelled_jobs_of_others") in kinds
    assert ("rule", RULE) not in {(reason["kind"], reason["id"]) for reason in row.reasons}


def test_an_alert_closed_as_false_positive_takes_its_finding_out_of_the_score() -> None:
    happens(*spree())
    before = score()
    Alert.objects.filter(rule=RULE).update(state=Alert.State.CLOSED, close_reason="false_positive")
    again()
    assert score() < before / 2
    assert told() == []
    assert FindingRow.objects.filter(finding="cancelled_jobs_of_others").exists()


def test_one_person_who_closes_a_critical_alert_leaves_its_finding_in_the_score() -> None:
    happens(*(cancelled("slurm:mallory", "bob", f"48{n}", 9 + n / 10) for n in range(12)))
    before = score()
    Alert.objects.filter(rule=RULE).update(state=Alert.State.CLOSED, close_reason="false_positive")
    again()
    assert score() == before > 50
    row = FindingRow.objects.get(finding="cancelled_jobs_of_others")
    made = deciding.dismiss(judged.of_row(row), "planned", "ines")
    again()
    assert score() == before
    deciding.accept(made.pk, "otto")
    again()
    assert score() < before / 2


def test_what_became_worse_than_was_judged_counts_and_is_told_again() -> None:
    happens(*spree())
    Alert.objects.filter(rule=RULE).update(state=Alert.State.CLOSED, close_reason="false_positive")
    happens(*(cancelled("slurm:mallory", "bob", f"49{n}", 11 + n / 10) for n in range(8)))
    assert told() == [(RULE, "critical", "slurm:mallory")]
    assert score() > 50


def test_what_is_found_no_longer_is_superseded_and_comes_back_when_it_is_found_again() -> None:
    happens(*spree())
    AccountLink.objects.filter(account="slurm:bob").update(person_id="mallory")
    again()
    assert told() == []
    assert Alert.objects.get(rule=RULE).close_reason == Alert.SUPERSEDED
    AccountLink.objects.filter(account="slurm:bob").update(person_id="bob")
    again()
    assert told() == [(RULE, "high", "slurm:mallory")]


def test_a_rule_that_said_it_already_needs_no_second_alert() -> None:
    events = spree()
    Alert.objects.create(
        rule="spree", rule_version="1", title="Spree", severity="high", confidence=0.5,
        time=DAY + timedelta(hours=9), event=events[0]["event.id"], account="slurm:mallory",
        detected=datetime.now(UTC),
    )  # fmt: skip
    happens(*events)
    assert told() == []
