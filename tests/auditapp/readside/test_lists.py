"""What a SIEM reads: who may, what it gets, and pages that neither skip nor double."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from analytics.findings import RiskScore
from auditapp.accounts.models import ApiToken, Role, User
from auditapp.accounts.scopes import ACTIVITY, Scope
from auditapp.cases import standings
from auditapp.cases.models import Alert, Standing
from auditapp.ingest.models import Feed, Silence
from auditapp.reports.models import ReportRow
from tests.auditapp.dashboard.organisation import Site

pytestmark = pytest.mark.django_db
LISTS = ("alerts", "cases", "risk", "people", "events", "rules", "pillars", "reports", "feeds")


def token(*scopes: str) -> str:
    """The text of a token for these."""
    return ApiToken.issue(name="siem", scopes=list(scopes))[1]


def ask(name: str, text: str, **query: object) -> Any:
    """The answer to a token."""
    headers = {"Authorization": f"Bearer {text}"}
    return Client().get(
        reverse(f"api-{name}"), {k: str(v) for k, v in query.items()}, headers=headers
    )


def read(name: str, **query: object) -> dict[str, Any]:
    """What a token that may reads."""
    answer = ask(name, token(f"read:{name}"), **query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def walk(name: str, limit: int, **query: object) -> list[dict[str, Any]]:
    """Every row, page by page."""
    found, more = [], True
    while more:
        page = read(name, limit=limit, **query)
        found += page["results"]
        more, query = page["more"], {**query, "cursor": page["cursor"]}
    return found


@pytest.mark.parametrize("name", LISTS)
def test_a_token_reads_only_what_it_is_for(site: Site, name: str) -> None:
    others = [scope for scope in Scope.values if scope != f"read:{name}"]
    refused = ask(name, token(*others))
    assert refused.status_code == 403
    assert refused.json()["detail"] == f"This token lacks the scope read:{name}."
    assert ask(name, token(f"read:{name}")).status_code == 200
    assert ask(name, "fe_wrong").status_code == 401
    assert Client().get(reverse(f"api-{name}")).status_code == 401


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMINISTRATOR])
def test_somebody_signed_in_reads_what_the_pages_show_them(
    site: Site, name: str, role: Role
) -> None:
    client = Client()
    client.force_login(User.objects.create_user("one", role=role))
    answer = client.get(reverse(f"api-{name}"))
    allowed = role != Role.ADMINISTRATOR or f"read:{name}" not in ACTIVITY
    assert answer.status_code == (200 if allowed else 403)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "x"},
        {"limit": "100000"},
        {"cursor": "x"},
        {"cursor": "!!!"},
        {"cursor": "WyJvdGhlciIsMV0"},
        {"cursor": "e30"},
    ],
)
def test_what_makes_no_sense_is_refused(site: Site, name: str, query: dict[str, str]) -> None:
    assert ask(name, token(f"read:{name}"), **query).status_code == 400


def test_an_alert_is_an_ecs_document_about_a_pseudonym(site: Site, settings: Settings) -> None:
    Alert.objects.update(tags=["attack.t1485", "attack.impact"], tactics=["impact"])
    settings.DEMO, settings.SITE_URL = False, "https://foureyes.example/"
    one = read("alerts")["results"][0]
    assert one["event"]["kind"] == "alert"
    assert one["event"]["severity"] == 73
    assert one["event"]["url"].startswith("https://foureyes.example/events/e1/?day=")
    assert one["rule"]["id"] == "scancel_of_others"
    assert one["threat"]["tactic"]["name"] == ["impact"]
    assert one["threat"]["technique"]["id"] == ["T1485"]
    assert one["user"]["id"] == one["user"]["name"]
    assert one["user"]["id"].startswith("P-")
    for name in ("alerts", "people", "risk"):
        text = ask(name, token(f"read:{name}")).content.decode()
        assert "Ana Silva" not in text
        assert "p001" not in text
        assert "unix:ana" not in text


def test_an_account_nobody_is_known_behind_is_named(site: Site) -> None:
    Alert.objects.update(account="unix:nobody")
    assert read("alerts")["results"][0]["user"] == {"name": "unix:nobody"}
    Alert.objects.update(account=None)
    assert read("alerts")["results"][0]["user"] == {}


def test_pages_neither_skip_nor_double_a_row_while_rows_change(site: Site) -> None:
    """Between any two pages some alerts change and new ones come: at the end the reader has the
    last state of each, and no state twice."""
    chance = random.Random(7)
    for number in range(40):
        site.alert(f"n{number}")
    seen: list[tuple[str, str]] = []
    held: dict[str, dict[str, Any]] = {}
    cursor: str | None = None
    for turn in range(30):
        page = read("alerts", limit=7, **({"cursor": cursor} if cursor else {}))
        for one in page["results"]:
            own = one["foureyes"]["alert"]
            seen.append((one["event"]["id"], own["updated"]))
            held[one["event"]["id"]] = own
        cursor = page["cursor"]
        if turn < 15:
            ids = list(Alert.objects.values_list("pk", flat=True))
            Alert.objects.filter(pk__in=chance.sample(ids, 3)).update(state="acknowledged")
            row = Alert.objects.get(pk=chance.choice(ids))
            row.state = "closed"
            row.save(update_fields=["state"])
            site.alert(f"later{turn}")
        elif not page["more"]:
            break
    assert not page["more"]
    assert len(seen) == len(set(seen))
    assert {name: own["state"] for name, own in held.items()} == {
        f"alert-{row.pk}": row.state for row in Alert.objects.all()
    }


def test_the_cursor_of_an_empty_page_goes_on_from_there(site: Site) -> None:
    Alert.objects.all().delete()
    first = read("alerts")
    assert (first["results"], first["more"]) == ([], False)
    site.alert("new")
    assert len(read("alerts", cursor=first["cursor"])["results"]) == 1
    last = read("alerts", cursor=first["cursor"])["cursor"]
    assert read("alerts", cursor=last) == {"results": [], "cursor": last, "more": False}


def test_only_what_changed_after_a_time_is_read(site: Site) -> None:
    before = Alert.objects.get().updated
    new = site.alert("new")
    found = read("alerts", updated_after=before.isoformat())["results"]
    assert [one["event"]["id"] for one in found] == [f"alert-{new.pk}"]
    assert ask("alerts", token("read:alerts"), updated_after="yesterday").status_code == 400


def score(person: str, value: float, level: str) -> RiskScore:
    """A score without reasons."""
    return RiskScore(
        person=person, as_of=datetime(2026, 11, 1, tzinfo=UTC), score=value, level=level, reasons=()
    )


def test_a_person_comes_again_when_the_risk_changes_and_only_then(site: Site) -> None:
    now = site.now + timedelta(hours=1)
    standings.keep([score("p001", 81.04, "high"), score("p/2", 3, "none")], now)
    first = read("risk")
    assert [one["user"]["risk"]["calculated_level"] for one in first["results"]] == ["high", "none"]
    assert first["results"][0]["foureyes"]["risk"]["reasons"][0]["kind"] == "isolation"
    standings.keep([score("p001", 81.01, "high"), score("p/2", 3, "none")], now)
    assert read("risk", cursor=first["cursor"])["results"] == []
    standings.keep([score("p001", 65, "moderate")], now)
    again = read("risk", cursor=first["cursor"])
    levels = {
        one["user"]["id"]: (one["foureyes"]["risk"]["before"], one["user"]["risk"])
        for one in again["results"]
    }
    assert levels["p001"][0] == "high"
    assert levels["p001"][1]["calculated_level"] == "moderate"
    assert levels["p/2"][1]["calculated_score"] == 0


def test_scores_of_a_past_time_change_nothing(site: Site) -> None:
    standings.keep([score("p001", 99, "critical")], site.now - timedelta(days=3))
    assert not Standing.objects.exists()


@pytest.mark.parametrize("name", ["people", "rules", "events", "feeds", "pillars", "reports"])
def test_small_pages_are_together_the_whole_list(site: Site, name: str) -> None:
    for number in range(3):
        Feed.objects.create(name=f"feed{number}")
        until = site.now + timedelta(days=number)
        ReportRow.objects.create(schedule="weekly", since=site.now, until=until, subject="s")
    query = {"since": "2020-01-01"} if name == "events" else {}
    whole = read(name, limit=50, **query)
    rows = walk(name, 2 if name != "rules" else 20, **query)
    assert len(rows) == len({str(row) for row in rows}) >= 2
    assert rows[: len(whole["results"])] == whole["results"]


def test_events_are_searched_within_bounds(site: Site) -> None:
    found = read("events", q="actor.account:unix\\:ana")["results"]
    assert {one["event.id"] for one in found} == {"e1", "a/b?c#d"}  # of the last 24 hours
    assert found[0]["user.id"] == "p001"
    assert ask("events", token("read:events"), q="a:(b").status_code == 400
    assert ask("events", token("read:events"), since="yesterday").status_code == 400
    assert ask("events", token("read:events"), limit="501").status_code == 400


def test_events_of_a_store_that_is_away_are_asked_for_later(site: Site, settings: Settings) -> None:
    settings.EVENT_STORE_URL = "http://127.0.0.1:9"
    answer = ask("events", token("read:events"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_feeds_tell_how_they_and_their_sources_are(site: Site) -> None:
    Silence.objects.create(feed=site.feed, since=site.now, expected_seconds=60)
    one = read("feeds")["results"][0]
    assert (one["name"], one["state"]) == ("lab/shell", "silent")
    assert one["counts"]["rejected_share"] == pytest.approx(2 / 9)
    assert one["sources"][0]["source"] == "bash_history"
    assert one["sources"][0]["counts"]["stored"] == 7


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_json_whatever_is_asked_for(site: Site, name: str) -> None:
    headers = {"Authorization": f"Bearer {token(f'read:{name}')}", "Accept": "text/html"}
    answer = Client().get(reverse(f"api-{name}"), {"format": "csv"}, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
