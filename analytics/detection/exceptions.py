"""Exceptions: which alerts are expected for a while, over columns of alerts and of their events.

An exception only says that an alert need not be shown. It takes everything that it asks for to
hold, and of an alert with several events every one of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.detection.columns import ARGUMENT, LABEL, Mask, View
from analytics.detection.packages import UNKNOWING
from analytics.detection.predicates import found
from analytics.findings import Severity

OBJECT = "object"  # what the alert says was touched, whatever field its rule takes that from
ALERTS = pa.schema(
    [
        ("rule", pa.string()),
        ("severity", pa.string()),
        ("time", pa.timestamp("us", "UTC")),
        ("account", pa.string()),
        ("person", pa.string()),
        (OBJECT, pa.string()),
        ("events", pa.list_(pa.string())),
    ]
)
ID = "event.id"


class How(StrEnum):
    """How a field's value is to be."""

    EQUALS = "equals"
    BEGINS = "begins"
    LIKE = "like"  # `*` stands for any text, `?` for any one character


@dataclass(frozen=True, slots=True)
class Condition:
    """A field of the alert's events, or its object, has such a value; upper and lower case differ.

    Of a field with several values one is enough.
    """

    field: str
    how: How
    value: str

    def __call__(self, view: View) -> Mask:
        """Where it holds."""
        return view.where(self.field, self.chosen, self)

    def __str__(self) -> str:
        """As people read it."""
        words = {How.EQUALS: "is", How.BEGINS: "begins with", How.LIKE: "is like"}
        return f"{self.field} {words[self.how]} {self.value}"

    def chosen(self, texts: pa.Array) -> Mask:
        """Which of these texts are so."""
        if self.how is How.LIKE:
            return found(texts, _expression(self.value))
        answer = (pc.equal if self.how is How.EQUALS else pc.starts_with)(texts, self.value)
        return np.asarray(answer.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempt:
    """What one exception hides: alerts on events from `begin` to before `end`.

    What is empty is not asked for. Alerts of critical severity stay unless it is `approved` by a
    second person.
    """

    id: int
    begin: datetime
    end: datetime
    rule: str = ""
    account: str = ""
    person: str = ""
    conditions: tuple[Condition, ...] = ()
    approved: bool = False

    @property
    def of_events(self) -> tuple[Condition, ...]:
        """The conditions that only events answer."""
        return tuple(each for each in self.conditions if each.field != OBJECT)


def columns(exceptions: Iterable[Exempt]) -> list[str]:
    """The columns of events that these look at, with the id; empty where none looks at events."""
    names = {name for one in exceptions for each in one.of_events for name in _stored(each.field)}
    return sorted({ID, *names}) if names else []


def asked(exceptions: Iterable[Exempt], alerts: pa.Table) -> list[str]:
    """The ids of the events that must be looked at to know what these hide, in order."""
    rows = np.zeros(alerts.num_rows, dtype=bool)
    for one in exceptions:
        if one.of_events:
            rows |= _by_alert(one, alerts)
    lists = alerts["events"].filter(pa.array(rows)).combine_chunks()
    return sorted({event for event in lists.flatten().to_pylist() if event is not None})


def hidden(exceptions: Sequence[Exempt], alerts: pa.Table, events: pa.Table) -> list[int | None]:
    """For each alert the id of the exception that hides it, the first where several do, or None.

    `alerts` has the columns of `ALERTS`, `events` those of `columns`, each event once. An event
    that is not among them answers nothing, so that its alert stays.
    """
    answers: list[int | None] = [None] * alerts.num_rows
    lists: list[list[str]] = alerts["events"].to_pylist()
    view = View(events)
    for one in exceptions:
        rows = np.flatnonzero(_by_alert(one, alerts))
        good = _good(one, view) if one.of_events and len(rows) else None
        for row in rows.tolist():
            if answers[row] is None and (good is None or _all_in(lists[row], good)):
                answers[row] = one.id
    return answers


def _all_in(events: list[str], good: set[str]) -> bool:
    return bool(events) and all(event in good for event in events)


def _good(one: Exempt, view: View) -> set[str]:
    rows = np.ones(view.rows, dtype=bool)
    for condition in one.of_events:
        rows &= view.holds(condition)
    return set(view.array(ID).filter(pa.array(rows)).to_pylist())


def _by_alert(one: Exempt, alerts: pa.Table) -> Mask:
    """Where what the alert itself says is as asked for."""
    times = alerts["time"]
    moments = [pa.scalar(time, times.type) for time in (one.begin, one.end)]
    answer = pc.and_(pc.greater_equal(times, moments[0]), pc.less(times, moments[1]))
    for name in ("rule", "account", "person"):
        if wanted := getattr(one, name):
            answer = pc.and_(answer, pc.fill_null(pc.equal(alerts[name], wanted), False))
    if not one.approved:
        answer = pc.and_(answer, pc.not_equal(alerts["severity"], Severity.CRITICAL.value))
    rows = np.array(pc.fill_null(answer, False).to_numpy(), dtype=bool)
    for condition in one.conditions:
        if condition.field == OBJECT:
            rows &= condition.chosen(alerts[OBJECT].combine_chunks())
    return rows


def _stored(field: str) -> tuple[str, ...]:
    """The columns in which a store keeps what `View` has under this name."""
    if field in UNKNOWING:
        return tuple(UNKNOWING[field].of)
    if field.startswith(LABEL):
        return ("labels",)
    return ("process.args",) if ARGUMENT.fullmatch(field) else (field,)


def _expression(pattern: str) -> str:
    """The pattern for RE2, in which no character but `*` and `?` has a meaning."""
    wildcards = {"*": ".*", "?": "."}
    parts = (wildcards.get(each, rf"\x{{{ord(each):x}}}") for each in pattern)
    return rf"(?s:\A{''.join(parts)}\z)"
