"""What stands in each list."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from analytics.detection.described import Described
from auditapp.accounts import pseudonyms
from auditapp.cases.documents import Document, written
from auditapp.cases.models import Standing
from auditapp.cases.reviewing.shares import Share
from auditapp.dashboard.feeding import Health, Vitals
from auditapp.dashboard.isolating import Cell
from auditapp.dashboard.reading import COLUMNS as READ
from auditapp.dashboard.reviewing import Update
from auditapp.dashboard.versions import Version
from auditapp.dashboard.views.overview import Statement
from auditapp.ingest.models import Feed
from auditapp.people.directory import directory
from auditapp.people.models import Person
from auditapp.readside.schemas import COUNTS
from auditapp.reports.models import ReportRow

COLUMNS = (*READ, "event.kind", "event.category", "event.type", "feed.id", "batch.id", "risk.tags")


def people(ids: Iterable[str]) -> list[Document]:
    """People in the order of their ids, with where they stand."""
    wanted = list(ids)
    names = pseudonyms.shown_all(wanted)
    known = Person.objects.in_bulk(wanted)
    standing = {row.person: row for row in Standing.objects.filter(person__in=wanted)}
    return [
        {
            "id": pseudonyms.reference(one),
            "name": names[one],
            "team": known[one].team,
            "role": known[one].role,
            "score": standing[one].score if one in standing else None,
            "level": standing[one].level if one in standing else "none",
        }
        for one in wanted
        if one in known
    ]


def events(table: pa.Table) -> list[Document]:
    """Events as flat documents, without what is empty, with the person behind the account."""
    known = directory().persons(table["actor.account"], table["@timestamp"]).to_pylist()
    names = pseudonyms.shown_all(person for person in known if person)
    return [
        _event(row, person, names) for row, person in zip(table.to_pylist(), known, strict=True)
    ]


def _event(row: dict[str, Any], person: str | None, names: dict[str, str]) -> Document:
    found = {name: value for name, value in row.items() if value not in (None, [], "")}
    found["@timestamp"] = written(row["@timestamp"])
    if person:
        found |= {"user.id": pseudonyms.reference(person), "user.name": names[person]}
    return found


def rule(one: Described) -> Document:
    """A rule, without its condition."""
    return {
        "id": one.id,
        "title": one.title,
        "severity": one.severity.value,
        "version": one.version,
        "description": one.description,
        "confidence": one.confidence,
        "tags": list(one.tags),
        "tactics": list(one.tactics),
        "former_techniques": [name.upper() for name in one.former],
        "falsepositives": list(one.falsepositives),
        "investigate": list(one.investigate),
        "references": list(one.references),
        "catalogue": list(one.catalogue),
    }


def version(one: Version) -> Document:
    """A version of a rule, with what it said."""
    row = one.row
    return {
        "version": row.version,
        "title": row.title,
        "severity": row.severity,
        "text": row.text,
        "first": row.first.isoformat(),
        "ended": row.ended.isoformat() if row.ended else None,
        "alerts": one.alerts,
    }


def pillar(
    one: Statement, touched: Iterable[Cell], shares: Iterable[tuple[str, Share]]
) -> Document:
    """What thirty days say of a pillar, with who touched what of whom, or which updates another
    person looked at, where it is about that."""
    return {
        "id": one.pillar.kind,
        "title": one.pillar.title,
        "question": one.pillar.question,
        "people": one.people,
        "findings": one.findings,
        "newest": written(one.newest.time) if one.newest else None,
        "matrix": [_cell(cell) for cell in touched],
        "shares": [_share(by, found) for by, found in shares],
    }


def _share(by: str, one: Share) -> Document:
    return {
        "by": by,
        "of": one.of,
        "reviewed": one.reviewed,
        "bypass": one.bypass,
        "unknown": one.unknown,
        "share": one.share,
    }


def verdict(one: Update) -> Document:
    """An update of a shared branch with its verdict; its id is that of the event that tells it."""
    row = one.row
    return {
        "id": row.update,
        "time": written(row.time),
        "repository": row.repository,
        "branch": row.branch,
        "commit": row.commit,
        "pull_request": row.pull,
        "verdict": row.verdict,
        "why": row.why,
        "said": one.said,
        "account": one.account,
        "lander": one.lander,
        "person": one.person,
        "team": row.team,
        "documents": row.documents,
        "reviewers": list(one.reviewers),
        "events": list(row.events),
    }


def _cell(cell: Cell) -> Document:
    return {
        "actor": cell.actor,
        "owner": cell.owner,
        "check": cell.check,
        "title": cell.title,
        "count": cell.count,
        "days": cell.days,
        "first": written(cell.first),
        "last": written(cell.last),
    }


def report(one: ReportRow) -> Document:
    """A report as text."""
    return {
        "id": one.pk,
        "schedule": one.schedule,
        "since": written(one.since),
        "until": written(one.until),
        "made": written(one.made),
        "sent": written(one.sent) if one.sent else None,
        "subject": one.subject,
        "text": one.text,
    }


def feed_names() -> list[str]:
    """Every feed."""
    return list(Feed.objects.values_list("name", flat=True))


def feed(one: Health) -> Document:
    """How a feed is, and each source of it."""
    return {
        "name": one.feed.name,
        "state": "silent" if one.silence else one.state,
        "last_seen": written(one.feed.last_seen) if one.feed.last_seen else None,
        "usual_silence_seconds": one.expected.total_seconds() if one.expected else None,
        "silent_since": written(one.silence.since) if one.silence else None,
        **_vitals(one.vitals),
        "sources": [{"source": name, **_vitals(of)} for name, of in one.sources.items()],
    }


def _vitals(one: Vitals) -> Document:
    return {
        "counts": {
            **{name: getattr(one.counts, name) for name in COUNTS},
            "rejected_share": one.counts.rejected_share,
        },
        "heard": written(one.heard) if one.heard else None,
        "newest": written(one.newest) if one.newest else None,
        "lag_seconds": one.lag,
        "ahead_seconds": one.ahead,
    }
