"""The events behind a finding, a reason of a score or a verdict, named in an address by numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.governance.review.verdict import SAID, Why
from analytics.store.query import OneOf, Query
from auditapp.cases.models import FindingRow, ScoreRow, VerdictRow

NAMES = ("finding", "score", "verdict")  # parameters of which one names what events are behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is said, of whom (empty where nobody is known), and the ids of its events."""

    title: str
    sentence: str
    person: str
    events: tuple[str, ...]

    @property
    def query(self) -> Query:
        """A search for exactly these events."""
        return OneOf("event.id", self.events)


def find(given: Mapping[str, str]) -> Evidence | None:
    """The evidence that `finding`, `verdict`, or `score` and `reason`, name; None without any.

    Raises ValueError where it is no longer there: scores and findings are computed anew.
    """
    if "finding" in given:
        return _of_finding(_number(given["finding"]))
    if "score" in given:
        return _of_reason(_number(given["score"]), _number(given.get("reason", "0")))
    if "verdict" in given:
        return _of_verdict(_number(given["verdict"]))
    return None


def _of_verdict(number: int) -> Evidence:
    row = VerdictRow.objects.filter(pk=number).first()
    if row is None:
        raise ValueError("This verdict was computed anew; please open it again.")
    return Evidence(
        title=row.verdict,
        sentence=f"{row.branch} of {row.repository}: {SAID[Why(row.why)]}",
        person=row.person or "",
        events=tuple(row.events),
    )


def _of_finding(number: int) -> Evidence:
    row = FindingRow.objects.filter(pk=number).first()
    if row is None:
        raise ValueError("This finding was computed anew; please open it again.")
    return Evidence(
        title=row.title, sentence=row.sentence, person=row.person, events=tuple(row.events)
    )


def _of_reason(score: int, place: int) -> Evidence:
    row = ScoreRow.ever.filter(pk=score).first()
    if row is None or not 0 <= place < len(row.reasons):
        raise ValueError("This score was computed anew; please open the reason again.")
    reason = row.reasons[place]
    return Evidence(
        title=reason.get("title", ""),
        sentence=reason.get("sentence", ""),
        person=row.person,
        events=tuple(reason.get("events", ())),
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ValueError(f"“{text[:40]}” is no number.")
    return int(text)
