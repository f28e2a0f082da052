"""Exceptions as people look at them, and what a form asks for."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from analytics.detection.exceptions import OBJECT, Condition, How
from analytics.event import readable
from analytics.moments import end_of, midnight
from analytics.store.base import StoreUnavailable
from auditapp.accounts import pseudonyms
from auditapp.cases.excepting.models import AlertException, Standing, State
from auditapp.cases.excepting.wanted import HOST, Wanted, check_span, checked, known_rules
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.models import Alert
from auditapp.eventstore import store

USUAL = timedelta(days=30)
PLACES = ("1", "2", "3")
NAMES = (
    *("rule", "account", "person", "host", "reason", "begin", "until", "alert"),
    *(f"{part}{place}" for place in PLACES for part in ("field", "how", "value")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An exception in a list. `person` and `name` are of the person it asks for."""

    row: AlertException
    standing: Standing
    title: str
    person: str
    name: str
    asks: tuple[str, ...]
    hides: int
    last_hit: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form says; `problem` is why it makes no sense, empty where it does."""

    given: dict[str, str] = field(default_factory=dict)
    wanted: Wanted | None = None
    problem: str = ""


def counted(rows: QuerySet[AlertException]) -> QuerySet[AlertException]:
    """With how many alerts each hides now, and the newest of them."""
    return rows.annotate(hides=Count("alerts"), newest=Max("alerts__time")).order_by("-pk")


def standing_at(now: datetime, standing: str) -> Q:
    """Which exceptions stand so; all of them for a word that is none."""
    over, accepted = Q(expiry__lte=now), Q(state=State.ACCEPTED)
    choices = {
        Standing.ACTIVE: accepted & ~over & Q(begin__lte=now),
        Standing.SCHEDULED: accepted & ~over & Q(begin__gt=now),
        Standing.PROPOSED: Q(state=State.PROPOSED) & ~over,
        Standing.EXPIRED: over & ~Q(state__in=(State.REVOKED, State.REFUSED)),
        Standing.REVOKED: Q(state=State.REVOKED),
        Standing.REFUSED: Q(state=State.REFUSED),
    }
    return choices[Standing(standing)] if standing in Standing.values else Q()


def shown(rows: Iterable[Any], now: datetime) -> list[Shown]:
    """Rows of `counted` as a page has them."""
    found = list(rows)
    titles = known_rules()
    names = pseudonyms.shown_all(row.person for row in found if row.person)
    return [
        Shown(
            row=row,
            standing=row.standing(now),
            title=titles.get(row.rule, row.rule),
            person=pseudonyms.reference(row.person) if row.person else "",
            name=names.get(row.person, ""),
            asks=tuple(str(each) for each in row.asks),
            hides=row.hid if row.ended else row.hides,
            last_hit=row.last_hit if row.ended else row.newest,
        )
        for row in found
    ]


def asked(told: Mapping[str, Any], now: datetime) -> Asked:
    """What a form asks for."""
    given = {name: readable(str(told.get(name, ""))).strip() for name in NAMES}
    given = {name: value for name, value in given.items() if value}
    if not given.keys() - {"alert"}:
        return Asked(given=given)
    try:
        begin, until = _day(given, "begin"), _day(given, "until")
        end = min(until, date.max - timedelta(days=1)) if until else None
        span = (midnight(begin) if begin else now, end_of(end) or now + USUAL)
        check_span(*span, now)
        wanted = checked(_told(given), _conditions(given), span)
        return Asked(given=given, wanted=wanted)
    except Wrong as error:
        return Asked(given=given, problem=str(error))


def from_alert(alert: Alert, now: datetime) -> dict[str, str]:
    """The narrowest exception that hides this alert and those that say the same again."""
    told = {
        "rule": alert.rule,
        "account": alert.account or "",
        "host": _host(alert),
        "begin": f"{min(alert.time, now):%Y-%m-%d}",
        "until": f"{now + USUAL:%Y-%m-%d}",
        "alert": str(alert.pk),
    }
    if alert.object:
        plain = _plain(alert.object)
        how = How.EQUALS if plain == alert.object else How.LIKE
        told |= {"field1": OBJECT, "how1": how.value, "value1": plain}
    return {name: value for name, value in told.items() if value}


def parameters(one: Shown) -> dict[str, str]:
    """What a form says to ask for the same."""
    row, asks = one.row, list(one.row.asks)
    told = {"rule": row.rule, "account": row.account, "person": one.person}
    if asks and (asks[0].field, asks[0].how) == (HOST, How.EQUALS):
        told["host"] = asks.pop(0).value
    for place, each in zip(PLACES, asks, strict=False):
        told |= {f"field{place}": each.field, f"how{place}": each.how, f"value{place}": each.value}
    last = row.expiry - timedelta(microseconds=1)
    told |= {"begin": f"{row.begin:%Y-%m-%d}", "until": f"{last:%Y-%m-%d}"}
    return {name: value for name, value in told.items() if value}


def _plain(text: str) -> str:
    """With a wildcard for each character that nobody sees or that turns what is seen around."""
    unseen = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join("?" if unicodedata.category(each) in unseen else each for each in text)


def _host(alert: Alert) -> str:
    try:
        found = store().get(alert.event, alert.time.date())
    except StoreUnavailable:
        return ""
    return (found[HOST][0].as_py() or "") if found is not None and found.num_rows else ""


def _told(given: Mapping[str, str]) -> dict[str, str]:
    person = pseudonyms.dereference(given["person"]) if "person" in given else None
    if "person" in given and person is None:
        raise Wrong(f"nobody is known as {given['person']}")
    told = {name: given.get(name, "") for name in ("rule", "account")}
    return {**told, "person": person.id if person else ""}


def _conditions(given: Mapping[str, str]) -> list[Condition]:
    conditions = [Condition(HOST, How.EQUALS, given["host"])] if "host" in given else []
    for place in PLACES:
        if f"value{place}" in given:
            how = given.get(f"how{place}", How.EQUALS)
            if how not in set(How):
                raise Wrong("a value equals, begins or is like something")
            name = given.get(f"field{place}", OBJECT)
            conditions.append(Condition(name, How(how), given[f"value{place}"]))
    return conditions


def _day(given: Mapping[str, str], name: str) -> date | None:
    if name not in given:
        return None
    try:
        return date.fromisoformat(given[name])
    except ValueError as error:
        raise Wrong(f"{given[name]} is no day; write it like 2026-11-03") from error
