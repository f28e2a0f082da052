"""What stands in the database beside the events of `pages_events`: 200 people over 60 days."""

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from auditapp.accounts.models import ApiToken, Role, User
from auditapp.cases.models import (
    Alert,
    AlertException,
    Case,
    CaseAlert,
    CasePerson,
    Dismissal,
    FindingRow,
    Pin,
    ScoreRow,
    VerdictRow,
)
from auditapp.ingest.models import Arrival, Batch, Feed, Pulse, RejectedLine
from auditapp.outgoing.models import Destination
from auditapp.people.models import (
    AccountDay,
    AccountLink,
    HostRow,
    ImportDraft,
    IncidentRow,
    LeaveRow,
    Person,
    ResourceRow,
    WatchRow,
)
from benchmarks.pages_events import DAYS, FEEDS, HOSTS, KINDS, PEOPLE

NAME, PASSWORD = "ines", "a long enough password"
PORTION = 1_000
ALERTS, VERDICTS, REASONS, BATCHES_A_DAY = 4_000, 6_000, 6, 24
FINDINGS = {"isolation": 2_500, "review": 1_500, "traces": 1_000, "anomaly": 5_000}
LEVELS = ((90, "critical"), (70, "high"), (40, "moderate"), (20, "low"), (0, "none"))


@dataclass(frozen=True, slots=True)
class Sample:
    """An event to be pointed at."""

    id: str
    time: datetime


@transaction.atomic
def fill(now: datetime, samples: list[Sample], rules: list[str]) -> None:
    """Rows of every kind that some page shows; `samples` are stored events."""
    chance = random.Random(7)
    User.objects.create_user(NAME, password=PASSWORD, role=Role.INVESTIGATOR)
    _people(now)
    _feeds(now)
    _alerts(now, samples, rules, chance)
    _findings(now, samples, chance)
    _scores(now, samples, chance)
    _verdicts(now, samples, chance)
    _sightings(now, chance)
    _work(now, samples)


def _people(now: datetime) -> None:
    people = [
        Person(id=f"p{n:03}", name=f"Person {n:03}", team=f"team{n % 12}", role="researcher")
        for n in range(PEOPLE)
    ]
    Person.objects.bulk_create(people, PORTION)
    AccountLink.objects.bulk_create(
        (
            AccountLink(account=f"{realm}:user{n:03}", person=person)
            for n, person in enumerate(people[:-5])  # the last ones' accounts are nobody's
            for realm in ("unix", "slurm", "github", "hf")
        ),
        PORTION,
    )
    ResourceRow.objects.bulk_create(
        ResourceRow(
            kind="path", pattern=f"/shared/team{n}/*", owner=f"team:team{n}", criticality="high"
        )
        for n in range(12)
    )
    HostRow.objects.bulk_create(
        HostRow(name=f"gpu{n}", kind="compute", sources=["auditd", "syslog"]) for n in range(HOSTS)
    )
    IncidentRow.objects.create(
        id="INC-1", title="A training stood still", since=now - timedelta(days=9)
    )
    LeaveRow.objects.create(person="p003", since=now - timedelta(days=9), kind="holiday")
    WatchRow.objects.create(person="p004", reason="leaver")


def _feeds(now: datetime) -> None:
    for name, kind in zip(FEEDS, KINDS, strict=True):
        feed = Feed.objects.create(name=name, last_seen=now, heard=now)
        Pulse.objects.create(feed=feed, source=kind.dataset, heard=now, newest=now)
        batches = [
            Batch(
                feed=feed,
                source=kind.dataset,
                state=Batch.State.DONE,
                origin=f"{n:064x}",
                path=f"/var/log/{kind.dataset}.{n}",
                size=4_000_000,
                sha256=f"{n:064x}",
                received=now - timedelta(hours=n),
                finished=now - timedelta(hours=n),
                lines=9_000,
                records=7_000,
                stored=6_990,
                rejected=10,
            )
            for n in range(DAYS * BATCHES_A_DAY)
        ]
        Batch.objects.bulk_create(batches, PORTION)
        RejectedLine.objects.bulk_create(
            RejectedLine(batch=batches[0], line=n, reason=f"no time {n % 3}", text="x" * 200)
            for n in range(300)
        )
        for action in kind.actions:
            fields = ["actor.account", "event.action", "host.name", "process.command_line"]
            about = {"dataset": kind.dataset, "module": kind.module, "category": kind.category}
            Arrival.objects.create(feed=feed, action=action, fields=fields, last=now, **about)


def _alerts(now: datetime, samples: list[Sample], rules: list[str], chance: random.Random) -> None:
    severities = ("low", "medium", "medium", "high", "critical")
    rows = []
    for number in range(ALERTS):
        event = samples[number % len(samples)]
        rule = rules[number % 60 % len(rules)]
        rows.append(
            Alert(
                rule=rule,
                rule_version="1",
                title=f"What {rule} tells",
                severity=chance.choice(severities),
                confidence=0.8,
                time=now - timedelta(minutes=chance.randrange(DAYS * 1440)),
                event=event.id if number < len(samples) else f"{event.id}-{number}",
                account=f"unix:user{chance.randrange(PEOPLE):03}",
                state=chance.choice(("open", "open", "acknowledged", "closed")),
                tactics=["impact"],
                group_key=f"{number % 900:032x}",
            )
        )
    Alert.objects.bulk_create(rows, PORTION)
    heads: dict[str, Alert] = {}
    others = [row for row in rows if heads.setdefault(row.group_key, row) is not row]
    for row in others:
        row.lead = heads[row.group_key]
    Alert.objects.bulk_update(others, ["lead"], 200)


