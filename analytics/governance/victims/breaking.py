"""Findings about people after whose changes of something shared the jobs that use it failed."""

from collections import Counter
from datetime import UTC, datetime

import pyarrow as pa

from analytics.findings import Finding, ReasonKind
from analytics.governance.victims.dependants import Worse
from analytics.governance.victims.study import Study
from analytics.selection import MOST_EVENTS
from analytics.site import ON_DUTY, Site

MOST_OF_A_KIND = MOST_EVENTS // 2


def finding(one: Worse, found: Study, site: Site, *, check: str, title: str, points: float,
            confidence: float) -> Finding:  # fmt: skip
    """The finding; its events are the failed jobs and the changes, the newest first."""
    person = found.people[one.person]
    share = ON_DUTY if site.looks_after(person) else 1.0
    owners = found.runs["owner"].take(pa.array(one.runs)).drop_null().to_pylist()
    return Finding(
        kind=ReasonKind.VICTIMS,
        id=check,
        title=title,
        person=person,
        time=datetime.fromtimestamp(int(found.failures.onset[one.runs].max()) / 1e6, UTC),
        points=points,
        confidence=confidence * share,
        sentence=sentence(one, found),
        events=tuple(dict.fromkeys([*jobs(one, found, "event"), *changes(one, found)])),
        resource=found.things.name(one.thing),
        tactics=("impact",),
        observed=float(one.after[0]),
        expected=round(one.after[0] / one.ratio, 3),
        probability=one.corrected,
        owners=tuple(sorted(Counter(owners).items(), key=lambda each: (-each[1], each[0]))),
    )


def sentence(one: Worse, found: Study) -> str:
    """'changed what others use 5 times, after which 14 of 40 of their scripts failed, against 3 of
    38 before; of scripts that do not use it 20 of 300 and 22 of 310; 120 GPU-hours lost'"""
    others = one.beside
    lost = hours(one, found)
    return (
        f"changed what others use {one.series:,} times, after which {one.after[0]:,} of "
        f"{one.after[1]:,} of their scripts failed, against {one.before[0]:,} of "
        f"{one.before[1]:,} before; of scripts that do not use it {others[0]:,} of {others[1]:,} "
        f"and {others[2]:,} of {others[3]:,}"
        + (f"; {lost:,.0f} GPU-hours lost" if lost >= 1 else "")
    )


def hours(one: Worse, found: Study) -> float:
    """The GPU-hours that the failed dependants cost."""
    return float(found.failures.hours[one.runs].sum())


def jobs(one: Worse, found: Study, column: str) -> list[str]:
    """The failed dependants, the newest first: their `id` or `event`."""
    named: list[str] = found.runs[column].take(pa.array(one.runs[::-1])).to_pylist()
    return named[:MOST_OF_A_KIND]


def changes(one: Worse, found: Study) -> list[str]:
    """The events by which somebody changed it, the newest first."""
    order = one.acts[found.hands.time[one.acts].argsort(kind="stable")[::-1]]
    rows = pa.array(found.hands.row[order])
    named: list[str] = found.events["event.id"].take(rows).to_pylist()
    return list(dict.fromkeys(named))[:MOST_OF_A_KIND]
