"""Searching events from the address."""

import html
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from analytics.store import delta
from auditapp.dashboard import asking
from auditapp.dashboard.views import events
from tests.auditapp.dashboard.organisation import Site
from tests.auditapp.dashboard.test_pages import read, whole


def search(client: Client, **parameters: str) -> str:
    """The page of what the parameters ask for."""
    answer = client.get(f"{reverse('events')}?{urlencode(parameters)}")
    assert answer.status_code == 200
    return answer.content.decode()


def found(page: str) -> int:
    """How many events the page says there are."""
    counted = re.search(r'id="found">([\d\u202f]+) event', page)
    assert counted, page
    return int(counted[1].replace("\u202f", ""))


def test_a_range_and_times_say_how_far_back_is_looked(analyst: Client, site: Site) -> None:
    assert found(search(analyst, range="24h")) == 3
    assert found(search(analyst, range="7d")) == 6
    assert found(search(analyst, range="all")) == 7
    start = asking.written(site.now - timedelta(hours=40))
    end = asking.written(site.now - timedelta(hours=10))
    assert found(search(analyst, **{"from": start, "to": end})) == 2


def test_a_search_narrows(analyst: Client, site: Site) -> None:
    assert found(search(analyst, q='event.dataset:"github_webhook"', range="all")) == 1
    assert found(search(analyst, q="actor.account:unix* AND NOT host.name:*", range="all")) == 4


def test_a_person_is_followed_through_accounts_that_changed_hands(
    analyst: Client, site: Site
) -> None:
    page = search(analyst, person="p001", range="all")
    assert found(page) == 5
    assert "as the shared one" in page
    assert "somebody else" not in page


def test_a_search_that_cannot_be_understood_is_answered_kindly(analyst: Client, site: Site) -> None:
    page = search(analyst, q="event.action:(a OR")
    assert "This search cannot be understood." in page
    assert 'value="event.action:(a OR"' in page
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("range", "fortnight"),
        ("from", "yesterday"),
        ("from", "0001-01-01T00:00+23:59"),
        ("person", "nobody"),
        ("finding", "99999"),
        ("finding", "x" * 3000),
        ("score", "²"),
        ("score", "1; DROP"),
        ("q", '"' * 9000),
        ("q", "\x00"),
    ],
)
def test_nonsense_in_the_address_is_a_sentence_and_no_error(
    analyst: Client, site: Site, name: str, value: str
) -> None:
    page = search(analyst, **{name: value})
    assert 'role="alert"' in page or "No events" in page


@pytest.mark.parametrize("after", ["x", "2026-01-01~", "2026-01-01T00:00:00~e", "~~~"])
def test_a_broken_cursor_is_the_first_page(analyst: Client, site: Site, after: str) -> None:
    assert found(search(analyst, range="all", after=after)) == 7


def test_pages_follow_each_other_without_gap_or_double(
    analyst: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PAGE", 3)
    address = f"{reverse('events')}?range=all"
    seen: list[str] = []
    for _ in range(4):
        page = analyst.get(address).content.decode()
        seen += re.findall(r'class="time"><a href="([^"?]+)', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if not following:
            break
        address = html.unescape(following[1])
    assert len(seen) == len(set(seen)) == 7


def test_what_more_than_a_page_holds_is_counted_on_its_own(
    analyst: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PAGE", 3)
    address = f"{reverse('events')}?range=all"
    assert "Events, being counted" in read(analyst, address)
    assert "7 events" in whole(analyst, address)


def test_a_long_search_shows_first_hits_and_goes_on_until_it_is_stopped(
    analyst: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PATIENCE", 0)
    monkeypatch.setattr(delta, "STRETCH", 1)
    address = f"{reverse('events')}?q=raw&range=all"
    page = read(analyst, address)
    seen: list[str] = []
    parts = 0
    while True:
        seen += re.findall(r'class="time"><a href="([^"?]+)', page)
        going_on = re.search(r'hx-get="([^"]+part=older[^"]*)"', page)
        if not going_on:
            break
        assert "data-stop" in page
        page, parts = read(analyst, html.unescape(going_on[1])), parts + 1
        assert "<thead" not in page
    assert parts > 1
    assert "That is all." in page
    assert len(seen) == len(set(seen)) == 7


def test_facets_count_and_lead_to_with_and_without(analyst: Client, site: Site) -> None:
    page = search(analyst, part="facets", range="all")
    rows = re.findall(r'class="value" href="([^"]+)".*?dim">(\d+)<.*?href="([^"]+)"', page)
    assert rows
    for include, count, exclude in rows:
        with_it = analyst.get(html.unescape(include)).content.decode()
        without = analyst.get(html.unescape(exclude)).content.decode()
        assert found(with_it) == int(count)
        assert found(with_it) + found(without) == 7


def test_htmx_gets_the_results_alone(analyst: Client, site: Site) -> None:
    address = f"{reverse('events')}?range=all"
    part = analyst.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert found(part) == 7


def test_a_value_with_any_characters_makes_a_search_for_exactly_it(
    analyst: Client, site: Site
) -> None:
    odd = 'a"b\\c (d) OR * {x}'
    site.events("bash_history", {"id": "odd", "hours": 1, "host.name": odd})
    text = asking.conjunction("actor.account:* OR host.name:*", asking.condition("host.name", odd))
    assert found(search(analyst, q=text, range="all")) == 1


def test_a_repeated_condition_is_not_added_twice() -> None:
    one = asking.condition("host.name", "gpu01")
    assert asking.conjunction(one, one) == one
    both = asking.conjunction("a:b", one)
    assert asking.conjunction(both, one) == both


def test_the_place_of_a_mistake_is_marked(analyst: Client, site: Site) -> None:
    page = search(analyst, q="host.name:gpu01 nofield:x")
    assert "host.name:gpu01 <mark>n</mark>ofield:x" in page
