"""The page of incidents, duty, leave, care and hosts."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from auditapp.accounts import pseudonyms
from auditapp.accounts.models import Role, User
from auditapp.people.models import DutyRow, HostRow, IncidentRow, LeaveRow, WatchRow
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, links, read

PAGE = "circumstances"


@pytest.fixture
def known(site: Site) -> Site:
    """One row of each table, with hostile text wherever text may be."""
    now = site.now
    hour = timedelta(hours=1)
    IncidentRow.objects.create(
        id="i1", title=f"loss jumped {HOSTILE}", host="gpu01", since=now - 7 * hour, until=now
    )
    IncidentRow.objects.create(
        id="i0", title="long over", since=now - timedelta(800), until=now - timedelta(799)
    )
    DutyRow.objects.create(person=site.ana.id, since=now - hour, until=now + 240 * hour)
    LeaveRow.objects.create(person="ghost", since=now - 20 * hour, until=now - hour, kind=HOSTILE)
    WatchRow.objects.create(person=site.ben.id, reason=HOSTILE)
    HostRow.objects.create(name=HOSTILE[:200], kind=HOSTILE[:40], sources=["auditd"])
    return site


def test_it_says_something_where_nothing_is_known(analyst: Client) -> None:
    assert read(analyst, reverse(PAGE)).count('class="state empty"') == 5


def test_an_incident_leads_to_the_events_of_its_time_and_host(analyst: Client, known: Site) -> None:
    page = read(analyst, reverse(PAGE))
    assert_harmless(page)
    assert "loss jumped" in page
    assert "long over" not in page
    (address,) = [one for one in links(page, "/events/?from=") if "gpu01" in one]
    events = read(analyst, address)
    assert "2 events" in events


def test_who_has_duty_now_is_marked_and_leads_to_the_person(analyst: Client, known: Site) -> None:
    page = unescape(read(analyst, reverse(PAGE)))
    assert page.count('<span class="badge">now</span>') == 2  # duty, and care without a date
    assert links(page, reverse("person", args=[known.ana.id]))
    assert "ghost" in page
    assert not links(page, "/people/ghost")


def test_people_are_pseudonyms_outside_synthetic_data(
    analyst: Client, known: Site, settings: Settings
) -> None:
    settings.DEMO = False
    page = read(analyst, reverse(PAGE))
    assert "Ana Silva" not in page
    assert "ghost" not in page
    assert pseudonyms.pseudonym(known.ana.id) in page


def test_an_administrator_may_not_see_it(known: Site) -> None:
    client = Client()
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    assert client.get(reverse(PAGE)).status_code == 403
