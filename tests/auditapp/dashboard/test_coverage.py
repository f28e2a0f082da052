"""What should log and was heard, or was not."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from analytics.store.base import StoreUnavailable
from auditapp.dashboard import coverage, isolating
from auditapp.dashboard.coverage import blind, expected, faults
from auditapp.dashboard.views.pillars import PARTS
from auditapp.people.models import AccountDay, HostRow
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, read, whole


def test_hosts_that_should_log_are_heard_or_silent(analyst: Client, site: Site) -> None:
    assert 'id="coverage"' not in whole(analyst, reverse("traces"))
    HostRow.objects.create(name="gpu01", kind="compute", sources=["bash_history", "auditd"])
    HostRow.objects.create(name=HOSTILE, sources=["auditd"])
    found = {(one.host, one.source): one for one in expected(site.now)}
    heard = found["gpu01", "bash_history"]
    assert (heard.quiet, heard.events) == (False, 3)
    assert heard.last
    assert heard.last.date() == (site.now - timedelta(hours=5)).date()
    assert found["gpu01", "auditd"].quiet
    assert found[HOSTILE, "auditd"].last is None
    page = whole(analyst, reverse("traces"))
    assert 'id="coverage"' in page
    assert_harmless(page)


def test_a_host_that_was_heard_long_ago_is_silent(site: Site) -> None:
    HostRow.objects.create(name="gpu01", sources=["bash_history"])
    (one,) = expected(site.now + timedelta(days=5))
    assert (one.quiet, one.events) == (True, 3)


def test_blind_spots_of_the_week_are_shown_and_what_is_well_is_counted(
    analyst: Client, site: Site
) -> None:
    assert 'id="blind"' not in whole(analyst, reverse("traces"))
    HostRow.objects.create(name=HOSTILE, sources=["auditd"])
    found = blind(site.now)
    assert {row["state"] for row in found.spots} == {"never heard"}
    assert (found.counts["never heard"], found.counts["silent"], found.heard) == (7, 0, 0)
    page = whole(analyst, reverse("traces"))
    assert 'id="blind"' in page
    assert_harmless(page)


def test_a_wrong_clock_is_shown_with_the_event_that_tells(analyst: Client, site: Site) -> None:
    site.events("bash_history", {"id": "f1", "hours": -0.5, "host.name": HOSTILE})
    assert "clock ahead" not in whole(analyst, reverse("traces"))  # it is still to come
    (one,) = faults(site.now + timedelta(hours=1))
    assert (one.host, one.what, one.amount, one.event) == (HOSTILE, "clock ahead", 1800, "f1")


def test_accounts_that_acted_and_are_nobodys_are_counted(analyst: Client, site: Site) -> None:
    assert "belongs to nobody" not in whole(analyst, reverse("traces"))
    day = site.now.date()
    common = {"day": day, "source": "auditd", "first": site.now, "last": site.now}
    AccountDay.objects.create(account="unix:ghost", acted=True, events=7, **common)
    AccountDay.objects.create(account="unix:named", acted=False, events=9, **common)
    page = whole(analyst, reverse("traces"))
    assert "1 account</a> acted that belongs to nobody: 7 events" in page


def test_what_asks_the_event_store_is_loaded_on_its_own(
    analyst: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_reach() -> None:
        raise StoreUnavailable("it is away")

    for module in (coverage, isolating):
        monkeypatch.setattr(module, "store", out_of_reach)
    for name, parts in PARTS.items():
        page = read(analyst, reverse(name))
        assert re.findall(r'hx-get="\?part=(\w+)"', page) == list(parts)
        asked = [analyst.get(f"{reverse(name)}?part={part}").status_code for part in parts]
        assert 503 in asked
