"""Changes of who is who requeue days, rewrite no event, and scores follow."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from analytics.event import Context, table_of
from analytics.identity import IdentityError, Use
from analytics.store.base import Question
from auditapp.cases import identities
from auditapp.cases.assessment import assess_touched, refresh, scores_at
from auditapp.cases.identities import Gift
from auditapp.cases.intake import touch
from auditapp.cases.models import Alert, TouchedDay
from auditapp.eventstore import store
from auditapp.people import proposing, seen
from auditapp.people.directory import directory
from auditapp.people.models import (
    AccountDay,
    AccountLink,
    IdentityChange,
    Person,
    Refusal,
    WatchRow,
)
from tests.auditapp.dashboard.organisation import SOURCES

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
FRIDAY = MONDAY + timedelta(days=4)


@pytest.fixture(autouse=True)
def _site(settings: Settings, tmp_path: Path) -> None:
    """Ana with one account; another one, unknown, acts on Monday, Tuesday and Friday."""
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    for number, name in ((1, "Ana Silva"), (2, "Bo Kim"), (3, "A. Silva")):
        Person.objects.create(id=f"p{number}", name=name)
    AccountLink.objects.create(account="unix:asilva", person_id="p1")
    AccountLink.objects.create(account="unix:bkim", person_id="p2")
    rows: list[dict[str, Any]] = [
        {"actor.account": "github:anas", "@timestamp": time, "user.email": "Ana@lab.example"}
        for time in (MONDAY, TUESDAY, FRIDAY)
    ]
    rows.append({"actor.account": "unix:asilva", "@timestamp": MONDAY})
    rows.append({"actor.account": "unix:bkim", "@timestamp": TUESDAY})
    numbered = [{"event.id": f"e{n}", **row} for n, row in enumerate(rows)]
    context = Context(feed="lab", batch="b", origin="o", received=FRIDAY)
    store().append(table_of(numbered, context, SOURCES["github_webhook"]))
    touch({MONDAY.date(), TUESDAY.date(), FRIDAY.date()})
    assess_touched()


def touched() -> list[date]:
    """The days that wait for assessment."""
    return sorted(TouchedDay.objects.values_list("day", flat=True))


def alert(event: str, time: datetime) -> None:
    """On what the unknown account did."""
    Alert.objects.create(
        rule="r",
        title="Did something",
        severity="high",
        confidence=1.0,
        time=time,
        event=event,
        account="github:anas",
    )


def people() -> list[str]:
    """Who has a score on the Friday."""
    return [score.person for score in scores_at(FRIDAY + timedelta(hours=1)) if score.score]


def test_an_unknown_account_is_shown_with_what_it_did() -> None:
    (found,) = seen.unknown(directory())
    assert (found.account, found.acted, found.sources) == ("github:anas", 3, {"github_webhook"})
    assert (found.first, found.last) == (MONDAY, FRIDAY)


def test_an_accepted_proposal_requeues_days_rewrites_nothing_and_scores_follow() -> None:
    alert("e0", MONDAY)
    before = store().count(Question())
    assert people() == []
    AccountLink.objects.create(account="mail:ana@lab.example", person_id="p1")
    (proposal,) = proposing.proposals(["github:anas"], directory())["github:anas"]
    assert (proposal.person, proposal.confidence) == ("p1", pytest.approx(0.9, abs=0.1))
    identities.accept("github:anas", "p1", "ines")
    assert touched() == [MONDAY.date(), TUESDAY.date(), FRIDAY.date()]
    refresh(FRIDAY + timedelta(hours=1))
    assert people() == ["p1"]
    assert seen.unknown(directory()) == []
    assert store().count(Question()) == before
    change = IdentityChange.objects.get()
    assert (change.author, change.action, change.account) == ("ines", "accepted", "github:anas")


def test_a_refused_proposal_is_not_made_again() -> None:
    AccountLink.objects.create(account="mail:ana@lab.example", person_id="p1")
    for _ in range(2):
        identities.refuse("github:anas", "p1", "ines")
    assert "github:anas" not in proposing.proposals(["github:anas"], directory())
    assert Refusal.objects.get().author == "ines"
    assert IdentityChange.objects.count() == 1
    assert touched() == []


def test_a_split_gives_an_account_to_another_from_a_day_on() -> None:
    identities.give(Gift(account="github:anas", person="p1"), "ines")
    TouchedDay.objects.all().delete()
    since = TUESDAY.replace(hour=0)
    gift = Gift(account="github:anas", person="p2", since=since)
    identities.give(gift, "ines", IdentityChange.Action.SPLIT)
    known = directory()
    assert [known.who("github:anas", time) for time in (MONDAY, TUESDAY, FRIDAY)] == [
        "p1",
        "p2",
        "p2",
    ]
    assert touched() == [TUESDAY.date(), FRIDAY.date()]


def test_a_service_has_nobody_and_is_unknown_no_longer() -> None:
    identities.give(
        Gift(account="github:anas", use=Use.SERVICE), "ines", IdentityChange.Action.MARKED
    )
    assert seen.unknown(directory()) == []
    assert directory().who("github:anas", MONDAY) is None


def test_a_leavers_account_is_unknown_from_then_on_and_says_whose_it_was() -> None:
    AccountLink.objects.create(account="github:anas", person_id="p1", until=TUESDAY)
    (found,) = seen.unknown(directory())
    assert (found.acted, found.first, found.former) == (2, TUESDAY, ("p1",))
    identities.accept("github:anas", "p2", "ines")
    known = directory()
    assert [known.who("github:anas", time) for time in (MONDAY, FRIDAY)] == ["p1", "p2"]


def test_an_account_of_two_people_is_contested() -> None:
    for person in ("p1", "p2"):
        AccountLink.objects.create(account="github:anas", person_id=person)
    (found,) = seen.unknown(directory())
    assert found.contested
    identities.give(Gift(account="github:anas", person="p1"), "ines")
    assert seen.unknown(directory()) == []


def test_two_records_become_one_person() -> None:
    alert("e4", FRIDAY)
    AccountLink.objects.create(account="github:anas", person_id="p3")
    AccountLink.objects.create(account="unix:asilva", person_id="p3")
    Person.objects.filter(id="p3").update(team="vision")
    Person.objects.create(id="p4", name="Cy", manager="p3")
    WatchRow.objects.create(person="p3", reason="leaver")
    assert people() == ["p3"]
    identities.merge("p3", "p1", "ines")
    assert people() == ["p1"]
    assert touched() == [MONDAY.date(), TUESDAY.date(), FRIDAY.date()]
    known = directory()
    assert set(known.people) == {"p1", "p2", "p4"}
    assert known.who("unix:asilva", MONDAY) == "p1"
    assert (known.people["p1"].team, known.people["p4"].manager) == ("vision", "p1")
    assert WatchRow.objects.get().person == "p1"
    change = IdentityChange.objects.get()
    assert (change.person, change.other) == ("p1", "p3")


@pytest.mark.parametrize(
    ("gift", "reason"),
    [
        (Gift(account="github:anas"), "a personal account is somebody's"),
        (Gift(account="github:anas", use=Use.AGENT), "an? agent account is somebody's"),
        (Gift(account="anas", person="p1"), "'anas' is no account"),
        (Gift(account="github:anas", person="p9"), "nobody is known by that id"),
        (Gift(account="unix:" + "a" * 300, person="p1"), "at most 300 characters"),
    ],
)
def test_what_makes_no_sense_changes_nothing(gift: Gift, reason: str) -> None:
    with pytest.raises(IdentityError, match=reason):
        identities.give(gift, "ines")
    assert AccountLink.objects.count() == 2
    assert not IdentityChange.objects.exists()


@pytest.mark.parametrize(("one", "into"), [("p1", "p1"), ("p1", "p9"), ("p9", "p1")])
def test_a_merge_needs_two_people(one: str, into: str) -> None:
    with pytest.raises(IdentityError):
        identities.merge(one, into, "ines")
    assert not IdentityChange.objects.exists()


def test_where_no_account_was_kept_yet_every_day_is_assessed_again() -> None:
    AccountDay.objects.all().delete()
    identities.give(Gift(account="hf:somebody", person="p1"), "ines")
    assert touched() == [MONDAY.date(), TUESDAY.date(), FRIDAY.date()]
