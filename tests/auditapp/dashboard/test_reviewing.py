"""How many updates another person looked at: on the Review page and by the API, to the events."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auditapp.accounts.models import ApiToken
from auditapp.cases.models import VerdictRow
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, links, read

pytestmark = pytest.mark.django_db


def landed(site: Site, number: int, verdict: str, why: str, **more: Any) -> VerdictRow:
    """An update with its verdict, so many hours ago."""
    usual = {
        "repository": "lab/trainlib",
        "branch": "main",
        "commit": f"{number:040}",
        "account": "unix:ana",
        "lander": site.ana.id,
        "person": site.ana.id,
        "team": "vision",
        "events": ["e1", "e2"],
    }
    time = site.now - timedelta(hours=number)
    told = {"day": time.date(), "time": time, "update": f"u{number}", **usual, **more}
    return VerdictRow.objects.create(verdict=verdict, why=why, **told)


@pytest.fixture
def updates(site: Site) -> Site:
    """Three reviewed, two bypasses of which one is nobody's, one unknown; one long ago."""
    for number in (1, 2, 3):
        landed(site, number, "reviewed", "approved", reviewers=[site.ben.id])
    landed(site, 4, "bypass", "pushed")
    nobody = {"lander": None, "person": None, "team": "", "account": f"github:{HOSTILE}"}
    landed(site, 5, "bypass", "unapproved", repository=f"lab/{HOSTILE}", **nobody)
    landed(site, 6, "unknown", "nothing_seen")
    landed(site, 24 * 100, "bypass", "stale", repository="lab/old")
    return site


def test_the_page_shows_shares_and_leads_from_each_bypass_to_its_events(
    analyst: Client, updates: Site
) -> None:
    page = read(analyst, reverse("review"))
    assert_harmless(page)
    assert HOSTILE not in page
    assert "2 updates that went around review" in page
    assert "pushed without a pull request" in page
    assert "75.0 %" in page  # of lab/trainlib: 3 of 4
    events = read(analyst, links(page, "/events/?verdict=")[0])
    assert "2 events" in events
    assert "pushed without a pull request" in events


def test_a_month_a_team_and_a_repository_narrow_both(analyst: Client, updates: Site) -> None:
    long_ago = (updates.now - timedelta(hours=24 * 100)).strftime("%Y-%m")
    page = read(analyst, reverse("review") + f"?month={long_ago}")
    assert "1 update that went around review" in page
    assert "changed after the last approval" in page
    nobodys = read(analyst, reverse("review") + "?team=")
    assert "1 update that went around review" in nobodys
    assert "pushed without a pull request" not in nobodys
    one = read(analyst, reverse("review") + "?repository=lab%2Ftrainlib&team=vision")
    assert "1 update that went around review" in one
    for odd in ("month=never", "month=9999-12", "bypasses=x"):
        assert "that went around review" in read(analyst, f"{reverse('review')}?{odd}")


def test_without_updates_there_are_no_empty_tables(analyst: Client, site: Site) -> None:
    assert "went around review" not in read(analyst, reverse("review"))


def test_nobody_is_named_outside_synthetic_data(
    analyst: Client, updates: Site, settings: Any
) -> None:
    settings.DEMO = False
    page = read(analyst, reverse("review"))
    assert "Ana Silva" not in page
    assert "p001" not in page
    assert "unix:ana" not in page, "an account is named only where nobody is known behind it"


def test_a_verdict_that_was_computed_anew_says_so(analyst: Client, updates: Site) -> None:
    page = read(analyst, reverse("events") + "?verdict=999999")
    assert "This verdict was computed anew" in page


def ask(name: str, **query: str | int) -> Any:
    """What a token that may reads."""
    text = ApiToken.issue(name="siem", scopes=["read:pillars"])[1]
    headers = {"Authorization": f"Bearer {text}"}
    return Client().get(reverse(f"api-{name}"), query, headers=headers)


def test_the_api_gives_the_shares(updates: Site) -> None:
    told = {one["id"]: one["shares"] for one in ask("pillars").json()["results"]}
    assert told["isolation"] == []
    of = {(one["by"], one["of"]): one for one in told["review"]}
    trainlib = of["repository", "lab/trainlib"]
    assert (trainlib["reviewed"], trainlib["bypass"], trainlib["unknown"]) == (3, 1, 1)
    assert trainlib["share"] == 0.75
    assert of["team", ""]["bypass"] == 1
    assert {by for by, _ in of} == {"month", "team", "repository"}


def test_the_api_lists_every_verdict_page_by_page(updates: Site) -> None:
    found: list[Any] = []
    query: dict[str, str | int] = {"limit": 2}
    while True:
        page = ask("verdicts", **query).json()
        found += page["results"]
        if not page["more"]:
            break
        query["cursor"] = page["cursor"]
    assert [one["id"] for one in found] == ["u2400", "u6", "u5", "u4", "u3", "u2", "u1"]
    (first, *_) = ask("verdicts", verdict="bypass", repository="lab/trainlib").json()["results"]
    assert (first["id"], first["why"], first["events"]) == ("u4", "pushed", ["e1", "e2"])
    assert (first["lander"], first["account"], first["reviewers"]) == ("p001", None, [])
    assert found[-1]["reviewers"] == ["p/2"]
    since = (updates.now - timedelta(hours=5)).isoformat()
    until = (updates.now - timedelta(hours=3)).isoformat()
    assert [one["id"] for one in ask("verdicts", since=since, until=until).json()["results"]] == [
        "u5",
        "u4",
    ]


@pytest.mark.parametrize(
    "query", [{"verdict": "fine"}, {"since": "x"}, {"repository": "\0"}, {"cursor": "x"}]
)
def test_a_question_that_makes_no_sense_is_refused(updates: Site, query: dict[str, str]) -> None:
    assert ask("verdicts", **query).status_code == 400
