"""What a page asks of the event store, read from its address and written back into links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from analytics.moments import in_utc
from analytics.store.base import Question
from analytics.store.query import All, Query, QueryError, parse
from auditapp.accounts import pseudonyms
from auditapp.dashboard import activity
from auditapp.dashboard.evidence import NAMES, Evidence, find
from auditapp.people.models import Person

RANGES: dict[str, tuple[str, timedelta | None]] = {
    "24h": ("24 hours", timedelta(hours=24)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
    "all": ("all time", None),
}
DEFAULT_RANGE = "7d"
KEPT = ("q", "range", "from", "to", "person", "finding", "score", "reason", "verdict", "rule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as people put it. `problem` says what cannot be understood; the rest then
    stands for nothing. `given` are the parameters that links carry on."""

    given: Mapping[str, str]
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    range: str = DEFAULT_RANGE
    person: Person | None = None
    evidence: Evidence | None = None
    query: Query | None = None
    problem: str = ""
    problem_at: int | None = None  # place in `text`
    now: datetime = field(default_factory=timezone.now)

    @property
    def question(self) -> Question:
        """The same for the event store."""
        return Question(since=self.since, until=self.until, query=self.query)

    @property
    def parted(self) -> tuple[str, str, str] | None:
        """The text before, at and after the place of the problem, where it has one."""
        if self.problem_at is None:
            return None
        at = self.problem_at
        return self.text[:at], self.text[at : at + 1] or " ", self.text[at + 1 :]

    @property
    def interval(self) -> str:
        """Bars of an hour for up to four days, else of a day."""
        if self.since is None:
            return "day"
        end = self.until or self.now
        return "hour" if end - self.since <= timedelta(days=4) else "day"

    def parameters(self, **changes: str | None) -> str:
        """The query string with these parameters changed; None takes one away."""
        given: dict[str, str | None] = {**self.given, **changes}
        return urlencode({name: value for name, value in given.items() if value})

    def link(self, **changes: str | None) -> str:
        """Address of the events that this asks for, with these parameters changed."""
        return f"{reverse('events')}?{self.parameters(**changes)}"

    def narrowed(self, since: datetime, until: datetime, value: str = "") -> str:
        """Address of the events between two times, and with one more condition."""
        times = {"range": None, "from": written(since), "to": written(until)}
        if value:
            times["q"] = conjunction(self.text, value)
        return self.link(**times)


def written(time: datetime) -> str:
    """A time (UTC) as addresses and time fields carry it."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def condition(name: str, value: str, *, exclude: bool = False) -> str:
    """A search for exactly this value of a field, whatever characters it has."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{"NOT " if exclude else ""}{name}:"{escaped}"'


def conjunction(text: str, more: str) -> str:
    """Both searches at once; a repeated condition is not added twice."""
    if not text.strip():
        return more
    if text == more or text.endswith(f" AND {more}"):
        return text
    plain = "OR" not in text and "||" not in text
    return f"{text} AND {more}" if plain else f"({text}) AND {more}"


def ask(parameters: Mapping[str, str]) -> Asked:
    """What the parameters of an address ask for; never raises, `problem` says what is wrong."""
    given = {name: parameters[name] for name in KEPT if parameters.get(name)}
    now = timezone.now()
    text = given.get("q", "").strip()
    try:
        since, until, span = _times(given, now)
        person = _person(given)
        reasons = find(given)
        parts = [
            part
            for part in (
                parse(text),
                activity.of(person.id) if person else None,
                reasons.query if reasons else None,
            )
            if part is not None
        ]
    except (QueryError, ValueError) as error:
        return Asked(
            given=given,
            text=text,
            range="" if "from" in given or "to" in given else given.get("range", DEFAULT_RANGE),
            problem=str(error),
            problem_at=getattr(error, "at", None),
            now=now,
        )
    return Asked(
        given=given,
        text=text,
        since=since,
        until=until,
        range=span,
        person=person,
        evidence=reasons,
        query=All(tuple(parts)) if parts else None,
        now=now,
    )


def _times(given: Mapping[str, str], now: datetime) -> tuple[datetime | None, datetime | None, str]:
    if given.get("from") or given.get("to"):
        return _time(given.get("from")), _time(given.get("to")), ""
    evidenced = any(name in given for name in NAMES)
    span = given.get("range") or ("all" if evidenced else DEFAULT_RANGE)
    if span not in RANGES:
        raise ValueError(f"The time range “{span}” is none of {', '.join(RANGES)}.")
    length = RANGES[span][1]
    return (now - length if length else None), None, span


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return in_utc(text)
    except ValueError as error:
        raise ValueError(f"“{text}” is no time; write it like 2026-11-03T14:00.") from error


def _person(given: Mapping[str, str]) -> Person | None:
    if "person" not in given:
        return None
    person = pseudonyms.dereference(given["person"])
    if person is None:
        raise ValueError(f"Nobody is known as “{given['person']}”.")
    return person
