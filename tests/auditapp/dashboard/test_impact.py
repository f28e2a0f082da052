"""The page on which a team works through what an act reached."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from auditapp.accounts.models import Role, User
from auditapp.accounts.pseudonyms import pseudonym
from auditapp.cases.models import ImpactDecision, ImpactList
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import assert_harmless, links, read, whole
from tests.auditapp.readside.test_impact import reached

__all__ = ["reached"]
PAGE = "/impact/"
ASKED = {"kind": "path", "what": "/shared/lib"}


def asked(client: Client, **more: str) -> str:
    """The page that the form leads to."""
    return whole(client, f"{PAGE}?{urlencode({**ASKED, **more})}")


def form(page: str, *places: int) -> dict[str, str | list[str]]:
    """What a browser sends where the things at these places of the list are chosen."""
    text = re.findall(r'<form class="bulk.*?</form>', page, re.DOTALL)[0]
    things = re.findall(r'name="thing" value="([^"]*)"', page)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
    return {**hidden, "thing": [things[place] for place in places or (0,)]}


def test_before_anything_is_asked_the_page_says_what_it_is_for(analyst: Client, site: Site) -> None:
    page = read(analyst, PAGE)
    assert "Ask after an incident" in page
    assert_harmless(page)


def test_everything_that_was_reached_is_listed_with_its_ways(
    analyst: Client, reached: Site
) -> None:
    page = asked(analyst)
    assert_harmless(page)
    assert "0 of 2 worked through" in page
    assert "812 train.py" in page
    assert "/shared/lib/&quot;&gt;&lt;img" in page
    assert f"/events/j1/?day={reached.now:%Y}" in page
    anchors = links(page, "#t")
    assert anchors
    assert all(f'id="{one[1:]}"' in page for one in anchors)


def test_a_thing_is_worked_through_and_what_was_decided_stays(
    analyst: Client, reached: Site
) -> None:
    page = asked(analyst)
    for standing, note in (("suspect", "trained again"), ("cleared", f"evaluated {HOSTILE}")):
        answer = analyst.post(f"{PAGE}decide/", {**form(page), "standing": standing, "note": note})
        assert answer.status_code == 302
    page = whole(analyst, answer.headers["Location"])
    assert "1 of 2 worked through" in page
    assert 'standing-cleared">cleared' in page
    assert "evaluated &quot;&gt;&lt;img" in page
    assert "suspect. trained again" in page
    assert_harmless(page)
    assert [one.standing for one in ImpactDecision.objects.all()] == ["suspect", "cleared"]
    assert {one.author for one in ImpactDecision.objects.all()} == {"ines"}
    assert "812 train.py" not in re.sub(r"from <.*?</bdi>", "", asked(analyst, show="open"))


def test_many_things_are_worked_through_at_once(analyst: Client, reached: Site) -> None:
    given = form(asked(analyst), 0, 1)
    answer = analyst.post(
        f"{PAGE}decide/", {**given, "standing": "cleared", "note": "the same SHA-256"}
    )
    page = whole(analyst, answer.headers["Location"])
    assert "2 of 2 worked through" in page
    assert page.count("the same SHA-256") == 2
    assert ImpactList.objects.count() == 1


def test_nothing_is_decided_where_nothing_is_chosen(analyst: Client, reached: Site) -> None:
    given = {**form(asked(analyst)), "thing": [], "standing": "cleared", "note": "fine"}
    answer = analyst.post(f"{PAGE}decide/", given)
    assert answer.status_code == 400
    assert "no thing is chosen" in answer.content.decode()


def test_the_list_is_told_by_kind_and_each_figure_leads_to_its_things(
    analyst: Client, reached: Site
) -> None:
    page = asked(analyst)
    (jobs,) = [one for one in links(page, "?") if one.endswith("only=job&show=open")]
    page = whole(analyst, f"{PAGE}{jobs}")
    assert 'id="group-1">Jobs' in page
    assert 'id="group-2"' not in page


def test_what_belongs_to_others_is_told_from_a_persons_own(analyst: Client, reached: Site) -> None:
    of_ana = {"kind": "person", "what": "p001"}
    assert "812 train.py" in asked(analyst, **of_ana, whose="others")
    of_ben = {"kind": "person", "what": "p/2"}
    assert "812 train.py" in asked(analyst, **of_ben)
    assert "Nothing is left of this choice" in asked(analyst, **of_ben, whose="others")


def test_a_decision_without_a_reason_changes_nothing(analyst: Client, reached: Site) -> None:
    given = {**form(asked(analyst)), "standing": "cleared", "note": " "}
    answer = analyst.post(f"{PAGE}decide/", given)
    assert answer.status_code == 400
    assert "say why" in answer.content.decode()
    assert not ImpactList.objects.exists()


def test_who_only_reads_decides_nothing(reached: Site) -> None:
    client = Client()
    client.force_login(User.objects.create_user("audrey", role=Role.AUDITOR))
    page = asked(client)
    assert "Decide</button>" not in page
    assert 'type="checkbox"' not in page
    assert client.post(f"{PAGE}decide/", ASKED).status_code == 403
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    assert client.get(PAGE).status_code == 403


def test_the_page_of_a_person_leads_to_what_they_reached(analyst: Client, reached: Site) -> None:
    address = links(read(analyst, "/people/p001/"), f"{PAGE}?")[0]
    assert "812 train.py" in whole(analyst, address)


def test_the_page_of_an_event_leads_to_what_its_file_reached(
    analyst: Client, reached: Site
) -> None:
    address = links(read(analyst, "/events/w1/"), f"{PAGE}?")[0]
    assert "812 train.py" in whole(analyst, address)


def test_people_are_asked_for_by_pseudonym(
    analyst: Client, reached: Site, settings: Settings
) -> None:
    settings.DEMO = False
    page = asked(analyst, kind="person", what=pseudonym("p001"))
    assert "812 train.py" in page
    assert "Ana Silva" not in page
    answer = analyst.get(PAGE, {"kind": "person", "what": "p001"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": "relative"},
        {"kind": "commit", "what": "xyz"},
        {"kind": "person", "what": "nobody"},
        {"kind": HOSTILE},
        {"since": "soon"},
        {"since": "2999-01-01"},
        {"until": "0001-01-01"},
        {"what": HOSTILE},
    ],
)
def test_a_question_that_makes_no_sense_is_said_to_make_none(
    analyst: Client, site: Site, wrong: dict[str, str]
) -> None:
    answer = analyst.get(PAGE, {**ASKED, **wrong})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_what_was_not_reached_is_an_empty_list(analyst: Client, site: Site) -> None:
    page = asked(analyst, kind="commit", what="abcdef1")
    assert "Nothing was reached" in page
