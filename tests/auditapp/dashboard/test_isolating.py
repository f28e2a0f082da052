"""Who touched what of whom: on the Isolation page and by the API, down to the events."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auditapp.accounts.models import ApiToken
from auditapp.cases.models import FindingRow
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, links, read, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def acts(site: Site) -> Site:
    """ana touched two jobs of ben on one day, and on another one of a team."""
    for owner, count, events in ((site.ben.id, 2, ["e1", "e2"]), ("team:<b>infra", 1, ["e4"])):
        FindingRow.objects.create(
            day=site.now.date(),
            kind="isolation",
            finding="cancelled_jobs_of_others",
            title="Cancelled jobs of others",
            person=site.ana.id,
            time=site.now,
            points=73,
            confidence=0.9,
            sentence=f"cancelled {count} jobs",
            events=events,
            owners=[[owner, count]],
        )
    return site


def test_each_cell_leads_to_its_findings_and_their_events(analyst: Client, acts: object) -> None:
    page = read(analyst, reverse("isolation"))
    assert_harmless(page)
    assert HOSTILE not in page
    cell = next(link for link in links(page, "?person=p001&amp;") if "owner=p%2F2" in link)
    narrowed = read(analyst, reverse("isolation") + cell.partition("#")[0])
    assert "cancelled 2 jobs" in narrowed
    assert "cancelled 1 jobs" not in narrowed
    assert "2 events" in read(analyst, links(narrowed, "/events/?finding=")[0])


def test_an_owner_that_nobody_is_narrows_to_nothing(analyst: Client, acts: object) -> None:
    page = read(analyst, reverse("isolation") + "?check=cancelled_jobs_of_others&owner=nobody")
    assert "cancelled 2 jobs" not in page


def test_nobody_is_named_outside_synthetic_data(
    analyst: Client, acts: object, settings: Any
) -> None:
    settings.DEMO = False
    page = read(analyst, reverse("isolation"))
    assert "Ana Silva" not in page
    assert "p001" not in page


def test_the_api_gives_the_matrix(acts: object) -> None:
    text = ApiToken.issue(name="siem", scopes=["read:pillars"])[1]
    headers = {"Authorization": f"Bearer {text}"}
    told = Client().get(reverse("api-pillars"), headers=headers).json()["results"]
    matrix = {one["id"]: one["matrix"] for one in told}
    assert matrix["traces"] == []
    assert [(row["owner"], row["count"]) for row in matrix["isolation"]] == [
        ("p/2", 2),
        ("team:<b>infra", 1),
    ]


def test_who_could_is_shown_apart_and_leads_to_the_event(analyst: Client, site: Site) -> None:
    root = {"event.action": "ran-command", "user.effective.name": "root", "host.name": "gpu07"}
    site.events("bash_history", {"id": "r1", "hours": 2, "actor.account": "unix:ana", **root})
    page = whole(analyst, reverse("isolation"))
    assert "commands as root" in page
    assert "gpu07" in page
    assert "r1" in "".join(links(page, "/events/r1"))
