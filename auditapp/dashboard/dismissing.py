"""Judgements of findings as people look at them, and which finding an address means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from auditapp.accounts import pseudonyms
from auditapp.cases.dismissing import judged
from auditapp.cases.dismissing.judged import Judged
from auditapp.cases.dismissing.models import Dismissal
from auditapp.cases.excepting.models import State
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.models import Alert, FindingRow, ScoreRow

LABELS = {
    State.PROPOSED: "waits for a second person",
    State.ACCEPTED: "in force",
    State.REFUSED: "refused",
    State.REVOKED: "revoked",
}
LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A judgement in a list; `person` and `name` are of whom it is about. `events` leads to what
    is behind it, empty where its finding is there no longer."""

    row: Dismissal
    standing: str
    person: str
    name: str
    events: str


def shown(rows: Iterable[Dismissal]) -> list[Shown]:
    """Rows as a page has them."""
    found = list(rows)
    names = pseudonyms.shown_all(row.person for row in found)
    there = dict(
        FindingRow.objects.filter(dismissed_by__in=found).values_list("dismissed_by", "pk")
    )
    return [
        Shown(
            row=row,
            standing=LABELS[State(row.state)],
            person=pseudonyms.reference(row.person),
            name=names[row.person],
            events=_events(there.get(row.pk)),
        )
        for row in found
    ]


def standing_of(person: str) -> list[Shown]:
    """What is judged innocent of a person, or proposed to be."""
    return shown(_standing().filter(person=person))


def of_state(state: str) -> QuerySet[Dismissal]:
    """Those that stand so; all of them for a word that is none."""
    rows = Dismissal.objects.all()
    return rows.filter(state=state) if state in State.values else rows


def asked(given: Mapping[str, str]) -> Judged:
    """The finding that `finding`, or `score` and `reason`, name. Raises Wrong without one."""
    if given.get("finding"):
        row = FindingRow.objects.filter(pk=_number(given["finding"])).first()
        if row is None:
            raise Wrong("the finding was computed anew; please open it again")
        return judged.of_row(row)
    score = ScoreRow.ever.filter(pk=_number(given.get("score", ""))).first()
    if score is None:
        raise Wrong("the score was computed anew; please open the reason again")
    return judged.of_reason(score, _number(given.get("reason", "")))


def behind(alert: Alert) -> FindingRow | None:
    """The finding that the alert tells of, None where it is a rule's, or the finding is gone."""
    kind, _, name = alert.rule.partition(".")
    day = alert.time.astimezone(UTC).date()
    rows = FindingRow.objects.standing().filter(day=day, kind=kind, finding=name)
    return next((row for row in rows if alert.event in row.events), None)


def _standing() -> QuerySet[Dismissal]:
    return Dismissal.objects.filter(state__in=(State.ACCEPTED, State.PROPOSED))


def _events(finding: int | None) -> str:
    return f"{reverse('events')}?{urlencode({'finding': finding})}" if finding else ""


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        raise Wrong("the address names no finding")
    return int(text)
