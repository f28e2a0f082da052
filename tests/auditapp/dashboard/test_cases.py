"""Cases on the pages: opened from elsewhere, filled, decided, and hostile text stays text."""

import logging
import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from auditapp.accounts.models import Role, User
from auditapp.cases.models import Alert, Case
from tests.auditapp.dashboard.organisation import HOSTILE, Site

WANTED = {"title": "Jobs killed", "severity": "high", "tlp": "amber", "assignee": ""}


def open_case(client: Client, **form: object) -> Case:
    """A case that was opened by the form."""
    answer = client.post(reverse("case-open"), {**WANTED, **form})
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.latest("pk")


def page_of(client: Client, case: Case) -> str:
    """Its page."""
    return client.get(reverse("case", args=[case.pk])).content.decode()


def post(client: Client, what: str, case: Case, /, **form: object) -> int:
    """Status of the answer."""
    return client.post(reverse(f"case-{what}", args=[case.pk]), form).status_code


def test_a_case_is_opened_from_chosen_alerts(analyst: Client, site: Site) -> None:
    alerts = [Alert.objects.get(), site.alert("g1", account="unix:ben", severity="critical")]
    page = analyst.get(reverse("alerts")).content.decode()
    assert page.count('form="to-case"') == 2
    answer = analyst.post(
        reverse("case-add"), {"case": "", "alert": [one.pk for one in alerts]}, follow=True
    )
    form = answer.content.decode()
    assert all(f'name="alert" value="{one.pk}"' in form for one in alerts)
    assert re.search(r"<option selected>critical</option>", form)  # as the severest alert
    case = open_case(analyst, alert=[one.pk for one in alerts])
    shown = page_of(analyst, case)
    assert "Ana Silva" in shown
    assert 'href="/events/g1/?day=' in shown
    assert f">{case.number}</a>" in analyst.get(reverse("alerts")).content.decode()


def test_nothing_chosen_opens_nothing_and_leads_back(analyst: Client, site: Site) -> None:
    for back, to in (("/alerts/?state=any", "/alerts/?state=any"), ("//evil.example", "/alerts/")):
        answer = analyst.post(
            reverse("case-add"), {"case": "", "alert": ["x", "9" * 30], "next": back}
        )
        assert answer["Location"] == to


def test_an_event_is_pinned_to_an_open_case_and_found_in_its_timeline(
    analyst: Client, site: Site
) -> None:
    case = open_case(analyst, person="p001")
    page = analyst.get("/events/a%2Fb%3Fc%23d/").content.decode()
    assert f'<option value="{case.pk}">' in page
    for event, why in (("a/b?c#d", HOSTILE), ("e2", ""), ("nothing", "")):
        form = {"case": case.pk, "event": event, "why": why}
        assert analyst.post(reverse("case-add"), form).status_code == 302
    assert [pin.event for pin in case.pins.all()] == ["e2", "a/b?c#d"]
    shown = page_of(analyst, case)
    assert 'href="/events/a%2Fb%3Fc%23d/?day=' in shown
    assert "an odd id" in shown
    assert "<script>" not in shown.replace("<script src", "").replace("<script defer", "")
    assert case.number in analyst.get("/events/e2/").content.decode()


def test_a_new_case_about_an_event_is_about_whoever_acted(analyst: Client, site: Site) -> None:
    case = open_case(analyst, event="e1", why="see there")
    assert [row.person for row in case.people.all()] == ["p001"]
    assert case.pins.get().why == "see there"


def test_evidence_that_is_no_longer_kept_or_out_of_reach_still_stands(
    analyst: Client, site: Site, settings: Settings
) -> None:
    case = open_case(analyst, event="e1")
    case.pins.update(event="gone")
    assert "an event that is no longer kept" in page_of(analyst, case)
    settings.EVENT_STORE_URL = "http://127.0.0.1:9"
    assert "The event store does not answer" in page_of(analyst, case)


def test_a_person_leads_to_their_cases_and_a_case_to_their_score(
    analyst: Client, site: Site
) -> None:
    case = open_case(analyst, person="p001")
    link = f'href="/cases/{case.pk}/"'
    assert link in analyst.get(reverse("person", args=["p001"])).content.decode()
    assert link not in analyst.get(reverse("person", args=["p/2"])).content.decode()
    assert post(analyst, "remove", case, what="person", key="p001") == 302
    assert not case.people.exists()


def test_people_are_pseudonyms_also_in_the_history(
    analyst: Client, site: Site, settings: Settings
) -> None:
    case = open_case(analyst, person="p001", alert=Alert.objects.get().pk)
    settings.DEMO = False
    shown = page_of(analyst, case)
    assert "P-" in shown
    assert "Ana Silva" not in shown
    assert "p001" not in shown


