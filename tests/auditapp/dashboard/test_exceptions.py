"""Exceptions on the pages: the form and its preview, the list, one of them, who approves."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auditapp.accounts.models import Role, User
from auditapp.cases.assessment import scores_at
from auditapp.cases.excepting import deciding
from auditapp.cases.models import Alert, AlertException, FindingRow
from auditapp.dashboard import excepting
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, links, read

NEW = "/exceptions/new/"


def asked(site: Site, **more: str) -> dict[str, str]:
    """What the form says for the alert of the site."""
    days = {
        "begin": f"{site.now - timedelta(days=1):%Y-%m-%d}",
        "until": f"{site.now + timedelta(days=7):%Y-%m-%d}",
    }
    return {"rule": "scancel_of_others", "account": "unix:ana", **days, **more}


def made(client: Client, site: Site, **more: str) -> AlertException:
    """An exception, by the form."""
    answer = client.post(NEW, asked(site, **{"reason": f"planned {HOSTILE}", **more}))
    assert answer.status_code == 302, answer.content
    return AlertException.objects.latest("pk")


def other() -> Client:
    """A second analyst's browser."""
    client = Client()
    client.force_login(User.objects.create_user("otto", role=Role.ANALYST))
    return client


def test_the_preview_shows_what_it_would_hide_and_hides_nothing(
    analyst: Client, site: Site
) -> None:
    site.alert("g1", account="unix:ben")
    page = analyst.get(NEW, asked(site)).content.decode()
    assert "1 of 1 alert of this rule and account" in page
    assert f'href="/events/e1/?day={site.alert_day()}"' in page
    assert "Ana Silva" in page
    assert Alert.objects.shown().count() == 2
    assert not AlertException.objects.exists()
    assert_harmless(page)


def test_the_preview_looks_at_events_of_the_store(analyst: Client, site: Site) -> None:
    page = analyst.get(NEW, asked(site, host="gpu01")).content.decode()
    assert "1 of 1 alert" in page
    page = analyst.get(NEW, asked(site, host="gpu02")).content.decode()
    assert "0 of 1 alert" in page
    assert "Nothing so far" in page


def test_what_is_hidden_leaves_lists_and_scores_and_is_counted(analyst: Client, site: Site) -> None:
    FindingRow.objects.all().delete()
    one = made(analyst, site, host="gpu01")
    assert "Job cancelled" not in read(analyst, reverse("alerts"))
    assert not scores_at(site.now)
    assert "Job cancelled" in read(analyst, f"{reverse('alerts')}?hidden=any")
    page = read(analyst, f"{reverse('alerts')}?state=any&exception={one.pk}")
    assert f'<a class="badge" href="/exceptions/{one.pk}/">hidden by EX-{one.pk}</a>' in page
    listed = read(analyst, reverse("exceptions"))
    assert f'href="/alerts/?state=any&amp;exception={one.pk}">1</a>' in listed
    page = read(analyst, reverse("exception", args=[one.pk]))
    assert "Job cancelled" in page
    for each in (listed, page):
        assert "host.name is gpu01" in each
        assert_harmless(each)


def test_the_rules_page_counts_what_is_hidden(analyst: Client, site: Site) -> None:
    site.alert("e2", rule="history_tampering")
    made(analyst, site, rule="history_tampering")
    page = read(analyst, reverse("rules") + "?q=history_tampering")
    hidden = [one for one in links(page, "/alerts/") if "hidden=only" in one]
    assert hidden == ["/alerts/?state=any&hidden=only&rule=history_tampering"]
    assert "1 hidden by exceptions" in page


def test_revoking_shows_the_alerts_again_and_keeps_why(analyst: Client, site: Site) -> None:
    one = made(analyst, site)
    address = reverse("exception-decide", args=[one.pk])
    assert analyst.post(address, {"do": "revoke"}).status_code == 400
    assert analyst.post(address, {"do": "revoke", "reason": "the work is done"}).status_code == 302
    assert "Job cancelled" in read(analyst, reverse("alerts"))
    page = read(analyst, reverse("exception", args=[one.pk]))
    assert "the work is done" in page
    assert "Revoke it" not in page
    assert "hid until it ended" in read(analyst, f"{reverse('exceptions')}?standing=revoked")


