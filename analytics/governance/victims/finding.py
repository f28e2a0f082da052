"""What a month's study has to say about people on one day, as findings for the score."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from analytics.findings import Finding, ReasonKind
from analytics.governance.victims import breaking, failures, pods, steps, study
from analytics.governance.victims.association import LEAST_INCIDENTS
from analytics.governance.victims.designs import Near
from analytics.governance.victims.exposure import ROUNDING, Channel
from analytics.governance.victims.failures import DAY, HOUR, NEVER, micro
from analytics.governance.victims.joining import Codes
from analytics.governance.victims.study import Study
from analytics.selection import MOST_EVENTS, either, has
from analytics.site import ON_DUTY, Site
from analytics.store.base import EventStore

COLUMNS: tuple[str, ...] = ("@timestamp", "event.action", "job.state")
NEAR = "near_failures_of_others"
CHECKS: Mapping[str, str] = {NEAR: "Near failures of others, not what went well"}
POINTS = 54.0  # times confidence, and odds of what is extremely critical, it stays below high
CONFIDENCE = 0.8
HARMED = ("FAILED", "OUT_OF_MEMORY", "COMPLETED", "TIMEOUT", "CANCELLED")
HOURLY = (Channel.ANY_HOUR, Channel.NODE_HOUR, Channel.FOLDER_HOUR)
WAYS = {
    Channel.ANY_DAY: "acted on the node or files within a day before",
    Channel.ANY_HOUR: "acted on the node or files within an hour before",
    Channel.NODE_DAY: "came to the node within a day before",
    Channel.NODE_HOUR: "came to the node within an hour before",
    Channel.FOLDER_DAY: "changed the files within a day before",
    Channel.FOLDER_HOUR: "changed the files within an hour before",
}


def find(day: date, events: pa.Table, site: Site, store: EventStore) -> list[Finding]:
    """A finding for each person who was near failures of the month up to this day far more often
    than chance allows, and near one of this day.

    `events` are the day's; the month's are asked of the store. Of a day on which no job ended
    nothing is said, so that one series of failures does not speak again each day.
    """
    over = either(has(events, "job.state", *HARMED), has(events, "event.action", *pods.ENDS))
    if not np.asarray(over).any():
        return []
    until = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    begin = until - study.LOOKED_BACK
    since = int((until - timedelta(days=1)).timestamp() * 1e6)
    ran = study.runs_of(store, begin, until, site)
    training = study.training_of(store, begin, until, ran)
    if not _may_tell(ran, training, since):
        return []
    found = study.of_store(store, begin, until, site, ran=ran, training=training)
    today = found.incidents.onset >= since
    named = [_finding(one, found, site) for one in found.named if today[one.sets].any()]
    known = {one.person for one in named}
    return [*named, *(one for one in _breaking(found, site, since) if one.person not in known)]


def _breaking(found: Study, site: Site, since: int) -> Iterator[Finding]:
    """Those after whose changes others' jobs failed, also since then (microseconds)."""
    for one in found.breaking:
        if (found.failures.onset[one.runs] >= since).any():
            yield breaking.finding(
                one, found, site, check=NEAR, title=CHECKS[NEAR], points=POINTS,
                confidence=CONFIDENCE,
            )  # fmt: skip


def _may_tell(ran: pa.Table, training: pa.Table, since: int) -> bool:
    """Whether there are failures enough to name anybody, and one that may have begun since then
    (microseconds): most days have none, and the acts of a month need not be asked for."""
    nothing = np.full(ran.num_rows, NEVER)
    counted = failures.of_runs(ran, nothing, steps.of_training(ran, training)).counted
    recent = micro(ran["ended"], NEVER) >= since
    return int(counted.sum()) >= LEAST_INCIDENTS and bool((counted & recent).any())


def _finding(one: Near, found: Study, site: Site) -> Finding:
    person = found.people[one.person]
    onset = int(found.incidents.onset[one.sets].max())
    rows, things = acts_before(one, found)
    newest = rows[np.argsort(-found.acts.time[rows], kind="stable")]
    acts = found.events["event.id"].take(pa.array(found.acts.row[newest])).to_pylist()
    jobs = found.runs["event"].take(pa.array(found.incidents.first[one.sets[::-1]])).to_pylist()
    ids = tuple(dict.fromkeys([*jobs[: MOST_EVENTS // 2], *acts]))[:MOST_EVENTS]
    names, counts = np.unique(things, return_counts=True)
    share = ON_DUTY if site.looks_after(person) else 1.0
    return Finding(
        kind=ReasonKind.VICTIMS,
        id=NEAR,
        title=CHECKS[NEAR],
        person=person,
        time=datetime.fromtimestamp(onset / 1e6, UTC),
        points=POINTS,
        confidence=CONFIDENCE * share,
        sentence=sentence(one, found),
        events=ids,
        resource=found.things.name(int(names[np.argmax(counts)])) if len(names) else None,
        tactics=("impact",),
        observed=float(one.near),
        expected=round(one.near / one.ratio, 3),
        probability=one.corrected,
        owners=_victims(one, found),
    )


def _victims(one: Near, found: Study) -> tuple[tuple[str, int], ...]:
    """Whose runs they were near, each with how many, the most first."""
    first = pa.array(found.incidents.first[one.sets])
    counted = Counter(found.runs["owner"].take(first).drop_null().to_pylist())
    return tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


def sentence(one: Near, found: Study) -> str:
    """'came to the node within an hour before 9 of 11 failures of others, and before the same
    moment of 2 of 31 comparable jobs that went well; 1,240 GPU-hours lost'"""
    hours = float(found.incidents.hours[one.sets].sum())
    lost = f"; {hours:,.0f} GPU-hours lost" if hours >= 1 else ""
    return (
        f"{WAYS[one.channel]} {one.near:,} of {one.incidents:,} failures of others, and before the "
        f"same moment of {one.near_controls:,} of {one.controls:,} comparable jobs that went well"
        f"{lost}"
    )


def acts_before(one: Near, found: Study) -> tuple[Codes, Codes]:
    """The acts (their places) by which a person was near the incidents, and on which things."""
    window = HOUR if one.channel in HOURLY else DAY
    own = np.flatnonzero(found.acts.person == one.person)
    kept: list[Codes] = []
    for number in one.sets:
        run = int(found.incidents.first[number])
        onset = found.incidents.onset[number]
        bounds = found.things.of_run.offsets[run : run + 2]
        depended = found.things.of_run.values[bounds[0] : bounds[1]]
        ago = onset - found.acts.time[own]
        near = (ago >= -ROUNDING) & (ago <= window) & np.isin(found.acts.thing[own], depended)
        kept.append(own[near])
    rows = np.unique(np.concatenate(kept)) if kept else own[:0]
    return rows, found.acts.thing[rows]
