"""Alerts: choosing among them, and deciding."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from auditapp.accounts.models import Role, User
from auditapp.cases.assessment import scores_at
from auditapp.cases.models import Alert, FindingRow, TouchedDay
from tests.auditapp.dashboard.organisation import Site
from tests.auditapp.dashboard.test_pages import read


def decide(client: Client, alert: Alert, **form: str) -> int:
    """Status of the answer."""
    return client.post(reverse("alert-state", args=[alert.pk]), form).status_code


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("state=open", True),
        ("state=closed", False),
        ("state=any", True),
        ("severity=high", True),
        ("severity=low", False),
        ("rule=scancel_of_others", True),
        ("rule=other", False),
        ("person=p001", True),
        ("account=unix:ana", True),
        ("account=unix:ben", False),
        ("person=nobody", False),
        ("day=nonsense", False),
        ("order=severity", True),
        ("page=99", True),
    ],
)
def test_alerts_are_chosen_by_the_address(
    analyst: Client, site: Site, query: str, shown: bool
) -> None:
    page = analyst.get(f"{reverse('alerts')}?{query}").content.decode()
    assert ("Job cancelled" in page) == shown


def test_an_alert_leads_to_its_event_its_person_and_its_rule(analyst: Client, site: Site) -> None:
    page = analyst.get(reverse("alerts")).content.decode()
    assert f'href="/events/e1/?day={site.alert_day()}"' in page
    assert 'href="/people/p001/"' in page
    assert 'href="/detections/scancel_of_others/' in page


def test_an_alert_is_acknowledged_closed_with_a_reason_and_opened_again(
    analyst: Client, site: Site
) -> None:
    alert = Alert.objects.get()
    assert decide(analyst, alert, state="acknowledged") == 302
    alert.refresh_from_db()
    assert alert.state == Alert.State.ACKNOWLEDGED
    assert decide(analyst, alert, state="closed", reason="expected") == 302
    alert.refresh_from_db()
    assert (alert.state, alert.close_reason) == (Alert.State.CLOSED, "expected")
    assert decide(analyst, alert, state="open", reason="expected") == 302
    alert.refresh_from_db()
    assert (alert.state, alert.close_reason) == (Alert.State.OPEN, "")


def test_many_alerts_are_decided_at_once_with_what_is_shown_with_them(
    analyst: Client, site: Site
) -> None:
    first = Alert.objects.get()
    with_it = site.alert("e2", lead=first)
    other, left = site.alert("g1", rule="another"), site.alert("s1", rule="third")
    form = {"alert": [first.pk, other.pk, "nonsense"], "state": "closed", "reason": "expected"}
    answer = analyst.post(reverse("alert-states"), {**form, "next": "/alerts/?order=severity"})
    assert answer["Location"] == "/alerts/?order=severity"
    for alert in (first, with_it, other):
        alert.refresh_from_db()
        assert (alert.state, alert.close_reason) == (Alert.State.CLOSED, "expected")
    left.refresh_from_db()
    assert left.state == Alert.State.OPEN
    assert "3 alerts are now closed: expected and allowed" in read(analyst, reverse("alerts"))


def test_false_positives_that_are_closed_together_have_all_their_days_assessed_anew(
    analyst: Client, site: Site
) -> None:
    TouchedDay.objects.all().delete()
    first = Alert.objects.get()
    late = site.alert("e2", rule="another", time=site.now - timedelta(days=3))
    form = {"alert": [first.pk, late.pk], "state": "closed", "reason": "false_positive"}
    assert analyst.post(reverse("alert-states"), form).status_code == 302
    days = {alert.time.date() for alert in (first, late)}
    assert days <= set(TouchedDay.objects.values_list("day", flat=True))


@pytest.mark.parametrize("form", [{}, {"state": "closed"}, {"state": "gone", "reason": "expected"}])
def test_a_decision_about_many_that_makes_no_sense_changes_nothing(
    analyst: Client, site: Site, form: dict[str, str]
) -> None:
    alert = Alert.objects.get()
    answer = analyst.post(reverse("alert-states"), {**form, "alert": alert.pk})
    assert answer.status_code == 400
    alert.refresh_from_db()
    assert alert.state == Alert.State.OPEN


def test_a_decision_about_no_alert_says_so(analyst: Client, site: Site) -> None:
    analyst.post(reverse("alert-states"), {"state": "acknowledged"})
    assert "No alert was chosen" in read(analyst, reverse("alerts"))


@pytest.mark.parametrize(
    "form", [{}, {"state": "gone"}, {"state": "closed"}, {"state": "closed", "reason": "bored"}]
)
def test_a_decision_that_makes_no_sense_changes_nothing(
    analyst: Client, site: Site, form: dict[str, str]
) -> None:
    alert = Alert.objects.get()
    assert decide(analyst, alert, **form) == 400
    alert.refresh_from_db()
    assert alert.state == Alert.State.OPEN


def test_a_decision_leads_back_but_to_no_other_site(analyst: Client, site: Site) -> None:
    address = reverse("alert-state", args=[Alert.objects.get().pk])
    back = analyst.post(address, {"state": "acknowledged", "next": "/alerts/?state=any"})
    assert back["Location"] == "/alerts/?state=any"
    away = analyst.post(address, {"state": "acknowledged", "next": "https://evil.example"})
    assert away["Location"] == reverse("alerts")


def test_a_decision_needs_the_token_against_forgery_and_a_role(site: Site) -> None:
    alert = Alert.objects.get()
    forging = Client(enforce_csrf_checks=True)
    forging.force_login(User.objects.create_user("ines"))
    assert decide(forging, alert, state="acknowledged") == 403
    auditor = Client()
    auditor.force_login(User.objects.create_user("udo", role=Role.AUDITOR))
    assert decide(auditor, alert, state="acknowledged") == 403
    assert "Decide" not in auditor.get(reverse("alerts")).content.decode()


def test_a_closed_false_positive_leaves_the_score(analyst: Client, site: Site) -> None:
    FindingRow.objects.all().delete()
    assert [score.person for score in scores_at(site.now) if score.score > 0] == ["p001"]
    decide(analyst, Alert.objects.get(), state="closed", reason="false_positive")
    assert not [score for score in scores_at(site.now) if score.score > 0]


def test_equal_alerts_of_a_day_stand_as_one_whose_number_leads_to_all(
    analyst: Client, site: Site
) -> None:
    time = Alert.objects.get().time
    for number in range(3):
        site.alert(f"more{number}", time=time)
    page = analyst.get(reverse("overview")).content.decode()
    link = re.search(r'class="times-seen" href="([^"]+)">× 4<', page)
    assert link
    assert "4 alerts" in analyst.get(html.unescape(link[1])).content.decode()


def grouped(site: Site) -> Alert:
    """The alert of the site, with two more of its group behind it."""
    first = Alert.objects.get()
    for number in range(2):
        time = first.time + timedelta(minutes=number)
        site.alert(f"more{number}", time=time, lead=first)
    return first


def test_a_group_stands_as_one_with_its_alerts_below_it(analyst: Client, site: Site) -> None:
    first = grouped(site)
    page = analyst.get(reverse("alerts")).content.decode()
    assert "3 alerts in 1 group" in page
    assert page.count('name="alert"') == 1
    for event in ("e1", "more0", "more1"):
        assert f'href="/events/{event}/?day={site.alert_day()}"' in page
    apart = analyst.get(f"{reverse('alerts')}?state=any&group={first.pk}").content.decode()
    assert apart.count('name="alert"') == 3


def test_a_group_is_decided_as_one_or_alert_by_alert(analyst: Client, site: Site) -> None:
    first = grouped(site)
    decide(analyst, first, state="acknowledged")
    assert Alert.objects.filter(state="acknowledged").count() == 1
    assert "2 open, 1 acknowledged" in analyst.get(reverse("alerts")).content.decode()
    decide(analyst, first, state="closed", reason="expected", group=str(first.pk))
    assert Alert.objects.filter(state="closed", close_reason="expected").count() == 3


def test_closing_as_a_false_positive_leads_to_an_exception(analyst: Client, site: Site) -> None:
    alert = Alert.objects.get()
    form = {"state": "closed", "reason": "false_positive"}
    answer = analyst.post(reverse("alert-state", args=[alert.pk]), form)
    assert answer["Location"] == f"/exceptions/new/?alert={alert.pk}"
    page = analyst.get(answer["Location"]).content.decode()
    assert "1 of 1 alert" in page
    assert "Hide them" in page
    assert TouchedDay.objects.filter(day=alert.time.date()).exists()
