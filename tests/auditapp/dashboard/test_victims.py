"""The page of what failed jobs cost, by who was near, by victim and by job."""

import re
from urllib.parse import urlencode

import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from analytics.fields import SCHEMA
from auditapp.accounts.models import Role, User
from auditapp.accounts.pseudonyms import pseudonym
from auditapp.eventstore import store
from auditapp.people.models import AccountLink, Person
from tests.analytics.governance.victims.world import SABOTEUR, Kind, world
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, links, read, whole

PAGE = "/victims/"
MONTH = {"since": "2026-05-04", "until": "2026-06-02"}


@pytest.fixture
def ruined(site: Site) -> Site:
    """A month in which somebody ruins a dozen jobs of others."""
    found = world(2, Kind(attacks=12))
    found.jobs[-1]["job.id"] = HOSTILE
    store().append(pa.Table.from_pylist([*found.jobs, *found.acts], schema=SCHEMA))
    people = [Person(id=f"v{n:03}", name=f"Victim {n:03}") for n in range(50)]
    Person.objects.bulk_create(people)
    AccountLink.objects.bulk_create(
        AccountLink(account=f"{kind}:p{person.id[1:]}", person=person)
        for person in people
        for kind in ("unix", "slurm")
    )
    return site


def asked(client: Client, **more: str) -> str:
    """The page that the form leads to."""
    return whole(client, f"{PAGE}?{urlencode({**MONTH, **more})}")


def section(page: str, name: str) -> str:
    """A part of the page by the id of its heading."""
    (found,) = re.findall(
        rf'<section class="card" aria-labelledby="{name}".*?</section>', page, re.S
    )
    return str(found)


def test_before_anything_is_asked_the_page_says_what_it_is_for(analyst: Client, site: Site) -> None:
    page = read(analyst, PAGE)
    assert "Begin with what went wrong" in page
    assert_harmless(page)


def test_hours_are_told_by_who_was_near_by_victim_and_by_job_down_to_the_events(
    analyst: Client, ruined: Site
) -> None:
    page = asked(analyst)
    assert_harmless(page)
    assert re.search(r"<h2 id=\"lost\">[\d\u202f]+ GPU-hours lost", page)
    first = section(page, "actors").split("</tr>")[1]
    culprit = f"v{SABOTEUR[1:]}"
    assert f"/people/{culprit}/" in first
    assert "beyond chance" in first
    assert section(page, "actors").count("beyond chance") == 1
    assert links(first, "/events/")
    hours = re.findall(r'GPU-hours lost">([\d\u202f]+)<', section(page, "victims"))
    told = [int(one.replace("\u202f", "")) for one in hours]
    assert told == sorted(told, reverse=True)
    assert told[0] > 0
    near = asked(analyst, actor=culprit)
    assert 3 <= near.count('data-label="Ended"') < 50
    assert near.count(f'<td data-label="Near"><a href="/people/{culprit}/"') >= 3
    assert links(section(near, "jobs"), "/events/")
    (event,) = set(re.findall(r'data-label="Ended"><a href="(/events/[^"]+)"', near)[:1])
    assert "job.state" in read(analyst, event.replace("&amp;", "&"))


def test_the_jobs_of_one_victim_can_be_looked_at_alone(analyst: Client, ruined: Site) -> None:
    page = asked(analyst)
    (victim, count) = re.findall(r'victim=([^"#]+)#jobs"[^>]*>(\d+)<', section(page, "victims"))[0]
    alone = asked(analyst, victim=victim)
    assert f'<h2 id="jobs">{count} failed job' in alone
    assert set(re.findall(r'data-label="Whose"><a href="/people/([^/]+)/', alone)) == {victim}
    assert analyst.get(PAGE, {**MONTH, "victim": "nobody"}).status_code == 400


def test_where_nothing_failed_the_page_says_so(analyst: Client, site: Site) -> None:
    page = asked(analyst)
    assert "Nothing failed without a known reason" in page
    assert reverse("readiness") in page


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"since": "yesterday"}, "is no day"),
        ({"since": "2026-05-04", "until": "2026-05-01"}, "is after"),
        ({"since": "2025-05-04", "until": "2026-05-01"}, "longer than 180 days"),
        ({"since": "0001-01-01"}, "not between"),
    ],
)
def test_what_cannot_be_asked_is_told(
    analyst: Client, site: Site, given: dict[str, str], why: str
) -> None:
    for part in ({}, {"part": "losses"}):
        answer = analyst.get(PAGE, {**given, **part})
        assert answer.status_code == 400
        assert why in answer.content.decode()


def test_only_who_reads_activity_sees_it_and_people_are_pseudonyms(
    client: Client, analyst: Client, ruined: Site, settings: Settings
) -> None:
    settings.DEMO = False
    page = asked(analyst)
    assert "Victim 0" not in page
    assert pseudonym(f"v{SABOTEUR[1:]}") in section(page, "actors")
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    assert client.get(PAGE).status_code == 403
