"""Writes a report as HTML, CSV, JSON or plain text."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import asdict

from django.template.loader import render_to_string

from auditapp.reports.content import Report

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_html(report: Report) -> str:
    """A page that stands alone: no script, nothing loaded from elsewhere."""
    return render_to_string("reports/report.html", {"report": report})


def as_text(report: Report) -> str:
    """The same in few plain lines, for a mail's text part."""
    return render_to_string("reports/report.txt", {"report": report})


def as_csv(report: Report) -> str:
    """One row a reason, the person beside it; a person without reasons gets a row too."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["person", "score", "level", "change", "kind", "reason", "points", "sentence", "events"]
    )
    for person in report.people:
        front = [person.name, f"{person.score:.1f}", person.level, f"{person.change:.1f}"]
        for reason in person.reasons or [{}]:
            writer.writerow(
                [_harmless(front[0]), *front[1:]]
                + [_harmless(str(reason.get(key, ""))) for key in ("kind", "title")]
                + [reason.get("points", "")]
                + [_harmless(str(reason.get("sentence", ""))), len(reason.get("events", ()))]
            )
    return out.getvalue()


def as_json(report: Report) -> str:
    """Everything the report holds; times in ISO 8601."""
    return json.dumps(asdict(report), default=lambda value: value.isoformat(), indent=1)


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


FORMATS: dict[str, Callable[[Report], str]] = {"html": as_html, "csv": as_csv, "json": as_json}
