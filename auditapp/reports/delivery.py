"""Makes the weekly report when it is due, and sends each until it has arrived."""

from datetime import UTC, datetime, time, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from auditapp.operations import tally
from auditapp.reports.content import gather
from auditapp.reports.formats import as_csv, as_html, as_text
from auditapp.reports.models import ReportRow

WEEKLY = "weekly"
WEEK = timedelta(days=7)
HOUR = 6  # UTC, on Mondays: after the night's logs are in
TOO_LATE = timedelta(days=28)


def last_due(now: datetime) -> datetime:
    """The end of the last week whose report is due: a Monday's midnight, UTC."""
    settled = now - timedelta(hours=HOUR)
    monday = settled.date() - timedelta(days=settled.weekday())
    return datetime.combine(monday, time.min, UTC)


def make_due(now: datetime) -> list[ReportRow]:
    """Makes what is due and not made yet, also for weeks in which nothing ran."""
    until = last_due(now)
    newest = ReportRow.objects.filter(schedule=WEEKLY).first()
    first = until
    if newest is not None:
        first = max(newest.until + WEEK, until - TOO_LATE)
    made = []
    while first <= until:
        made.append(_make(first))
        first += WEEK
    return made


def _make(until: datetime) -> ReportRow:
    watch = tally.Watch()
    with watch.during("report"):
        report = gather(until - WEEK, until)
        formats = {"text": as_text(report), "html": as_html(report), "csv": as_csv(report)}
    with transaction.atomic():
        row, made = ReportRow.objects.get_or_create(
            schedule=WEEKLY,
            until=until,
            defaults={"since": report.since, "subject": report.subject, **formats},
        )
        if made:
            tally.add("report", came=1, seconds=watch.seconds["report"])
    return row


def send_unsent(now: datetime) -> int:
    """Sends what has not arrived; a failure is kept on the report and tried again next time."""
    sent = 0
    for row in ReportRow.objects.filter(sent=None).order_by("until"):
        row.attempts += 1
        watch, arrived = tally.Watch(), False
        try:
            with watch.during("report"):
                _mail(row)
        except (OSError, SMTPException) as error:
            row.error = f"{type(error).__name__}: {error}"
        else:
            row.sent, row.error = now, ""
            arrived = True
        with transaction.atomic():
            row.save()
            _count(arrived, watch.seconds["report"])
        sent += arrived
    return sent


def _count(arrived: bool, seconds: float) -> None:
    """A report that was sent, or one try that failed."""
    done = int(arrived)
    tally.add("report", batches=done, went=done, errors=1 - done, seconds=seconds)


def _mail(row: ReportRow) -> None:
    mail = EmailMultiAlternatives(row.subject, row.text, to=settings.REPORT_RECIPIENTS)
    mail.attach_alternative(row.html, "text/html")
    mail.attach(f"foureyes-{row.until:%Y-%m-%d}.csv", row.csv, "text/csv")
    mail.send()
