"""Alerts by tactic."""

from django.test import Client
from django.urls import reverse

from auditapp.cases.models import Alert
from auditapp.dashboard import tactics
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, links, read


def told(site: Site) -> None:
    """Four alerts of two tactics and one of a name that somebody made up, one of them closed."""
    Alert.objects.update(tactics=["impact", "persistence"])
    site.alert("e2", rule="second", tactics=["impact"], title="Second")
    site.alert("g1", rule="third", tactics=[HOSTILE], title="Third")
    site.alert("s1", rule="fourth", tactics=["impact"], state="closed", title="Fourth")


def test_an_alert_of_two_tactics_counts_for_each_and_closed_ones_for_none(site: Site) -> None:
    told(site)
    found = tactics.counted(Alert.objects.exclude(state="closed"))
    assert [(one.name, one.count, one.share) for one in found] == [
        ("impact", 2, 1.0),
        (HOSTILE, 1, 0.5),
        ("persistence", 1, 0.5),
    ]


def test_each_number_leads_to_the_alerts_that_it_counts(analyst: Client, site: Site) -> None:
    told(site)
    page = read(analyst, reverse("overview"))
    assert_harmless(page)
    addresses = links(page, "/alerts/?tactic=")
    assert len(addresses) == 3
    impact = read(analyst, addresses[0]).partition("</form>")[2]
    assert "Job cancelled" in impact
    assert "Second" in impact
    assert "Third" not in impact
    assert "Fourth" not in impact
    assert "Third" in read(analyst, addresses[1])


def test_a_tactic_that_no_alert_has_finds_none(analyst: Client, site: Site) -> None:
    assert "No alerts" in read(analyst, f"{reverse('alerts')}?tactic=nonsense")
