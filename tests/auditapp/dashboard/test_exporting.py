"""Found events as a file."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from auditapp.accounts.models import Role, User
from auditapp.accounts.pseudonyms import pseudonym
from auditapp.dashboard import exporting
from tests.auditapp.dashboard.organisation import HOSTILE, Site
from tests.auditapp.dashboard.test_pages import links, read

FORMULA = '=HYPERLINK("http://evil.example","look")'


def exported(client: Client, form: str, query: str = "range=all") -> str:
    """What the browser would keep."""
    answer = client.get(f"{reverse('events-export', args=[form])}?{query}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="events-')
    return answer.getvalue().decode()


def table(text: str) -> list[dict[str, str]]:
    """The lines of a CSV by the names of its columns."""
    return list(csv.DictReader(io.StringIO(text)))


def test_a_spreadsheet_has_every_event_the_newest_first(analyst: Client, site: Site) -> None:
    rows = table(exported(analyst, "csv"))
    assert [row["event.id"] for row in rows] == ["e5", "e1", "a/b?c#d", "e2", "e4", "g1", "s1"]
    assert rows[1]["person"] == "Ana Silva"
    assert rows[1]["message"] == f"ana ran {HOSTILE}"
    assert rows[1]["event.original"] == "raw e1"


def test_lines_of_json_have_all_fields(analyst: Client, site: Site) -> None:
    labels = [("k", HOSTILE)]
    site.events("bash_history", {"id": "l1", "hours": 1, "labels": labels, "job.nodes": ["a", "b"]})
    events = [json.loads(line) for line in exported(analyst, "ndjson").splitlines()]
    assert len(events) == 8
    assert events[0]["labels"] == {"k": HOSTILE}
    assert events[0]["job.nodes"] == ["a", "b"]
    assert datetime.fromisoformat(events[0]["@timestamp"]) == site.now - timedelta(hours=1)


def test_only_what_was_asked_for_is_taken_away(analyst: Client, site: Site) -> None:
    page = read(analyst, f"{reverse('events')}?q=actor.account:%22unix:ben%22&range=30d")
    (address,) = links(page, reverse("events-export", args=["csv"]))
    assert [row["event.id"] for row in table(analyst.get(address).getvalue().decode())] == ["g1"]


@pytest.mark.parametrize("text", [FORMULA, "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_spreadsheet_computes_a_cell(analyst: Client, site: Site, text: str) -> None:
    site.events("bash_history", {"id": "f1", "hours": 1, "message": text, "host.name": text})
    row = table(exported(analyst, "csv"))[0]
    assert row["message"] == row["host.name"] == f"'{text}"


def test_it_goes_on_behind_the_first_page_and_ends_at_the_most(
    analyst: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    assert len(table(exported(analyst, "csv"))) == 7
    monkeypatch.setattr(exporting, "MOST", 4)
    assert len(table(exported(analyst, "csv"))) == 4


def test_people_are_pseudonyms_where_data_are_real(
    analyst: Client, site: Site, settings: Settings
) -> None:
    settings.DEMO = False
    assert table(exported(analyst, "csv"))[1]["person"] == pseudonym("p001")


def test_what_makes_no_sense_is_said_to_make_none(analyst: Client, site: Site) -> None:
    address = reverse("events-export", args=["csv"])
    assert analyst.get(f"{address}?q=a:(b").status_code == 400
    assert analyst.get(reverse("events-export", args=["xlsx"])).status_code == 404


def test_a_store_that_cannot_be_reached_gives_no_half_file(
    analyst: Client, site: Site, settings: Settings
) -> None:
    settings.EVENT_STORE_URL = "http://127.0.0.1:9"
    answer = analyst.get(reverse("events-export", args=["csv"]))
    assert answer.status_code == 503


def test_an_administrator_takes_nothing_away(site: Site) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada", role=Role.ADMINISTRATOR))
    assert client.get(reverse("events-export", args=["csv"])).status_code == 403


def test_the_name_of_the_file_says_when(analyst: Client, site: Site) -> None:
    answer = analyst.get(reverse("events-export", args=["ndjson"]))
    assert f"{datetime.now(UTC):%Y%m%d}" in answer["Content-Disposition"]
