"""Cases as a SIEM reads them: pseudonyms, every change once, and little of what is red."""

import pytest
from pytest_django import Settings

from auditapp.accounts.models import Role, User
from auditapp.cases.investigation import changing
from auditapp.cases.investigation.changing import Evidence, Matter
from auditapp.cases.models import Case
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.readside.test_lists import ask, read, token

pytestmark = pytest.mark.django_db
TITLE = f"Jobs {HOSTILE}".replace("\x1b", "")


@pytest.fixture
def ines(db: None) -> User:
    """An analyst."""
    return User.objects.create_user("ines", role=Role.ANALYST)


@pytest.fixture
def case(site: Site, ines: User) -> Case:
    """An open case with one of everything."""
    matter = Matter(
        alerts=[site.alert("e2")],
        people=["p/2"],
        evidence=[Evidence(event="e1", time=site.now, why="shows it")],
    )
    made = changing.open_case(
        {"title": TITLE, "severity": "high", "assignee": "ines"}, matter, ines
    )
    changing.write(made.pk, "a secret thought", ines)
    return made


def test_a_case_is_an_ecs_document_about_pseudonyms(case: Case, settings: Settings) -> None:
    settings.DEMO, settings.SITE_URL = False, "https://foureyes.example/"
    one = read("cases")["results"][0]
    assert (one["event"]["kind"], one["event"]["id"]) == ("state", f"case-{case.pk}")
    assert one["event"]["severity"] == 73
    assert one["event"]["url"] == f"https://foureyes.example/cases/{case.pk}/"
    assert one["message"] == f"{case.number}: {TITLE}"
    own = one["foureyes"]["case"]
    assert (own["state"], own["tlp"], own["assignee"]) == ("open", "amber", "ines")
    assert own["alerts"] == [f"alert-{case.alerts.get().alert_id}"]
    assert [pin["event"] for pin in own["evidence"]] == ["e1"]
    assert own["notes"] == 1
    assert all(name.startswith("P-") for name in (*one["related"]["user"], *own["people"]))
    text = ask("cases", token("read:cases")).content.decode()
    for hidden in ("Ana Silva", "p001", "unix:ana", "a secret thought"):
        assert hidden not in text


def test_a_case_comes_again_whenever_anything_of_it_changes(case: Case, ines: User) -> None:
    cursor = read("cases")["cursor"]
    more = Matter(evidence=[Evidence(event="e2", time=case.opened)])
    for change in (
        lambda: changing.write(case.pk, "more", ines),
        lambda: changing.add(case.pk, more, ines),
        lambda: changing.edit(case.pk, 1, {"state": "on_hold"}, ines),
        lambda: changing.decide(case.pk, 2, "inconclusive", "no traces", ines),
    ):
        assert read("cases", cursor=cursor)["results"] == []
        change()
        page = read("cases", cursor=cursor)
        assert [one["foureyes"]["case"]["id"] for one in page["results"]] == [case.pk]
        cursor = page["cursor"]
    own = page["results"][0]["foureyes"]["case"]
    assert (own["state"], own["decision"], own["reason"]) == ("closed", "inconclusive", "no traces")
    assert own["closed_by"] == "ines"


def test_of_a_red_case_others_read_that_there_is_one(case: Case, ines: User) -> None:
    changing.edit(case.pk, 1, {"tlp": "red"}, ines)
    one = read("cases")["results"][0]
    own = one["foureyes"]["case"]
    assert (one["message"], own["title"], own["people"], own["alerts"], own["evidence"]) == (
        *(case.number, "", [], [], []),
    )
    assert one["related"]["user"] == []
    assert (own["state"], own["tlp"], own["severity"]) == ("open", "red", "high")
