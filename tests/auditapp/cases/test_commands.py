"""Commands that show what was found, and to whom."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from auditapp.accounts.models import Role, User
from auditapp.cases import assessment
from auditapp.cases.models import FindingRow, ScoreRow
from auditapp.people.models import Person

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


def said(*arguments: str) -> str:
    """What the command writes."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def cancelled(settings: Any) -> None:
    """Ana cancelled jobs, one of which has a name that means harm to a terminal."""
    settings.DEMO = True
    Person.objects.create(id="p1", name="Ana")
    FindingRow.objects.create(
        day=NOON.date() - timedelta(days=1),
        kind="isolation",
        finding="cancelled_jobs_of_others",
        title="Cancelled jobs of others",
        person="p1",
        time=NOON - timedelta(days=1),
        points=99,
        confidence=0.9,
        sentence="cancelled 1 job of another person: \x1b[2Jtrain\u202e",
        events=["e1"],
    )


@pytest.mark.usefixtures("cancelled")
def test_the_ranking_of_a_past_time_leaves_later_ones_alone() -> None:
    assessment.rescore(NOON.date(), NOON)
    assessment.rescore(NOON.date(), NOON + timedelta(days=2))
    assessment.rescore(NOON.date(), NOON - timedelta(hours=6))
    kept = set(ScoreRow.objects.values_list("as_of", flat=True))
    assert NOON + timedelta(days=2) in kept
    assert NOON not in kept, "a later one of the same day is replaced"
    assert NOON - timedelta(hours=6) in kept


@pytest.mark.usefixtures("cancelled")
def test_no_log_writes_to_the_terminal() -> None:
    assessment.rescore(NOON.date(), NOON)
    shown = said("risk")
    assert "\N{REPLACEMENT CHARACTER}[2Jtrain\N{REPLACEMENT CHARACTER}" in shown
    assert "\x1b" not in shown
    (row,) = json.loads(said("risk", "--json"))
    assert (row["person"], row["reasons"][0]["events"]) == ("p1", ["e1"])


def test_who_was_near_is_asked_of_the_command_line(settings: Any) -> None:
    settings.DEMO = True
    assert said("victims", "--since", "2020-01-01", "--until", "2020-01-09") == (
        "0 incidents of 0 failed jobs\n"
    )
    (answer,) = [json.loads(said("victims", "--until", "2020-01-09", "--job", "1", "--json"))]
    assert (answer["incidents"], answer["people"], answer["victims"]) == (0, [], [])
    with pytest.raises(CommandError, match="--since is not before --until"):
        said("victims", "--since", "2020-01-09", "--until", "2020-01-01")


@pytest.mark.parametrize("time", ["0001-01-01", "9999-12-31T23:59-12:00", "yesterday", "99999w"])
@pytest.mark.parametrize(
    "command", [("risk", "--as-of"), ("alerts", "--since"), ("score", "--as-of")]
)
def test_a_time_out_of_range_is_one_clear_line(command: tuple[str, str], time: str) -> None:
    with pytest.raises(CommandError, match=time):
        said(*command, time)


@pytest.mark.parametrize("role", Role.values)
def test_the_command_line_obeys_the_roles_of_the_site(role: str, settings: Any) -> None:
    settings.DEMO = False
    User.objects.create_user("kim", password="not needed here", role=role)
    if role == Role.ADMINISTRATOR:
        with pytest.raises(CommandError, match="may not read activity"):
            said("risk", "--as", "kim")
    else:
        assert "Nobody has a risk score" in said("risk", "--as", "kim")
    with pytest.raises(CommandError, match="no user of Foureyes"):
        said("risk", "--as", "lou")


@pytest.mark.usefixtures("cancelled")
def test_a_ranking_without_a_part_leaves_its_reasons_out() -> None:
    assessment.rescore(NOON.date(), NOON)
    asked = ("risk", "--as-of", NOON.isoformat(), "--json", "--without")
    (row,) = json.loads(said(*asked, "rules", "victims"))
    assert row["person"] == "p1"
    assert json.loads(said(*asked, "pillars")) == []
    assert ScoreRow.objects.get(as_of=NOON).person == "p1", "what is kept stays"


def test_a_ranking_without_a_part_is_of_a_time() -> None:
    with pytest.raises(CommandError, match="--without goes with --as-of"):
        said("risk", "--without", "rules")
