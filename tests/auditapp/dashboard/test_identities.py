"""The pages about who is behind each account: shown, decided, merged."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from auditapp.accounts import pseudonyms
from auditapp.accounts.models import Role, User
from auditapp.cases.models import TouchedDay
from auditapp.people.models import (
    AccountDay,
    AccountLink,
    FormerPosition,
    IdentityChange,
    LeaveRow,
    Person,
    Refusal,
    UnixGroupRow,
    WatchRow,
)
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_imports import uploaded
from tests.auditapp.dashboard.test_pages import assert_harmless, read

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGES = ("identities", "unknown-accounts", "identity-merge", "identity-import", "identity-changes")


def seen(account: str, *days: date, events: int = 3) -> None:
    """The account acted on these days."""
    for day in days or (DAY,):
        AccountDay.objects.create(
            day=day,
            account=account,
            source="github_webhook",
            acted=True,
            events=events,
            first=NOON,
            last=NOON,
        )


def chose(account: str) -> str:
    """What the box beside an account sends."""
    return urlencode({"account": account})


def offered(page: str, button: str) -> list[str]:
    """What the buttons of that name send."""
    found = re.findall(rf'name="{button}" value="([^"]*)"', page)
    return [one.replace("&amp;", "&") for one in found]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_something_where_there_is_nothing(keeper: Client, name: str) -> None:
    assert "<h1>" in read(keeper, reverse(name))


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_stays_text(keeper: Client, site: Site, name: str) -> None:
    seen(f"github:{HOSTILE}")
    Person.objects.filter(id="p001").update(team=HOSTILE, manager="p/2")
    IdentityChange.objects.create(
        author=HOSTILE, action="merged", account=HOSTILE, person="p/2", detail=HOSTILE
    )
    assert_harmless(read(keeper, reverse(name)))
    assert_harmless(read(keeper, reverse("identity", args=["p/2"])))
    plain = quote(f"x:{HOSTILE}".replace("\u202e", "").replace("\x1b", ""))
    assert_harmless(read(keeper, f"{reverse('identity-give')}?account={plain}&use=service"))


def test_people_are_listed_and_chosen(keeper: Client, site: Site) -> None:
    today = datetime.now(UTC).date()
    Person.objects.create(id="p3", name="Cy Moe", team="infra", end=today - timedelta(days=3))
    Person.objects.create(id="p4", name="Di Poe", team="infra", start=today)
    AccountLink.objects.create(account="github:di-agent", person_id="p4", use="agent")

    def listed(query: str) -> set[str]:
        page = read(keeper, f"{reverse('identities')}?{query}")
        return set(re.findall(r'<th scope="row"><a href="/identities/of/([^"]+)/"', page))

    assert listed("") == {"p001", "p/2", "p3", "p4"}
    assert listed("team=infra") == {"p3", "p4"}
    assert listed("role=intern") == {"p001"}
    assert listed("use=agent") == {"p4"}
    assert listed("state=left") == {"p3"}
    assert listed("state=joiners") == {"p4"}
    assert listed("team=nowhere&state=nonsense") == set()


def test_a_persons_accounts_stand_on_a_line_of_time_with_what_else_is_known(
    keeper: Client, site: Site
) -> None:
    seen("unix:ana", events=7)
    FormerPosition.objects.create(person_id="p001", team="data", role="student", until=DAY)
    UnixGroupRow.objects.create(realm="hpc", gid=1, name="gpu", members=["ana"])
    WatchRow.objects.create(person="p001", reason="leaver")
    LeaveRow.objects.create(person="p001", since=site.now, kind="parental")
    page = read(keeper, reverse("identity", args=["p001"]))
    assert page.count('class="held"') == 2
    assert page.count('class="seen"') == 1
    for text in ("student", "gpu (hpc)", "leaver", "parental", ">7</a>"):
        assert text in page
    person = read(keeper, reverse("person", args=["p001"]))
    assert "leaver" in person


def test_an_administrator_sees_whose_accounts_are_and_no_activity(site: Site) -> None:
    seen("unix:ana")
    seen("github:new")
    WatchRow.objects.create(person="p001", reason="grievance")
    client = Client()
    client.force_login(User.objects.create_user("adm", role=Role.ADMINISTRATOR))
    page = read(client, reverse("identity", args=["p001"]))
    assert "unix:ana" in page
    for text in ("/events/", "/people/p001", "grievance", 'class="seen"'):
        assert text not in page
    assert "/events/?" not in read(client, reverse("unknown-accounts"))


def test_a_proposal_is_accepted_and_its_days_wait(keeper: Client, site: Site) -> None:
    seen("github:ana-silva")
    page = read(keeper, reverse("unknown-accounts"))
    assert "it is the person&#x27;s name" in page
    answer = keeper.post(reverse("unknown-decide"), {"accept": offered(page, "accept")[0]})
    assert answer["Location"] == reverse("unknown-accounts")
    link = AccountLink.objects.get(account="github:ana-silva")
    assert (link.person_id, link.origin) == ("p001", "decision")
    assert IdentityChange.objects.get().author == "irma"
    assert TouchedDay.objects.get().day == DAY
    assert not offered(read(keeper, reverse("unknown-accounts")), "accept")


def test_a_proposal_is_refused_for_good(keeper: Client, site: Site) -> None:
    seen("github:ana-silva")
    address = reverse("unknown-accounts")
    keeper.post(reverse("unknown-decide"), {"refuse": offered(read(keeper, address), "refuse")[0]})
    assert Refusal.objects.get().person_id == "p001"
    assert not offered(read(keeper, address), "accept")


def test_many_are_decided_at_once(keeper: Client, site: Site) -> None:
    for name in ("ana-silva", "ci-runner", "x1", "x2"):
        seen(f"github:{name}")
    decide = reverse("unknown-decide")
    chosen = ["github:ana-silva", "github:x1"]
    page = keeper.post(decide, {"action": "accept", "chosen": [*map(chose, chosen)]}, follow=True)
    assert "1 account accepted; 1 account had no proposal" in page.content.decode()
    keeper.post(
        decide, {"action": "service", "chosen": [chose("github:ci-runner"), chose("github:x1")]}
    )
    uses = dict(AccountLink.objects.exclude(origin="people").values_list("account", "use"))
    assert uses == {
        "github:ana-silva": "personal",
        "github:ci-runner": "service",
        "github:x1": "service",
    }
    page = keeper.post(decide, {"action": "bot"}, follow=True)
    assert "No account was chosen." in page.content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {"accept": "account=github:x&person=nobody"},
        {"accept": "nonsense"},
        {"refuse": "account=nocolon&person=p001"},
        {"action": "fire", "chosen": ["account=github:x"]},
        {"action": "service", "chosen": ["account=nocolon"]},
        {"accept": "account=github:x%00&person=%00"},
    ],
)
def test_a_decision_that_makes_no_sense_changes_nothing(
    keeper: Client, site: Site, form: dict[str, str]
) -> None:
    before = AccountLink.objects.count()
    assert keeper.post(reverse("unknown-decide"), form).status_code == 400
    assert AccountLink.objects.count() == before


def test_an_account_is_split_off_after_a_preview(keeper: Client, site: Site) -> None:
    seen("unix:ana", DAY, DAY + timedelta(days=1))
    given = {"account": "unix:ana", "person": "p/2", "use": "personal", "since": "2026-03-03"}
    page = read(keeper, f"{reverse('identity-give')}?{urlencode(given)}")
    assert "3 events on 1 day is assessed again" in page
    assert AccountLink.objects.filter(account="unix:ana").count() == 1
    assert keeper.post(reverse("identity-give"), given)["Location"] == "/identities/of/p/2/"
    spans = AccountLink.objects.filter(account="unix:ana").order_by("until")
    assert {(link.person_id, str(link.since or "")[:10]) for link in spans} == {
        ("p001", ""),
        ("p/2", "2026-03-03"),
    }
    assert IdentityChange.objects.get().action == "split"


@pytest.mark.parametrize(
    "query",
    [
        "account=unix:ana&use=personal",
        "account=unix:ana&use=nonsense",
        "account=ana&use=service",
        "account=unix:ana&use=personal&person=nobody",
        "account=unix:ana&use=service&since=soon",
        "use=service",
    ],
)
def test_a_gift_that_makes_no_sense_is_told(keeper: Client, site: Site, query: str) -> None:
    address = f"{reverse('identity-give')}?{query}"
    assert 'class="problem"' in read(keeper, address)
    form = dict(re.findall(r"(\w+)=([^&]*)", query))
    assert keeper.post(reverse("identity-give"), form).status_code == 400
    assert not IdentityChange.objects.exists()


def test_two_people_are_merged_after_a_preview(keeper: Client, site: Site) -> None:
    seen("unix:ben")
    page = read(keeper, f"{reverse('identity-merge')}?one=p/2&into=p001")
    assert "unix:ben" in page
    assert Person.objects.get(id="p/2").merged_into is None
    answer = keeper.post(reverse("identity-merge"), {"one": "p/2", "into": "p001"})
    assert answer["Location"] == "/identities/of/p001/"
    assert AccountLink.objects.get(account="unix:ben").person_id == "p001"
    assert keeper.get("/identities/of/p/2/").status_code == 404
    again = keeper.post(reverse("identity-merge"), {"one": "p001", "into": "p001"})
    assert again.status_code == 400


def test_outside_synthetic_data_no_page_tells_a_name(
    keeper: Client, site: Site, settings: Settings
) -> None:
    settings.DEMO = False
    seen("github:x-silva")
    IdentityChange.objects.create(author="irma", action="merged", person="p001", other="p/2")
    reference = pseudonyms.pseudonym("p001")
    page = read(keeper, reverse("identities"))
    assert reference in page
    pages = [read(keeper, reverse(name)) for name in PAGES]
    pages.append(read(keeper, reverse("identity", args=[reference])))
    pages.append(read(keeper, f"{reverse('identity-give')}?account=unix:ana&use=service"))
    for text in pages:
        assert "Ana" not in text
        assert "p001" not in text
    assert keeper.get("/identities/of/p001/").status_code == 404
    text = uploaded(keeper, b"person,name,accounts\np001,Changed,unix:ana\n")
    assert "Ana" not in text
    assert reference not in text