def test_what_reaches_critical_alerts_waits_for_somebody_else(analyst: Client, site: Site) -> None:
    Alert.objects.update(severity="critical")
    page = analyst.get(NEW, asked(site)).content.decode()
    assert "Propose it" in page
    one = made(analyst, site)
    address = reverse("exception-decide", args=[one.pk])
    assert "Approve it" not in read(analyst, reverse("exception", args=[one.pk]))
    assert analyst.post(address, {"do": "accept"}).status_code == 400
    assert Alert.objects.shown().exists()
    second = other()
    page = read(second, reverse("exception", args=[one.pk]))
    assert "1 of 1 alert" in read(second, links(page, NEW)[0])
    assert second.post(address, {"do": "accept"}).status_code == 302
    assert not Alert.objects.shown().exists()


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"rule": "", "account": ""}, "everything would be hidden"),
        ({"rule": "none"}, "there is no such rule"),
        ({"person": "nobody"}, "nobody is known as nobody"),
        ({"begin": "soon"}, "soon is no day"),
        ({"until": "9999-12-31"}, "longer than 180 days"),
        ({"until": "2020-01-01"}, "over already"),
        ({"field1": "no.such", "value1": "x"}, "there is no field no.such"),
        ({"how1": "regex", "value1": "(a+)+"}, "begins or is like"),
        ({"how1": "like", "value1": "*"}, "nearly everything"),
        ({"reason": ""}, "needs a reason"),
    ],
)
def test_a_form_that_makes_no_sense_says_why_and_keeps_what_was_typed(
    analyst: Client, site: Site, form: dict[str, str], why: str
) -> None:
    answer = analyst.post(NEW, asked(site, **{"reason": "planned", **form}))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert why in page
    typed = [value for name, value in form.items() if value and name not in ("rule", "how1")]
    assert all(f'value="{value}"' in page for value in typed)
    assert not AlertException.objects.exists()


def test_from_an_alert_the_form_is_filled_with_what_is_narrowest(
    analyst: Client, site: Site
) -> None:
    alert = Alert.objects.get()
    page = analyst.get(NEW, {"alert": alert.pk}).content.decode()
    for value in ("unix:ana", "gpu01", site.alert_day()):
        assert f'value="{value}"' in page
    assert '<option value="scancel_of_others" selected>' in page
    assert_harmless(page)
    form = excepting.from_alert(alert, site.now)
    assert form["how1"] == "like"
    assert "1 of 1 alert" in analyst.get(NEW, form).content.decode()
    assert analyst.get(NEW, {"alert": "77"}).status_code == 404
    assert analyst.get(NEW, {"alert": "x"}).status_code == 404


def test_a_reader_sees_exceptions_and_changes_none(analyst: Client, site: Site) -> None:
    one = made(analyst, site)
    auditor = Client()
    auditor.force_login(User.objects.create_user("udo", role=Role.AUDITOR))
    page = read(auditor, reverse("exception", args=[one.pk]))
    assert "Revoke it" not in page
    assert "Make an exception" not in read(auditor, reverse("exceptions"))
    assert auditor.post(reverse("exception-decide", args=[one.pk])).status_code == 403


@pytest.mark.parametrize(
    ("standing", "there"), [("", True), ("active", True), ("expired", False), ("odd", True)]
)
def test_exceptions_are_chosen_by_how_they_stand(
    analyst: Client, site: Site, standing: str, there: bool
) -> None:
    one = made(analyst, site)
    page = read(analyst, f"{reverse('exceptions')}?standing={standing}")
    assert (f"/exceptions/{one.pk}/" in page) == there


def test_an_expired_one_says_so(analyst: Client, site: Site) -> None:
    one = made(analyst, site)
    AlertException.objects.update(expiry=site.now - timedelta(hours=1))
    deciding.expire(site.now)
    page = read(analyst, reverse("exception", args=[one.pk]))
    assert "expired" in page
    assert "What it hid is shown again" in page


def test_pages_say_something_where_there_is_nothing(analyst: Client, db: Any) -> None:
    assert "Every alert is shown" in read(analyst, reverse("exceptions"))
    assert "None is like this choice" in read(analyst, f"{reverse('exceptions')}?standing=active")
    assert "Show what it would hide" in read(analyst, NEW)
    assert analyst.get(reverse("exception", args=[1])).status_code == 404
