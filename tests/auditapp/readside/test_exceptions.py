"""Exceptions as a SIEM reads them, and alerts that they hide."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from analytics.detection.exceptions import Condition, How
from auditapp.cases.excepting import deciding
from auditapp.cases.excepting.wanted import Wanted
from auditapp.cases.models import AlertException
from tests.auditapp.dashboard.organisation import Site
from tests.auditapp.readside.test_lists import ask, read, token

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(site: Site) -> AlertException:
    """One that hides the site's alert."""
    wanted = Wanted(
        begin=site.now - timedelta(days=1),
        expiry=site.now + timedelta(days=3),
        rule="scancel_of_others",
        account="unix:ana",
        person="p001",
        conditions=(Condition("host.name", How.EQUALS, "gpu01"),),
    )
    return deciding.make(wanted, "planned", "ines")


def test_an_exception_says_what_it_hides_by_whom_and_why(
    made: AlertException, settings: Settings
) -> None:
    settings.DEMO, settings.SITE_URL = False, "https://foureyes.example"
    one = read("exceptions")["results"][0]
    assert one["event"]["url"] == f"https://foureyes.example/exceptions/{made.pk}/"
    own = one["foureyes"]["exception"]
    assert (own["standing"], own["author"], own["reason"]) == ("active", "ines", "planned")
    assert (own["rule"], own["hides"]) == ("scancel_of_others", 1)
    assert own["conditions"] == [{"field": "host.name", "how": "equals", "value": "gpu01"}]
    assert own["person"].startswith("P-")
    text = ask("exceptions", token("read:exceptions")).content.decode()
    for hidden in ("Ana Silva", "p001", "unix:ana"):
        assert hidden not in text


def test_it_comes_again_when_it_is_revoked(made: AlertException) -> None:
    cursor = read("exceptions")["cursor"]
    assert read("exceptions", cursor=cursor)["results"] == []
    deciding.revoke(made.pk, "done", "udo")
    (one,) = read("exceptions", cursor=cursor)["results"]
    assert one["foureyes"]["exception"]["standing"] == "revoked"
    assert one["foureyes"]["exception"]["hides"] == 1


def test_hidden_alerts_are_read_only_where_they_are_asked_for(made: AlertException) -> None:
    assert read("alerts")["results"] == []
    (one,) = read("alerts", hidden="true")["results"]
    assert one["foureyes"]["alert"]["hidden_by"] == made.pk
    assert ask("alerts", token("read:alerts"), hidden="perhaps").status_code == 400
