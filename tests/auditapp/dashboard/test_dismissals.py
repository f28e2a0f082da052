"""Findings judged innocent, on the pages."""

import pytest
from django.test import Client
from django.urls import reverse

from auditapp.accounts.models import Role, User
from auditapp.cases.models import Dismissal, FindingRow, ScoreRow
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, read


def person_page(site: Site) -> str:
    return reverse("person", args=["p001"])


def dismissed(client: Client, site: Site, **more: str) -> Dismissal:
    """The finding of the site, judged by the form."""
    row = FindingRow.objects.get()
    told = {"finding": str(row.pk), "words": f"planned {HOSTILE}", **more}
    answer = client.post(reverse("dismissal-new"), told)
    assert answer.status_code == 302, answer.content
    return Dismissal.objects.latest("pk")


def test_a_reason_leads_to_the_form_and_its_events(analyst: Client, site: Site) -> None:
    score = ScoreRow.objects.filter(person="p001").latest("as_of")
    address = f"{reverse('dismissal-new')}?score={score.pk}&reason=0"
    assert address.replace("&", "&amp;") in read(analyst, person_page(site))
    page = read(analyst, address)
    assert "cancelled jobs of others" in page
    assert f"/events/?score={score.pk}&amp;reason=0" in page
    assert_harmless(page)


def test_what_is_judged_is_listed_and_marked(analyst: Client, site: Site) -> None:
    one = dismissed(analyst, site)
    own = reverse("dismissal", args=[one.pk])
    pages = [
        read(analyst, own),
        read(analyst, reverse("dismissals")),
        read(analyst, person_page(site)),
        read(analyst, reverse("isolation")),
    ]
    for page in pages:
        assert_harmless(page)
    assert "planned" in pages[0]
    assert all(own in page for page in pages[1:])
    assert "judged innocent" in pages[3]
    assert "None stands so" in read(analyst, f"{reverse('dismissals')}?state=revoked")


def test_critical_findings_wait_for_a_second_person(analyst: Client, site: Site) -> None:
    FindingRow.objects.update(points=99)
    one = dismissed(analyst, site)
    own = reverse("dismissal", args=[one.pk])
    assert 'value="accept"' not in read(analyst, own)
    decide = reverse("dismissal-decide", args=[one.pk])
    answer = analyst.post(decide, {"do": "accept"})
    assert answer.status_code == 400
    assert "somebody else" in answer.content.decode()
    other = Client()
    other.force_login(User.objects.create_user("otto", role=Role.ANALYST))
    assert 'value="accept"' in read(other, own)
    assert other.post(decide, {"do": "accept"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.approved_by) == ("accepted", "otto")


def test_closing_a_critical_findings_alert_leads_to_its_dismissal(
    analyst: Client, site: Site
) -> None:
    alert = site.alert("e2", rule="isolation.cancelled", severity="critical")
    FindingRow.objects.update(day=alert.time.date())
    closing = {"state": "closed", "reason": "false_positive"}
    answer = analyst.post(reverse("alert-state", args=[alert.pk]), closing)
    assert answer["Location"] == f"{reverse('dismissal-new')}?finding={FindingRow.objects.get().pk}"
    other = site.alert("g1", rule="isolation.cancelled", severity="critical")
    answer = analyst.post(reverse("alert-state", args=[other.pk]), closing)
    assert answer["Location"].startswith(reverse("exception-new"))


@pytest.mark.parametrize(
    "asked",
    ["", "finding=77", "score=77&reason=0", "finding=x", "score=1&reason=99999999999999999999"],
)
def test_what_is_not_there_is_said_so(analyst: Client, site: Site, asked: str) -> None:
    answer = analyst.get(f"{reverse('dismissal-new')}?{asked}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_readers_who_do_not_decide_see_no_way_to(site: Site) -> None:
    client = Client()
    client.force_login(User.objects.create_user("udo", role=Role.AUDITOR))
    assert "dismissals/new" not in read(client, person_page(site))
    assert client.get(reverse("dismissal-new")).status_code == 403
    assert client.get(reverse("dismissals")).status_code == 200


def test_an_unknown_deed_changes_nothing(analyst: Client, site: Site) -> None:
    one = dismissed(analyst, site)
    decide = reverse("dismissal-decide", args=[one.pk])
    assert analyst.post(decide, {"do": "delete"}).status_code == 400
    nothing = reverse("dismissal-decide", args=[77])
    assert analyst.post(nothing, {"do": "revoke", "words": "no"}).status_code == 404
    assert analyst.post(decide, {"do": "revoke", "words": "no"}).status_code == 302
    one.refresh_from_db()
    assert one.state == "revoked"
