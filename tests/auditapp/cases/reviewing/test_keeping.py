"""Verdicts are kept by day, and follow what comes late."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from auditapp.cases.assessment import assess_touched
from auditapp.cases.intake import touch
from auditapp.cases.models import FindingRow, VerdictRow
from auditapp.cases.reviewing.shares import shares
from auditapp.eventstore import store
from auditapp.people.models import AccountLink, Person
from tests.analytics.governance.pull_requests import (
    DAY,
    Payload,
    commit,
    merged,
    opened,
    parsed,
    pushed,
    reviewed,
)

pytestmark = pytest.mark.django_db
LONG_AGO = -24 * 40 + 9  # hours: forty days before, further back than a baseline learns


@pytest.fixture(autouse=True)
def _site(settings: Settings, tmp_path: Path) -> None:
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    for name, team in (("ana", "vision"), ("bo", "infra")):
        Person.objects.create(id=name, name=name, team=team)
        AccountLink.objects.create(account=f"github:{name}", person_id=name)


def arrived(*payloads: Payload) -> None:
    """Takes in what a forge delivered, and assesses the days that it touched."""
    events = parsed(payloads)
    store().append(events)
    touch({time.date() for time in events["@timestamp"].to_pylist()})
    assess_touched()


def verdicts() -> list[tuple[str, str]]:
    """What was decided, the newest first."""
    return list(VerdictRow.objects.values_list("verdict", "why"))


def test_every_update_is_kept_with_whose_it_is_and_its_proof() -> None:
    arrived(opened(), merged(), pushed())
    row = VerdictRow.objects.get()
    assert (row.verdict, row.why) == ("bypass", "unapproved")
    assert (row.lander, row.person, row.account) == ("ana", "ana", "github:ana")
    assert (row.repository, row.branch, row.pull, row.team) == ("lab/lib", "main", 7, "vision")
    assert len(row.events) == 2
    assert store().get(row.events[0]) is not None


def test_assessing_a_day_again_doubles_nothing() -> None:
    arrived(opened(), merged(), pushed())
    touch({DAY.date()})
    assess_touched()
    assert VerdictRow.objects.count() == 1


def test_an_approval_that_comes_late_changes_the_verdict_and_what_is_held_against_people() -> None:
    arrived(opened(), merged(), pushed())
    assert FindingRow.objects.filter(finding="merged_own_work").count() == 1
    arrived(reviewed())
    assert verdicts() == [("reviewed", "approved")]
    assert not FindingRow.objects.filter(finding="merged_own_work").exists()


def test_so_does_one_from_long_before_the_merge() -> None:
    arrived(opened(at=LONG_AGO), merged(), pushed())
    assert verdicts() == [("bypass", "unapproved")]
    arrived(reviewed(at=LONG_AGO + 1))
    assert verdicts() == [("reviewed", "approved")]


def test_that_a_repository_has_pull_requests_may_be_learnt_late() -> None:
    arrived(pushed())
    assert verdicts() == [("unknown", "nothing_seen")]
    arrived(opened("bo", at=LONG_AGO, number=9))
    assert verdicts() == [("bypass", "pushed")]


def test_what_is_older_than_a_look_back_moves_nothing() -> None:
    arrived(pushed())
    arrived(opened("bo", at=-24 * 100, number=9))
    assert verdicts() == [("unknown", "nothing_seen")]


def test_shares_count_what_is_known_by_month_team_and_repository() -> None:
    other = [opened("bo", at=1, head="x", number=8), pushed("bo", at=2, after="y")]
    arrived(opened(), reviewed(), merged(), pushed(commits=[commit("m", "ana")]), *other)
    rows = VerdictRow.objects.all()
    (month,) = shares(rows, "month", 9)
    assert (month.of, month.reviewed, month.bypass, month.unknown) == ("2026-02", 1, 1, 0)
    assert month.share == 0.5
    teams = {one.of: (one.reviewed, one.bypass) for one in shares(rows, "team", 9)}
    assert teams == {"vision": (1, 0), "infra": (0, 1)}
    (repository,) = shares(rows, "repository", 9)
    assert (repository.of, repository.decided) == ("lab/lib", 2)
    VerdictRow.objects.update(verdict="unknown")
    (month,) = shares(rows, "month", 9)
    assert (month.decided, month.share, month.unknown) == (0, None, 2)
    assert shares(rows.filter(time__lt=DAY - timedelta(days=1)), "month", 9) == []


@pytest.mark.slow
def test_days_assessed_earlier_are_assessed_anew_on_request() -> None:
    early = (opened(at=-48), merged(at=-47), pushed(at=-47))
    arrived(*early, opened(number=8), merged(number=8, commit="n"), pushed(after="n"))
    VerdictRow.objects.all().delete()
    call_command("score", "--since", "2026-02-20", "--until", "2026-02-21")
    assert [row.time.date() for row in VerdictRow.objects.all()] == [DAY.date()]
