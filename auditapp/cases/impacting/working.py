"""Asks what an act reached, joins what people decided, and keeps what they decide."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.db import transaction

from analytics.governance.impact import LONGEST, Asked, Impact, Standing, Thing, impact_of
from auditapp import clock
from auditapp.cases.impacting.models import ImpactDecision, ImpactList
from auditapp.cases.investigation.fields import Wrong, worded
from auditapp.eventstore import store
from auditapp.people.directory import site

USUAL = timedelta(days=30)
LONGEST_VALUE, LONGEST_NOTE = 4096, 2000
COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
KINDS = ("person", "path", "commit")
SALT = "impact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A question as people ask it; a person by id, `until` None means until now."""

    kind: str
    value: str
    since: datetime
    until: datetime | None = None

    @property
    def key(self) -> str:
        """What tells this question from others."""
        times = (self.since, self.until)
        told = [self.kind, self.value, *(str(one.astimezone(UTC)) if one else "" for one in times)]
        return hashlib.sha256("\x1f".join(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A thing with what people decided about it, in order of time; `more` where it was reached in
    another way since the last of that."""

    thing: Thing
    decisions: tuple[ImpactDecision, ...] = ()
    more: bool = False

    @property
    def decision(self) -> ImpactDecision | None:
        """The newest decision, which counts."""
        return self.decisions[-1] if self.decisions else None

    @property
    def earlier(self) -> tuple[ImpactDecision, ...]:
        """What it replaced, the newest first."""
        return self.decisions[-2::-1]

    @property
    def standing(self) -> str:
        """What people decided, else what logs say."""
        return self.decision.standing if self.decision else self.thing.standing.value

    @property
    def token(self) -> str:
        """Stands for the thing and its ways in a form, so that only what was listed is decided."""
        return signing.dumps([self.thing.key, digest(self.thing)], salt=SALT, compress=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """All that was reached, and how far people are."""

    impact: Impact
    rows: tuple[Worked, ...]

    @property
    def suspects(self) -> int:
        """Things that logs make suspect: what is to be worked through."""
        return sum(row.thing.standing is Standing.SUSPECT for row in self.rows)

    @property
    def done(self) -> int:
        """Those of them about which somebody decided."""
        of = (row for row in self.rows if row.thing.standing is Standing.SUSPECT)
        return sum(row.decision is not None for row in of)


def wanted(given: Mapping[str, str], since: datetime | None, until: datetime | None) -> Wanted:
    """The question that is meant: exactly one of person (an id), path and commit. Raises Wrong."""
    told = [(kind, given[kind]) for kind in KINDS if given.get(kind)]
    if len(told) != 1:
        raise Wrong("say exactly one of person, path and commit")
    kind, value = told[0]
    if len(value) > LONGEST_VALUE or "\x00" in value:
        raise Wrong(f"{kind} is too long, or no text")
    if kind == "path" and (not value.startswith("/") or not value.strip("/")):
        raise Wrong("path is absolute, as /shared/lib")
    if kind == "commit" and not COMMIT.fullmatch(value):
        raise Wrong("commit is at least seven hexadecimal digits")
    now = clock.now()
    begin = since or now - USUAL
    if begin >= (until or now):
        raise Wrong("since is not before until")
    if now - begin > LONGEST:
        raise Wrong(f"since is more than {LONGEST.days} days ago")
    return Wanted(kind=kind, value=value, since=begin, until=until)


def worklist(asked: Wanted) -> Worklist:
    """What was reached, with what people decided about it. Raises StoreUnavailable."""
    now = clock.now()
    until = min(asked.until or now, now)
    question = Asked(
        since=asked.since,
        until=until,
        as_of=now,
        person=asked.value if asked.kind == "person" else "",
        path=asked.value if asked.kind == "path" else "",
        commit=asked.value if asked.kind == "commit" else "",
    )
    found = impact_of(question, site(), store())
    decisions: dict[str, list[ImpactDecision]] = {}
    for row in ImpactDecision.objects.filter(of__key=asked.key).order_by("id"):
        decisions.setdefault(row.thing, []).append(row)
    return Worklist(impact=found, rows=tuple(_worked(one, decisions) for one in found.things))


def _worked(thing: Thing, decisions: Mapping[str, Sequence[ImpactDecision]]) -> Worked:
    own = tuple(decisions.get(thing.key, ()))
    return Worked(thing=thing, decisions=own, more=bool(own) and own[-1].seen != digest(thing))


def digest(thing: Thing) -> str:
    """Tells whether a thing is still reached in the same ways."""
    ways = sorted(
        f"{step.source} {step.sentence} {' '.join(one.id for one in step.events)}"
        for step in thing.steps
    )
    return hashlib.sha256("\x1f".join(ways).encode()).hexdigest()


def decide(
    asked: Wanted, tokens: Sequence[str], standing: str, note: str, author: str
) -> list[ImpactDecision]:
    """Keeps what somebody thinks of some things, of all of them or, where it raises Wrong, none."""
    if standing not in [one.value for one in Standing]:
        raise Wrong("a thing is suspect, trusted or cleared")
    if not tokens:
        raise Wrong("no thing is chosen")
    words = worded(note, LONGEST_NOTE, "say why: what was looked at, or done")
    try:
        things = dict(signing.loads(token, salt=SALT) for token in tokens)
    except signing.BadSignature as error:
        raise Wrong("that thing was on no list") from error
    with transaction.atomic():
        of, _ = ImpactList.objects.get_or_create(
            key=asked.key,
            defaults={
                "kind": asked.kind,
                "value": asked.value,
                "since": asked.since,
                "until": asked.until,
                "author": author,
                "created": clock.now(),
            },
        )
        rows = [
            ImpactDecision(
                of=of, thing=key, standing=standing, note=words, seen=seen, author=author
            )
            for key, seen in things.items()
        ]
        for row in rows:
            row.save()
    return rows
