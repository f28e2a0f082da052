"""Old logs train, score and fill the pages; nobody is told of what they show."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken, Role, User
from auditapp.accounts.scopes import Scope
from auditapp.cases import assessment
from auditapp.cases.intake import LATEST, SETTLED, touch
from auditapp.cases.models import Alert, TouchedDay
from auditapp.ingest import work
from auditapp.ingest.models import Batch, Feed
from auditapp.reports.content import gather
from auditapp.reports.formats import as_html, as_text

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = "/api/v1/ingest/bash_history?host=gpu03&user=asilva&whole=true"


def log(*times: datetime) -> bytes:
    """A history in which a rule fires at each of the times."""
    return "".join(f"#{time.timestamp():.0f}\nhistory -c # {time}\n" for time in times).encode()


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, settings: Settings) -> None:
    settings.SPOOL = tmp_path / "spool"
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()


def send(body: bytes, *scopes: str, query: str = "&backfill=true") -> Any:
    token = ApiToken.issue(name="archive", feed="lab", scopes=list(scopes))[1]
    return Client().post(
        ADDRESS + query,
        body,
        content_type="text/plain",
        headers={"Authorization": f"Bearer {token}"},
    )


def taken_in(body: bytes, query: str = "&backfill=true") -> Batch:
    """The batch of a log that was sent and taken in."""
    answer = send(body, Scope.INGEST, Scope.BACKFILL, query=query)
    assert answer.status_code == 202, answer.content
    work.process(answer.json()["batch"])
    return Batch.objects.get(id=answer.json()["batch"])


def test_a_backfill_needs_a_token_that_is_for_it() -> None:
    assert send(log(NOW), Scope.INGEST).status_code == 403
    assert send(log(NOW), Scope.BACKFILL).status_code == 403
    assert Batch.objects.count() == 0
    assert send(log(NOW), Scope.INGEST, Scope.BACKFILL).status_code == 202
    assert Batch.objects.get().backfill


def test_its_alerts_are_marked_and_carry_both_times() -> None:
    began = timezone.now()
    batch = taken_in(log(NOW - timedelta(days=90)))
    assert (batch.stored, batch.rejected) == (1, 0)
    alert = Alert.objects.get()
    assert alert.backfill
    assert alert.time == NOW - timedelta(days=90)
    assert began <= alert.detected <= timezone.now()
    feed = Feed.objects.get(name="lab")
    assert (feed.last_seen, feed.heard, feed.pulses.count()) == (None, None, 0)
    out = io.StringIO()
    call_command("alerts", "--json", stdout=out)
    (told,) = json.loads(out.getvalue())
    assert (told["backfill"], told["detected"]) == (True, alert.detected.isoformat())
    client = Client()
    client.force_login(User.objects.create_user("ines", role=Role.ANALYST))
    assert "backfill, detected" in client.get(reverse("alerts")).content.decode()


def test_what_is_sent_without_a_word_is_live() -> None:
    taken_in(log(NOW), query="")
    assert not Alert.objects.get().backfill
    assert Feed.objects.get(name="lab").last_seen


def test_a_report_leaves_its_alerts_out_and_says_how_many() -> None:
    taken_in(log(NOW), query="")
    taken_in(log(NOW - timedelta(minutes=2), NOW - timedelta(minutes=1), NOW + timedelta(hours=2)))
    week = gather(NOW - timedelta(days=7), NOW + timedelta(days=7))
    assert sum(week.alerts.values()) == sum(count for _, count in week.rules) == 1
    assert week.backfilled == 0
    now = timezone.now()
    filled = gather(now - timedelta(hours=1), now + timedelta(hours=1))
    assert filled.backfilled == 2
    assert filled.quiet
    for text in (as_text(filled), as_html(filled)):
        assert "2 more alerts found in old logs" in text


def test_a_day_that_a_backfill_goes_on_touching_is_assessed_when_it_has_settled() -> None:
    old, today = date(2025, 12, 2), date(2026, 3, 2)
    touch({old}, backfill=True)
    touch({today})
    assert assessment.refresh(NOW, settled=True) == [today]
    TouchedDay.objects.update(after=timezone.now() - SETTLED)
    assert assessment.refresh(NOW, settled=True) == [old]
    assert not TouchedDay.objects.exists()


def test_it_is_not_waited_for_longer_than_an_hour_nor_at_all_once_the_day_is_live() -> None:
    day = date(2025, 12, 2)
    touch({day}, backfill=True)
    marked = timezone.now() - LATEST
    TouchedDay.objects.update(marked=marked)
    touch({day}, backfill=True)
    assert TouchedDay.objects.get().after == marked + LATEST
    touch({day})
    assert TouchedDay.objects.get().after is None
    touch({day}, backfill=True)
    assert TouchedDay.objects.get().after is None
    assert TouchedDay.objects.get().serial == 4


def test_the_command_line_scores_at_once() -> None:
    touch({date(2025, 12, 2)}, backfill=True)
    assert assessment.refresh(NOW) == [date(2025, 12, 2)]


def test_files_can_be_filled_in_from_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(log(NOW))
    label = ("--source", "bash_history", "--host", "gpu03", "--user", "asilva")
    out = io.StringIO()
    call_command("ingest", str(path), *label, "--backfill", "--json", stdout=out)
    assert json.loads(out.getvalue())["stored"] == 1
    assert Batch.objects.get().backfill
    assert Alert.objects.get().backfill


def test_stored_events_without_alerts_get_them_once() -> None:
    batch = taken_in(log(NOW, NOW + timedelta(days=2)), query="")
    kept = Alert.objects.earliest("time")
    Alert.objects.exclude(id=kept.id).delete()
    TouchedDay.objects.all().delete()

    def rematch(*arguments: str) -> Any:
        out = io.StringIO()
        call_command("rematch", "--json", *arguments, stdout=out)
        return json.loads(out.getvalue())

    assert rematch("--until", "2026-03-03") == {"days": 1, "alerts": 0}
    assert rematch() == {"days": 2, "alerts": 1}
    assert rematch() == {"days": 2, "alerts": 0}
    found = Alert.objects.latest("time")
    assert (found.backfill, found.batch, found.time) == (True, batch.id, NOW + timedelta(days=2))
    assert not Alert.objects.get(id=kept.id).backfill
    assert list(TouchedDay.objects.values_list("day", flat=True)) == [date(2026, 3, 4)]


def test_whoever_is_stopped_between_assessing_and_scoring_does_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken_in(log(NOW), query="")

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(assessment, "rescore", killed)
        assessment.refresh(NOW)
    assert TouchedDay.objects.exists()
    assert assessment.refresh(NOW) == [NOW.date()]
    assert not TouchedDay.objects.exists()
