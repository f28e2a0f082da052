"""Which updates of shared branches another person looked at, as pages and the API show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet

from analytics.governance.review.verdict import SAID, Verdict, Why
from auditapp.accounts import pseudonyms
from auditapp.cases.models import VerdictRow
from auditapp.cases.reviewing.shares import Share, shares

MONTHS = 12
MOST = 50  # rows of a table
YEAR = timedelta(days=366)
VERDICTS = frozenset(one.value for one in Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An update with its verdict in words. Persons are named as in addresses (`lander`, `person`)
    and as they are shown; None where nobody is known. `account` landed it."""

    row: VerdictRow
    said: str
    lander: str | None
    lander_name: str | None
    person: str | None
    person_name: str | None
    reviewers: tuple[str, ...]

    @property
    def account(self) -> str | None:
        """The account that landed it, where nobody is known behind it."""
        return self.row.account if self.lander is None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the verdicts is looked at; empty texts narrow nothing."""

    month: str = ""
    team: str | None = None
    repository: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """As in an address."""
        told = {"month": self.month or None, "team": self.team}
        told |= {"repository": self.repository or None}
        return {name: value for name, value in told.items() if value is not None}

    def without(self, name: str) -> str:
        """The address without one of them."""
        return urlencode({key: value for key, value in self.parameters.items() if key != name})


def asked_of(given: Mapping[str, str]) -> Asked:
    """What an address asks for; a month that is none is passed over."""
    month = given.get("month", "")
    return Asked(
        month=month if _span(month) else "",
        team=given.get("team"),
        repository=given.get("repository", ""),
    )


def narrowed(asked: Asked, now: datetime, window: timedelta) -> QuerySet[VerdictRow]:
    """The verdicts that are asked for: of the month, else of the window before now."""
    since, until = _span(asked.month) or (now - window, now)
    rows = VerdictRow.objects.filter(time__gte=since, time__lt=until)
    if asked.repository:
        rows = rows.filter(repository=asked.repository)
    return rows if asked.team is None else rows.filter(team=asked.team)


def months(asked: Asked, now: datetime) -> list[Share]:
    """The share month by month within a year, of the team and repository that are asked for."""
    rows = narrowed(replace(asked, month=""), now, YEAR)
    return shares(rows, "month", MONTHS)


def every_share(now: datetime, window: timedelta, most: int) -> list[tuple[str, Share]]:
    """By month of a year, then by team and repository of the window before now."""
    everything = Asked()
    rows = narrowed(everything, now, window)
    found = [("month", one) for one in months(everything, now)]
    for by in ("team", "repository"):
        found += [(by, one) for one in shares(rows, by, most)]
    return found


def updates(found: Iterable[VerdictRow]) -> list[Update]:
    """These as they are shown."""
    rows = list(found)
    people = {name for row in rows for name in (row.lander, row.person, *row.reviewers) if name}
    names = pseudonyms.shown_all(people)
    return [
        Update(
            row=row,
            said=SAID[Why(row.why)],
            lander=pseudonyms.reference(row.lander) if row.lander else None,
            lander_name=names[row.lander] if row.lander else None,
            person=pseudonyms.reference(row.person) if row.person else None,
            person_name=names[row.person] if row.person else None,
            reviewers=tuple(pseudonyms.reference(one) for one in row.reviewers),
        )
        for row in rows
    ]


def _span(month: str) -> tuple[datetime, datetime] | None:
    """Begin and end of a month as 2026-11; None where it is none."""
    try:
        begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        return begin, (begin + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError):
        return None