def _findings(now: datetime, samples: list[Sample], chance: random.Random) -> None:
    rows = []
    for kind, count in FINDINGS.items():
        for number in range(count):
            time = now - timedelta(minutes=chance.randrange(DAYS * 1440))
            events = [one.id for one in _around(samples, time)[:12]]
            rows.append(
                FindingRow(
                    day=time.date(),
                    kind=kind,
                    finding=f"check-{number % 9}",
                    title=f"Check {number % 9} of {kind}",
                    person=f"p{chance.randrange(PEOPLE):03}",
                    time=time,
                    points=47,
                    confidence=0.8,
                    sentence="cancelled 4 jobs of others; 0.1 were to be expected",
                    events=events,
                    resource=f"/shared/team{number % 12}/run",
                    owners=[[f"p{chance.randrange(PEOPLE):03}", 2]] if kind == "isolation" else [],
                )
            )
    FindingRow.objects.bulk_create(rows, PORTION)


def _around(samples: list[Sample], time: datetime) -> list[Sample]:
    """Some that lie near each other, as what a finding rests on does."""
    place = bisect(samples, time, key=lambda one: one.time)
    return samples[max(place - 20, 0) :][:20]


def _scores(now: datetime, samples: list[Sample], chance: random.Random) -> None:
    rows = []
    for day in range(DAYS):
        as_of = now - timedelta(days=day)
        for number in range(PEOPLE):
            score = min(chance.paretovariate(1.2) * 4, 99)
            level = next(name for least, name in LEVELS if score >= least)
            reasons = [_reason(as_of, place, samples) for place in range(REASONS)]
            rows.append(
                ScoreRow(
                    person=f"p{number:03}", as_of=as_of, score=score, level=level, reasons=reasons
                )
            )
    ScoreRow.objects.bulk_create(rows, PORTION)


def _reason(as_of: datetime, place: int, samples: list[Sample]) -> dict[str, object]:
    return {
        "kind": "anomaly",
        "id": f"feature-{place}",
        "title": f"Feature {place}",
        "points": 47.0,
        "sentence": "read 14 checkpoints of others; 0.1 were to be expected",
        "events": [one.id for one in _around(samples, as_of - timedelta(days=place))],
        "time": (as_of - timedelta(days=place)).isoformat(),
        "confidence": 0.9,
        "contribution": 40.0 / (place + 1),
        "counted": 40.0 / (place + 1),
        "cluster": place,
        "tactics": ["impact"],
        "resource": None,
    }


def _verdicts(now: datetime, samples: list[Sample], chance: random.Random) -> None:
    told = (("reviewed", "approved"), ("reviewed", "approved"), ("bypass", "pushed"))
    rows = []
    for number in range(VERDICTS):
        time = now - timedelta(minutes=chance.randrange(DAYS * 1440))
        verdict, why = told[number % len(told)]
        rows.append(
            VerdictRow(
                day=time.date(),
                time=time,
                update=samples[number % len(samples)].id,
                repository=f"lab/repository{number % 40}",
                branch="main",
                commit=f"{number:040x}",
                verdict=verdict,
                why=why,
                account=f"github:user{number % PEOPLE:03}",
                lander=f"p{number % PEOPLE:03}",
                person=f"p{number % PEOPLE:03}",
                team=f"team{number % 12}",
            )
        )
    VerdictRow.objects.bulk_create(rows, PORTION)


def _sightings(now: datetime, chance: random.Random) -> None:
    AccountDay.objects.bulk_create(_account_days(now, chance), PORTION)


def _account_days(now: datetime, chance: random.Random) -> Iterator[AccountDay]:
    for number in range(DAYS):
        time = now - timedelta(days=number)
        for person in range(PEOPLE):
            for kind in KINDS:
                yield AccountDay(
                    day=time.date(),
                    account=f"{kind.realm}:user{person:03}",
                    source=kind.dataset,
                    acted=True,
                    events=chance.randrange(1, 2_000),
                    first=time,
                    last=time,
                )


def _work(now: datetime, samples: list[Sample]) -> None:
    """One of each thing that has a page of its own, and some cases."""
    for number in range(40):
        case = Case.objects.create(title=f"Case {number}", severity="high", opened_by=NAME)
        CasePerson.objects.create(case=case, person=f"p{number:03}", added_by=NAME)
        for alert in Alert.objects.all()[number * 10 : number * 10 + 5]:
            CaseAlert.objects.create(case=case, alert=alert, added_by=NAME)
        for one in samples[number * 8 : number * 8 + 8]:
            Pin.objects.create(case=case, event=one.id, time=one.time, added_by=NAME)
    about = {"reason": "a test of ours", "author": NAME}
    AlertException.objects.create(
        rule="scancel_of_others", begin=now, expiry=now + timedelta(days=30), **about
    )
    Dismissal.objects.create(
        person="p001", kind="isolation", finding="check-1", day=now.astimezone(UTC).date(),
        title="Check 1", sentence="cancelled 4 jobs of others", points=47, **about,
    )  # fmt: skip
    ImportDraft.objects.create(
        author=NAME, name="people.csv", kind="people",
        text="person,name,team,role,manager,start,end,accounts\np900,Ana,vision,,,,,unix:ana\n",
    )  # fmt: skip
    ApiToken.objects.create(name="shipper", digest="0" * 64, prefix="fe_000000000", feed=FEEDS[0])
    Destination.objects.create(name="siem", url="https://siem.lab.example/hook", kinds=["alert"])
