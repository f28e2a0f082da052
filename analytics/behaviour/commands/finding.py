"""A day's findings: whose account somebody else may have typed at."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import log

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.commands import judging, typed
from analytics.behaviour.commands.forms import form
from analytics.behaviour.commands.judging import Day, Suspect
from analytics.behaviour.commands.tokens import Flags
from analytics.behaviour.commands.typed import KINDS, Typed
from analytics.findings import Finding, ReasonKind
from analytics.identity import Directory
from analytics.site import Site
from analytics.store.base import EventStore

COLUMNS = typed.COLUMNS
ANOTHER = "typed_like_another"
CHECKS: Mapping[str, str] = {ANOTHER: "Commands as somebody else types"}
LOOKED_BACK = timedelta(days=28)
EPOCH = date(1970, 1, 1)
NOTICED = 0.01  # one honest person a hundred days, in the whole site
DECISIVE = 1e-9  # as of anomalies
SMALLEST = 1e-12  # probability: a tail tells no more
FULL_POINTS = 99.0
TRUSTED_DAYS, SUREST = 4.0, 0.9  # of confidence, as of anomalies
ON_DUTY = 0.4  # of it: whoever is on call types what is usual to nobody
SHOWN = 4  # forms of commands in a sentence …
LONGEST = 60  # … and characters of each
MOST_EVENTS = 50


@dataclass(frozen=True, slots=True)
class _Doubted:
    """A suspect, the commands of the day that were judged, and among how many people."""

    suspect: Suspect
    events: pa.Table
    probability: float
    judged: int


def find(day: date, events: pa.Table, site: Site, store: EventStore) -> list[Finding]:
    """A finding for each person whose commands of the day look typed by somebody else.

    `events` are the day's, with at least `COLUMNS`; the month before comes from person-days. Not
    judged are accounts that are nobody's own, people who typed little today or before, and those
    who came to other work within that month.
    """
    past = store.person_days(day - LOOKED_BACK, day, KINDS)
    if not set(KINDS) & set(past.column_names):
        return []
    worst: dict[str, _Doubted] = {}
    for doubted in _doubted(day, events, past, site.directory):
        before = worst.get(doubted.suspect.person)
        if before is None or doubted.probability < before.probability:
            worst[doubted.suspect.person] = doubted
    return [_finding(one, site) for _, one in sorted(worst.items()) if one.probability < NOTICED]


def _doubted(
    day: date, events: pa.Table, past: pa.Table, directory: Directory
) -> Iterator[_Doubted]:
    """All suspects of each kind of log; so many are judged that some always look odd, so chances
    are multiplied by how many (Bonferroni)."""
    number = (day - EPOCH).days
    found: list[tuple[Suspect, pa.Table]] = []
    judged = 0
    for kind, told in typed.kinds(events, directory).items():
        if kind not in past.column_names or not told.num_rows:
            continue
        known = {*told["person"].to_pylist(), *past["person"].to_pylist()}
        persons = sorted(person for person in known if person)
        here = typed.in_order(told, persons)
        today = Day(persons, here.person, here.code, here.follows)
        before = judging.past_of(past, kind, persons)
        verdict = judging.judge(today, before, number, _settled(day, persons, directory))
        judged += verdict.judged
        found += [(one, _of(one, here, persons)) for one in verdict.suspects]
    for suspect, commands in found:
        yield _Doubted(suspect, commands, min(1.0, suspect.probability * judged), judged)


def _settled(day: date, persons: list[str], directory: Directory) -> Flags:
    """Of each person whether they did the same work all that time."""
    moved = {one.person for one in directory.positions if day - LOOKED_BACK < one.until <= day}
    return np.array([person not in moved for person in persons], dtype=bool)


def _of(suspect: Suspect, here: Typed, persons: list[str]) -> pa.Table:
    return here.events.filter(pa.array(here.person == persons.index(suspect.person)))


def _finding(one: _Doubted, site: Site) -> Finding:
    suspect, doubts = one.suspect, one.suspect.doubts
    odd = np.flatnonzero(doubts > 0)
    order = odd[np.argsort(-doubts[odd], kind="stable")][:MOST_EVENTS]
    kept = one.events.take(pa.array(order))
    time = pc.max(kept["@timestamp"]).as_py()
    probability = max(one.probability, SMALLEST)
    share = min(1.0, log(probability) / log(DECISIVE))
    confidence = min(SUREST, suspect.days / (suspect.days + TRUSTED_DAYS))
    return Finding(
        kind=ReasonKind.COMMANDS,
        id=ANOTHER,
        title=CHECKS[ANOTHER],
        person=suspect.person,
        time=time,
        points=FULL_POINTS * share,
        confidence=confidence * (ON_DUTY if site.on_duty(suspect.person, time) else 1.0),
        sentence=sentence(one.events, suspect),
        events=tuple(kept["event.id"].to_pylist()),
        tactics=("initial-access",),
        observed=float(len(odd)),
        probability=probability,
    )


def sentence(events: pa.Table, suspect: Suspect) -> str:
    """'typed 84 commands as somebody else does rather than as in 21 days before: most of all
    ‘tar -c -z <tmp>’ (6 times), ‘nmap <number>’; and 3 that nobody else uses'

    Only forms of commands are told, and of none that nobody else uses even the name: it may be a
    password that was typed where a command belongs.
    """
    weight: Counter[str] = Counter()
    times: Counter[str] = Counter()
    unknown = 0
    lines = zip(
        events["process.command_line"].to_pylist(),
        events["process.name"].to_pylist(),
        suspect.doubts.tolist(),
        suspect.known.tolist(),
        strict=True,
    )
    for line, name, doubt, known in lines:
        if doubt <= 0:
            continue
        if not known:
            unknown += 1
            continue
        label = shown(form(line or name))
        weight[label] += doubt
        times[label] += 1
    told = [
        f"‘{label}’" + (f" ({times[label]} times)" if times[label] > 1 else "")
        for label, _ in sorted(weight.items(), key=lambda each: (-each[1], each[0]))[:SHOWN]
    ]
    if unknown:
        told.append(f"{unknown:,} that nobody else uses")
    many = f"{events.num_rows:,} commands"
    return (
        f"typed {many} as somebody else does rather than as on {suspect.days} days before: "
        f"most of all {', '.join(told)}"
    )


def shown(label: str) -> str:
    """A form as it may stand in a sentence: printable, and not long."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in label)
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
