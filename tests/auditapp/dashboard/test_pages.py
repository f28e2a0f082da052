"""The pages, on nothing and on a small real organisation with hostile text in every place."""

import html
import re
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse

from auditapp.accounts.models import Role, User
from tests.auditapp.dashboard.organisation import HOSTILE, Site

LISTS = (
    "overview",
    "people",
    "events",
    "alerts",
    "isolation",
    "review",
    "traces",
    "feeds",
    "dead-letters",
    "rules",
    "readiness",
)


def read(client: Client, address: str) -> str:
    """The page at the address, which must be there."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def whole(client: Client, address: str) -> str:
    """The same with the parts that it loads on its own once it is there."""
    page = read(client, address)
    parts = re.findall(r'hx-get="([^"]+)" hx-trigger="load"', page)
    return page + "".join(read(client, urljoin(address, html.unescape(one))) for one in parts)


def links(page: str, start: str) -> list[str]:
    """Addresses on the page that begin so."""
    found = re.findall(r'href="([^"]+)"', page)
    return [one.replace("&amp;", "&") for one in found if one.startswith(start)]


def assert_harmless(page: str) -> None:
    """No hostile text became markup, and nothing on the page is inline script or style."""
    assert "<img" not in page
    assert "<script>" not in page
    assert not re.search(r"\son\w+=\"|\sstyle=|<style|javascript:", page)
    assert "\u202e" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize("name", LISTS)
def test_every_page_says_something_where_there_is_nothing(analyst: Client, name: str) -> None:
    page = read(analyst, reverse(name))
    assert name in ("rules",) or 'class="state empty"' in page or 'class="statement"' in page


@pytest.mark.parametrize("name", LISTS)
def test_hostile_text_stays_text(analyst: Client, site: Site, name: str) -> None:
    assert_harmless(read(analyst, reverse(name)))


def test_from_the_overview_to_the_raw_line(analyst: Client, site: Site) -> None:
    overview = read(analyst, reverse("overview"))
    person = read(analyst, links(overview, "/people/p001")[0].partition("#")[0])
    assert_harmless(person)
    evidence = read(analyst, links(person, "/events/?score=")[0])
    assert_harmless(evidence)
    assert "2 events" in evidence
    raw = read(analyst, links(evidence, "/events/e1/")[0])
    assert_harmless(raw)
    assert "raw e1" in raw


def test_the_ranking_is_by_score_and_says_how_it_changed(analyst: Client, site: Site) -> None:
    page = read(analyst, reverse("people"))
    assert page.index("Ana Silva") < page.index("/people/p/2/")
    assert "+61" in page
    assert "cancelled jobs of others" in page


def test_a_reason_shows_the_sum_it_is(analyst: Client, site: Site) -> None:
    page = read(analyst, reverse("person", args=["p001"]))
    assert "73 × 0.90 × 0.91" in page


def test_a_past_score_keeps_its_own_reasons(analyst: Client, site: Site) -> None:
    past = site.now.replace(microsecond=0).isoformat()[:19]
    assert "back to now" not in read(analyst, f"/people/p001/?as_of={past}")
    earlier = f"{(site.now).year}-01-01T00:00:00"
    assert "no score yet" in read(analyst, f"/people/p001/?as_of={earlier}")
    assert analyst.get("/people/p001/?as_of=yesterday").status_code == 404


def test_a_person_who_is_not_known_is_not_found(analyst: Client, site: Site) -> None:
    assert analyst.get("/people/nobody/").status_code == 404


def test_an_event_with_an_odd_id_can_be_opened(analyst: Client, site: Site) -> None:
    page = read(analyst, f"{reverse('events')}?q=%22odd%20id%22&range=all")
    address = links(page, "/events/a%2F")[0]
    assert "an odd id" in read(analyst, address)


def test_an_event_that_is_not_there_is_not_found(analyst: Client, site: Site) -> None:
    assert analyst.get("/events/none/").status_code == 404
    assert analyst.get("/events/none/?day=nonsense").status_code == 404


def test_an_event_shows_its_fields_its_batch_and_its_alerts(analyst: Client, site: Site) -> None:
    page = read(analyst, f"/events/e1/?day={site.alert_day()}")
    assert "actor.account" in page
    assert reverse("batch", args=[site.batch.id]) in page
    assert reverse("feed", args=[site.feed.name]) in page
    assert "Job cancelled" in page
    assert "What to look at next" in page
    assert "List the jobs that ended so" in page
    assert reverse("person", args=["p001"]) in page


def test_each_detection_says_what_to_look_at_next_and_when_it_is_harmless(analyst: Client) -> None:
    page = read(analyst, reverse("rules") + "?q=scancel_of_others")
    assert "<li>List the jobs that ended so, their owners and the GPU hours lost.</li>" in page
    assert "Often harmless: Administrators on call; Team leads who clear an account" in page


@pytest.mark.parametrize(
    ("asked", "shown", "not_shown"),
    [
        ("q=HISTORY+silenced", "history_tampering", "scancel_of_others"),
        ("q=d19&family=shell", "signal_to_other_account", "kill_spree"),
        ("q=t1489&severity=critical", "kill_spree", "scancel_of_others"),
    ],
)
def test_detections_are_found_by_words_severity_and_family(
    analyst: Client, asked: str, shown: str, not_shown: str
) -> None:
    page = read(analyst, f"{reverse('rules')}?{asked}")
    assert f'href="{reverse("rule", args=[shown])}"' in page
    assert f'href="{reverse("rule", args=[not_shown])}"' not in page


def test_detections_come_page_by_page_and_no_choice_is_a_dead_end(analyst: Client) -> None:
    first = read(analyst, reverse("rules") + "?family=shell")
    assert 'href="?family=shell&amp;page=2"' in first
    second = read(analyst, reverse("rules") + "?family=shell&page=2")
    assert not {*links(first, "/detections/")} & {*links(second, "/detections/")} - {
        reverse("rules")
    }
    assert "None in force matches" in read(analyst, reverse("rules") + "?q=%22%3E%3Cimg+no")


def test_a_batch_shows_what_was_rejected_and_why(analyst: Client, site: Site) -> None:
    page = read(analyst, reverse("batch", args=[site.batch.id]))
    assert_harmless(page)
    assert "no time" in page
    assert "rejected &quot;&gt;&lt;img" in page


def test_who_may_not_read_activity_sees_counts_but_no_text(site: Site) -> None:
    client = Client()
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    page = read(client, reverse("batch", args=[site.batch.id]))
    assert "no time" in page
    assert "alert(1)" not in page
    assert 'hx-get="/panels/' not in read(client, reverse("feeds"))


def test_a_feed_shows_its_batches_and_its_share_of_rejected(analyst: Client, site: Site) -> None:
    page = read(analyst, reverse("feed", args=["lab/shell"]))
    assert_harmless(page)
    assert "22.2 %" in page
    assert reverse("batch", args=[site.batch.id]) in page


def test_a_pillar_lists_its_findings_and_their_events(analyst: Client, site: Site) -> None:
    page = read(analyst, f"{reverse('isolation')}?person=p001")
    events = read(analyst, links(page, "/events/?finding=")[0])
    assert "2 events" in events
    assert HOSTILE not in page


def test_names_are_pseudonyms_outside_synthetic_data(
    analyst: Client, site: Site, settings: object
) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    page = read(analyst, reverse("overview"))
    assert "Ana Silva" not in page
    assert "p001" not in page
    person = links(page, "/people/P-")[0].partition("#")[0]
    assert "Ana Silva" not in read(analyst, person)


def test_the_number_of_a_feed_leads_to_its_events(analyst: Client, site: Site) -> None:
    for address in (reverse("overview"), reverse("feeds")):
        page = read(analyst, address)
        found = [link for link in links(page, "/events/?") if "feed.id" in link]
        assert "7 events" in read(analyst, found[0])


def test_a_role_without_activity_is_offered_no_events(site: Site) -> None:
    client = Client()
    client.force_login(User.objects.create_user("root", role=Role.ADMINISTRATOR))
    for address in (
        reverse("feeds"),
        reverse("feed", args=[site.feed.name]),
        reverse("batch", args=[site.batch.id]),
        reverse("rules"),
    ):
        page = read(client, address)
        assert not links(page, "/events/")
        assert not links(page, "/alerts/")
        assert not links(page, "/people/")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/alerts/?day=9999-12-31", 200),
        ("/alerts/?account=%00", 400),
        ("/people/%00/", 400),
        ("/people/p1/?as_of=9999-12-31T23:59:59", 404),
        ("/people/p1/?as_of=0001-01-01T00:00:00%2B14:00", 404),
        ("/events/e1/?day=9999-12-31", 200),
        ("/events/?from=0001-01-01&to=9999-12-31T23:59:59", 200),
    ],
)
def test_an_address_at_the_end_of_time_is_no_error_of_ours(
    analyst: Client, site: Site, settings: Any, address: str, status: int
) -> None:
    settings.DEMO = True
    address = address.replace("/people/p1/", f"/people/{site.ana.id}/")
    assert analyst.get(address).status_code == status
