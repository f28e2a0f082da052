"""Who was near? The study of a month asked about some jobs, or a resource in some time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from analytics.governance.victims import breaking, study
from analytics.governance.victims.dependants import Worse
from analytics.governance.victims.designs import Near
from analytics.governance.victims.failures import NOT_ASKED, Failures, Flags
from analytics.governance.victims.finding import WAYS, acts_before
from analytics.governance.victims.study import Study
from analytics.governance.victims.things import Things
from analytics.site import Site
from analytics.store.base import EventStore

MOST_ACTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which failures are meant: their onset is in since ≤ time < until; where jobs are named
    these, whether or not something explains them; where a resource is (a node, a folder, an
    owner's account) those that depend on it."""

    since: datetime
    until: datetime
    jobs: frozenset[str] = frozenset()
    resource: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """Somebody who was near, in the way that is least probable by chance; `named` where that is
    enough to speak of. `hours` are the GPU-hours of the incidents that they were near."""

    person: str
    way: str
    near: int
    incidents: int
    near_controls: int
    controls: int
    relative_risk: float
    probability: float
    corrected: float
    named: bool
    hours: float
    jobs: tuple[str, ...]
    acts: tuple[str, ...]
    times: tuple[datetime, ...]  # of these acts


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A run that failed for no known reason: whose it was (empty where unknown), since when it
    went wrong, its latest event and when that was (None while it runs), what it cost in GPU-hours,
    and who was near its incident."""

    job: str
    owner: str
    since: datetime
    state: str
    event: str
    told: datetime | None
    hours: float
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Somebody after whose changes of something shared more of those failed who use it: owners'
    scripts, failed and all, after and before the changes and, of those who do not use it, beside
    them; `named` where that is enough to speak of."""

    person: str
    resource: str
    changes: int
    after: tuple[int, int]
    before: tuple[int, int]
    beside: tuple[int, int, int, int]
    relative_risk: float
    corrected: float
    named: bool
    hours: float
    jobs: tuple[str, ...]
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Suspects and breakers, the least probable by chance first; what each victim lost in
    GPU-hours, the most first (unknown ones together, under no name); how many incidents and failed
    jobs there are, and how many of these are explained by what; and the failures that are not, the
    newest first.
    """

    incidents: int
    failed: int
    explained: Mapping[str, int] = field(default_factory=dict)
    suspects: tuple[Suspect, ...] = ()
    breakers: tuple[Breaker, ...] = ()
    victims: tuple[tuple[str, float], ...] = ()
    failures: tuple[Failed, ...] = ()


def who_was_near(asked: Asked, site: Site, store: EventStore) -> Answer:
    """Everybody who acted on what failed, before it did. Compared is with what went well in that
    time, or in the month before its end where it is shorter."""
    since = min(asked.since, asked.until - study.LOOKED_BACK)

    def chosen(runs: pa.Table, failures: Failures, things: Things) -> Failures:
        return _chosen(asked, runs, failures, things)

    found = study.of_store(store, since, asked.until, site, chosen=chosen)
    return _answer(found)


def _chosen(asked: Asked, runs: pa.Table, failures: Failures, things: Things) -> Failures:
    begin, end = (int(time.timestamp() * 1e6) for time in (asked.since, asked.until))
    if asked.jobs:
        named = pa.array(sorted(asked.jobs))
        wanted = np.isin(runs["id"].to_pylist(), named.to_pylist())
        return failures.only(wanted & failures.failed, whatever=True)
    wanted = (failures.onset >= begin) & (failures.onset < end)
    if asked.resource:
        wanted &= _depends(asked.resource, runs, things)
    return failures.only(wanted)


def _depends(resource: str, runs: pa.Table, things: Things) -> Flags:
    names = [*things.nodes, *things.folders]
    below = resource.rstrip("/") + "/"
    codes = [
        code
        for code, name in enumerate(names)
        if name == resource.rstrip("/") or name.startswith(below)
    ]
    found = np.zeros(runs.num_rows, dtype=bool)
    places, values = things.of_run.of(np.arange(runs.num_rows))
    found[places[np.isin(values, codes)]] = True
    return found | np.isin(np.array(runs["account"].to_pylist(), dtype=object), [resource])


def _answer(found: Study) -> Answer:
    best: dict[int, Near] = {}
    for one in found.near:
        best.setdefault(one.person, one)
    counted = found.failures.failed & (found.failures.aside != NOT_ASKED)
    reasons = found.failures.aside[counted & (found.failures.aside != "")]
    kinds, counts = np.unique(reasons.astype(str), return_counts=True)
    return Answer(
        incidents=len(found.incidents.first),
        failed=int(counted.sum()),
        explained=dict(zip(kinds.tolist(), counts.tolist(), strict=True)),
        suspects=tuple(_suspect(one, found) for one in best.values()),
        breakers=tuple(_breaker(one, found) for one in found.worse),
        victims=_victims(found),
        failures=_failures(found, best.values()),
    )


def _failures(found: Study, suspects: Iterable[Near]) -> tuple[Failed, ...]:
    near: dict[int, list[str]] = {}
    for one in suspects:
        for number in one.sets.tolist():
            near.setdefault(number, []).append(found.people[one.person])
    rows = np.flatnonzero(found.incidents.of_run >= 0)
    rows = rows[np.argsort(-found.failures.onset[rows], kind="stable")]
    names = ["id", "owner", "state", "event", "ended"]
    told = found.runs.select(names).take(pa.array(rows)).to_pylist()
    return tuple(
        Failed(
            job=run["id"],
            owner=run["owner"] or "",
            since=moment(int(found.failures.onset[row])),
            state=run["state"],
            event=run["event"],
            told=run["ended"],
            hours=float(found.failures.hours[row]),
            near=tuple(near.get(int(found.incidents.of_run[row]), ())),
        )
        for row, run in zip(rows.tolist(), told, strict=True)
    )


def moment(time: int) -> datetime:
    """Microseconds since 1970 as a time."""
    return datetime.fromtimestamp(time / 1e6, UTC)


def _breaker(one: Worse, found: Study) -> Breaker:
    return Breaker(
        person=found.people[one.person],
        resource=found.things.name(one.thing),
        changes=one.series,
        after=one.after,
        before=one.before,
        beside=one.beside,
        relative_risk=one.ratio,
        corrected=one.corrected,
        named=one.convinces,
        hours=breaking.hours(one, found),
        jobs=tuple(breaking.jobs(one, found, "id")),
        acts=tuple(breaking.changes(one, found)),
    )


def _suspect(one: Near, found: Study) -> Suspect:
    rows, _ = acts_before(one, found)
    newest = rows[np.argsort(-found.acts.time[rows], kind="stable")][:MOST_ACTS]
    first = pa.array(found.incidents.first[one.sets])
    return Suspect(
        person=found.people[one.person],
        way=WAYS[one.channel],
        near=one.near,
        incidents=one.incidents,
        near_controls=one.near_controls,
        controls=one.controls,
        relative_risk=one.ratio,
        probability=one.probability,
        corrected=one.corrected,
        named=found.convinces(one),
        hours=float(found.incidents.hours[one.sets].sum()),
        jobs=tuple(found.runs["id"].take(first).to_pylist()),
        acts=tuple(found.events["event.id"].take(pa.array(found.acts.row[newest])).to_pylist()),
        times=tuple(map(moment, found.acts.time[newest].tolist())),
    )


def _victims(found: Study) -> tuple[tuple[str, float], ...]:
    """The owners of failed runs of incidents, with what they lost."""
    rows = np.flatnonzero(found.incidents.of_run >= 0)
    lost: dict[str, float] = {}
    owners: Sequence[str | None] = found.runs["owner"].take(pa.array(rows)).to_pylist()
    for owner, hours in zip(owners, found.failures.hours[rows].tolist(), strict=True):
        lost[owner or ""] = lost.get(owner or "", 0.0) + hours
    return tuple(sorted(lost.items(), key=lambda each: (-each[1], each[0])))
