"""A small organisation: what stands in the database and in the event store."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.event import Batch as EventBatch
from analytics.event import Context, Source, table_of
from auditapp.cases.models import Alert, ScoreRow
from auditapp.eventstore import store
from auditapp.ingest.models import Batch, Feed, RejectedLine
from auditapp.people.models import AccountLink, Person

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>\u202egpj\x1b[31m{{ 7 }}'


def _nothing(*_: object) -> Iterator[EventBatch]:
    yield from ()


FAMILIES = {"bash_history": "shell", "github_webhook": "git", "slurm_sacct": "scheduler"}
SOURCES = {
    name: Source(name=name, family=family, title=name, recognises=lambda *_: 0.0, parse=_nothing)
    for name, family in FAMILIES.items()
}


class Site:
    """What stands in the databases; times are relative to `now`."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.feed = Feed.objects.create(name="lab/shell", last_seen=self.now)
        self.batch = Batch.objects.create(
            feed=self.feed,
            source="bash_history",
            state=Batch.State.DONE,
            origin="o",
            path=f"/logs/{HOSTILE}",
            size=10,
            sha256="0" * 64,
            lines=9,
            records=9,
            stored=7,
            rejected=2,
        )
        RejectedLine.objects.create(
            batch=self.batch, line=3, reason="no time", text=f"rejected {HOSTILE}"
        )
        self.ana = Person.objects.create(id="p001", name="Ana Silva", team="vision", role="intern")
        self.ben = Person.objects.create(id="p/2", name=HOSTILE)
        AccountLink.objects.create(account="unix:ana", person=self.ana)
        AccountLink.objects.create(
            account="unix:shared",
            person=self.ana,
            since=self.now - timedelta(days=2),
            until=self.now - timedelta(days=1),
        )
        AccountLink.objects.create(account="unix:ben", person=self.ben)

    def events(self, source: str, *rows: Mapping[str, Any]) -> None:
        """Stores events; each row needs an id and says how many hours ago it was."""
        context = Context(
            feed=self.feed.name, batch=str(self.batch.id), origin="o", received=self.now
        )
        filled = [
            {
                "event.id": row["id"],
                "@timestamp": self.now - timedelta(hours=row["hours"]),
                "event.original": f"raw {row['id']}",
                **{name: value for name, value in row.items() if name not in ("id", "hours")},
            }
            for row in rows
        ]
        store().append(table_of(filled, context, SOURCES[source]))

    def score(self, person: Person, score: float, days: int, *events: str) -> ScoreRow:
        """A score so many days ago, with one reason that these events are behind."""
        reason = {
            "kind": "isolation",
            "id": "cancelled",
            "title": "Cancelled jobs",
            "points": 73.0,
            "sentence": f"cancelled jobs of others {HOSTILE}",
            "events": list(events),
            "time": (self.now - timedelta(days=days)).isoformat(),
            "confidence": 0.9,
            "contribution": 60.0,
            "counted": 60.0,
            "tactics": ["impact"],
        }
        return ScoreRow.objects.create(
            person=person.id,
            as_of=self.now - timedelta(days=days),
            score=score,
            level="high" if score >= 70 else "none",
            reasons=[reason],
        )

    def alert_day(self) -> str:
        """The day of the alert, as addresses carry it."""
        return f"{self.now - timedelta(hours=5):%Y-%m-%d}"

    def alert(self, event: str, **more: Any) -> Alert:
        """An open alert on an event, five hours ago."""
        fields = {
            "rule": "scancel_of_others",
            "rule_version": "1",
            "title": f"Job cancelled {HOSTILE}",
            "severity": "high",
            "confidence": 0.8,
            "time": self.now - timedelta(hours=5),
            "event": event,
            "account": "unix:ana",
            "object": HOSTILE,
            "batch": self.batch.id,
            **more,
        }
        return Alert.objects.create(**fields)