def test_an_edit_a_note_and_a_decision_stand_on_the_page(analyst: Client, site: Site) -> None:
    case = open_case(analyst)
    edited = {**WANTED, "state": "investigating", "assignee": "ines", "version": 1}
    assert post(analyst, "edit", case, **edited) == 302
    assert post(analyst, "note", case, text=f"asked\nthem {HOSTILE}") == 302
    decided = {"decision": "innocent", "reason": f"on call {HOSTILE}", "version": 2}
    assert post(analyst, "decide", case, **decided) == 302
    shown = page_of(analyst, case)
    assert "closed: innocent explanation" in shown
    assert "changed the state from open to" in shown
    assert "&lt;script&gt;alert(2)&lt;/script&gt;⟨U+202E⟩" in shown
    assert "Open it again" in shown
    assert post(analyst, "decide", case, do="reopen", version=3) == 302
    assert "Decide and close" in page_of(analyst, case)


def test_who_was_overtaken_sees_what_changed_and_keeps_what_was_typed(
    analyst: Client, site: Site
) -> None:
    case = open_case(analyst)
    other = Client()
    other.force_login(User.objects.create_user("irma", role=Role.INVESTIGATOR))
    post(other, "edit", case, **{**WANTED, "severity": "low", "state": "open", "version": 1})
    form = {**WANTED, "title": "My better title", "state": "open", "version": 1}
    answer = analyst.post(reverse("case-edit", args=[case.pk]), form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "irma changed the severity from high to" in page
    assert 'value="My better title"' in page
    assert 'name="version" value="2"' in page
    assert "<option selected>low</option>" in page  # what was never touched is not undone


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("edit", {**WANTED, "version": 1, "state": "closed"}),
        ("edit", {**WANTED, "version": 1, "state": "open", "title": ""}),
        ("decide", {"version": 1, "decision": "confirmed"}),
        ("decide", {"version": 1, "do": "reopen"}),
        ("note", {"text": " "}),
        ("remove", {"what": "title", "key": "x"}),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    analyst: Client, site: Site, what: str, form: dict[str, object]
) -> None:
    case = open_case(analyst)
    assert post(analyst, what, case, **form) == 400
    assert case.changes.count() == 1


def test_a_closed_case_takes_nothing_more_and_says_so(analyst: Client, site: Site) -> None:
    case = open_case(analyst)
    post(analyst, "decide", case, decision="unfounded", reason="a test", version=1)
    form = {"case": case.pk, "person": "p001"}
    page = analyst.post(reverse("case-add"), form, follow=True).content.decode()
    assert f"Nothing was added to {case.number}" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True),
        ("state=open", True),
        ("state=closed", False),
        ("state=any", True),
        ("severity=high", True),
        ("severity=low", False),
        ("assignee=me", True),
        ("assignee=nobody", False),
        ("assignee=ines", True),
        ("assignee=irma", False),
        ("page=99", True),
    ],
)
def test_cases_are_chosen_by_the_address(
    analyst: Client, site: Site, query: str, shown: bool
) -> None:
    case = open_case(analyst, assignee="ines")
    page = analyst.get(f"{reverse('cases')}?{query}").content.decode()
    assert (f"{case.number}:" in page) == shown
    assert ("No cases." in page) != shown


def test_who_only_reads_is_offered_no_change(analyst: Client, site: Site) -> None:
    case = open_case(analyst, alert=Alert.objects.get().pk, event="e1")
    auditor = Client()
    auditor.force_login(User.objects.create_user("udo", role=Role.AUDITOR))
    for address in (f"/cases/{case.pk}/", "/cases/", "/alerts/", "/events/e1/", "/people/p001/"):
        page = auditor.get(address).content.decode()
        forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', page)
        assert [action for action in forms if action != reverse("sign-out")] == [], address


def test_a_change_needs_the_token_against_forgery(analyst: Client, site: Site) -> None:
    case = open_case(analyst)
    forging = Client(enforce_csrf_checks=True)
    forging.force_login(User.objects.create_user("irma"))
    assert post(forging, "note", case, text="forged") == 403


def test_looks_and_changes_are_noted(
    analyst: Client, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "auditapp.accounts.acts"):
        case = open_case(analyst)
        page_of(analyst, case)
        post(analyst, "note", case, text="x")
    assert [message for message in caplog.messages if "case" in message] == [
        f"ines opened case {case.number}",
        f"ines viewed case {case.number}",
        f"ines wrote a note on case {case.number}",
    ]


@pytest.mark.parametrize("number", ["0", "404", "9" * 25])
def test_there_is_no_page_of_a_case_that_is_not(analyst: Client, site: Site, number: str) -> None:
    assert analyst.get(f"/cases/{number}/").status_code == 404
    form = {"case": number, "person": "p001"}
    assert analyst.post(reverse("case-add"), form).status_code == 404


def test_a_nul_is_nowhere_in_the_way(analyst: Client, site: Site) -> None:
    case = open_case(analyst, title="a\x00b", person="p\x001", event="e\x001", why="\x00")
    assert case.title == r"a\x00b"
    assert post(analyst, "note", case, text="a\x00b") == 302
    for what in ("person", "alert", "event"):
        assert post(analyst, "remove", case, what=what, key="\x00") == 302
