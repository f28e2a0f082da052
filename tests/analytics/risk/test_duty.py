"""Duty explains alerts of acts that are part of it, one severity, and hides none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.circumstances import Duty
from analytics.findings import Alert, Severity
from analytics.identity import Directory
from analytics.identity.accounts import Link
from analytics.identity.people import Person
from analytics.risk.duty import explained
from analytics.site import Site

TIME = datetime(2026, 11, 3, 9, tzinfo=UTC)
ALERT = Alert(
    rule="kill_spree",
    version="1",
    title="Work of several others stopped",
    severity=Severity.CRITICAL,
    confidence=0.7,
    time=TIME,
    event="e1",
    account="unix:ana",
    owner="unix:ben",
    object=None,
    tags=(),
    tactics=(),
    duty=True,
)


def site(role: str = "engineer", *duties: Duty) -> Site:
    people = {"p1": Person(id="p1", name="Ana", role=role)}
    known = Directory(people=people, links=(Link(account="unix:ana", person="p1"),))
    return Site(directory=known, duties=duties)


def on_call(since: datetime) -> Duty:
    return Duty(person="p1", since=since, until=since + timedelta(hours=8))


@pytest.mark.parametrize(
    "known", [site("engineer", on_call(TIME - timedelta(hours=1))), site("cluster administrator")]
)
def test_for_whom_it_is_a_duty_the_alert_is_lower_and_says_so(known: Site) -> None:
    told = explained(ALERT, known)
    assert told.severity is Severity.HIGH
    assert told.confidence == pytest.approx(0.28)
    assert told.title == "Work of several others stopped, by somebody on duty"


@pytest.mark.parametrize(
    "known", [site("engineer", on_call(TIME + timedelta(hours=1))), site(), Site()]
)
def test_for_anybody_else_it_stays(known: Site) -> None:
    assert explained(ALERT, known) == ALERT


def test_what_is_no_part_of_the_duty_stays() -> None:
    other = replace(ALERT, duty=False)
    assert explained(other, site("cluster administrator")) == other


def test_there_is_nothing_below_informational() -> None:
    least = replace(ALERT, severity=Severity.INFORMATIONAL)
    assert explained(least, site("SRE")).severity is Severity.INFORMATIONAL
