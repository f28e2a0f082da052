"""Risk reports: their content, their formats, and that each arrives once."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from auditapp.cases.models import Alert, FindingRow
from auditapp.ingest.models import Batch, Feed
from auditapp.operations.models import Tally
from auditapp.people.models import AccountLink, Person
from auditapp.reports import delivery
from auditapp.reports.content import gather
from auditapp.reports.formats import FORMATS, as_csv, as_html, as_text
from auditapp.reports.models import ReportRow

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
HOSTILE = "=cmd|' /C calc'!A1 <script>alert(1)</script>"


@pytest.fixture
def busy(settings: Any) -> None:
    """Ana cancelled jobs of others, under a name that means harm."""
    settings.DEMO = True
    Person.objects.create(id="p1", name=HOSTILE)
    AccountLink.objects.create(account="unix:ana", person_id="p1")
    FindingRow.objects.create(
        day=MONDAY.date() - timedelta(days=2),
        kind="isolation",
        finding="jobs_cancelled",
        title="Cancelled jobs of others",
        person="p1",
        time=MONDAY - timedelta(days=2),
        points=99,
        confidence=0.9,
        sentence="cancelled 14 jobs of others; expected 0.1",
        events=["e1", "e2"],
    )
    Alert.objects.create(
        rule="history_cleared",
        rule_version="1",
        title="History cleared",
        severity="high",
        confidence=0.8,
        time=MONDAY - timedelta(days=1),
        event="e3",
        account="unix:ana",
    )
    feed = Feed.objects.create(name="gpu03", last_seen=MONDAY)
    Batch.objects.create(
        feed=feed,
        source="auditd",
        state="done",
        origin="o",
        size=1,
        sha256="",
        received=MONDAY - timedelta(days=1),
        records=10,
        stored=8,
        rejected=2,
    )


def test_with_nothing_to_report_the_report_says_so() -> None:
    report = gather(MONDAY - WEEK, MONDAY)
    assert report.quiet
    assert "nothing to report" in report.subject
    assert "Nothing to report" in as_html(report)
    assert "No feed has sent anything yet" in as_text(report)
    assert len(list(csv.reader(io.StringIO(as_csv(report))))) == 1


@pytest.mark.usefixtures("busy")
def test_a_report_names_people_reasons_pillars_alerts_and_feeds() -> None:
    report = gather(MONDAY - WEEK, MONDAY)
    (person,) = report.people
    assert person.score > 0
    assert person.before == 0
    assert "cancelled 14 jobs of others; expected 0.1" in [r["sentence"] for r in person.reasons]
    assert report.alerts["high"] == 1
    assert next((pillar.name, pillar.findings) for pillar in report.pillars) == ("isolation", 1)
    assert (report.feeds[0].records, report.feeds[0].rejected) == (10, 2)


@pytest.mark.usefixtures("busy")
def test_what_log_lines_say_is_escaped_in_every_format() -> None:
    report = gather(MONDAY - WEEK, MONDAY)
    assert "<script>" not in as_html(report)
    cells = [cell for row in csv.reader(io.StringIO(as_csv(report))) for cell in row]
    assert not [cell for cell in cells if cell.startswith("=")]


@pytest.mark.usefixtures("busy")
def test_over_real_data_people_are_pseudonyms(settings: Any) -> None:
    settings.DEMO = False
    report = gather(MONDAY - WEEK, MONDAY)
    for write in FORMATS.values():
        assert "cmd|" not in write(report)


@pytest.mark.usefixtures("busy")
def test_the_weekly_report_arrives_once_with_its_parts() -> None:
    now = MONDAY + timedelta(hours=7)
    for _ in range(3):
        delivery.make_due(now)
        delivery.send_unsent(now)
    (message,) = mail.outbox
    assert "1 alerts" in message.subject or "alert" in message.subject
    assert message.attachments[0][0] == "foureyes-2026-03-09.csv"
    assert message.alternatives[0][1] == "text/html"


def test_a_report_is_not_due_before_the_morning() -> None:
    assert delivery.last_due(MONDAY + timedelta(hours=5)) == MONDAY - WEEK
    assert delivery.last_due(MONDAY + timedelta(hours=6)) == MONDAY
    assert delivery.last_due(MONDAY + timedelta(days=6, hours=23)) == MONDAY


def test_weeks_in_which_nothing_ran_are_made_up_for() -> None:
    delivery.make_due(MONDAY + timedelta(hours=7))
    delivery.make_due(MONDAY + 3 * WEEK + timedelta(hours=7))
    ends = list(ReportRow.objects.order_by("until").values_list("until", flat=True))
    assert ends == [MONDAY + n * WEEK for n in range(4)]


def test_a_dead_mail_server_costs_time_but_no_report(settings: Any) -> None:
    now = MONDAY + timedelta(hours=7)
    delivery.make_due(now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert delivery.send_unsent(now) == 0
    row = ReportRow.objects.get()
    assert (row.attempts, row.sent) == (1, None)
    assert "refused" in row.error.lower()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert delivery.send_unsent(now) == 1
    assert ReportRow.objects.get().sent == now
    counted = Tally.objects.get(stage="report")
    assert (counted.came, counted.errors, counted.batches, counted.went) == (1, 1, 1, 1)
    assert counted.seconds > 0


@pytest.mark.parametrize("form", ["html", "csv", "json"])
def test_the_command_writes_every_format(form: str, tmp_path: Path) -> None:
    out = tmp_path / f"report.{form}"
    call_command("report", format=form, out=str(out), as_of=MONDAY)
    assert out.stat().st_size > 0
    if form == "json":
        assert json.loads(out.read_text())["until"] == MONDAY.isoformat()


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot write"):
        call_command("report", format="csv", out=str(tmp_path / "no" / "such"), as_of=MONDAY)
    with pytest.raises(CommandError, match="no length of time"):
        call_command("report", "--period", "soon", "--format", "csv", "--out", "-")
    with pytest.raises(CommandError, match="longer than ten years"):
        call_command("report", "--period", "99999w", "--format", "csv", "--out", "-")
