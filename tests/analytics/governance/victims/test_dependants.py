"""Shared libraries and whose changes of them broke jobs: invented months of one cluster."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from analytics.fields import SCHEMA
from analytics.governance import victims
from analytics.governance.victims import (
    Asked,
    controls,
    dependants,
    failures,
    runs,
    who_was_near,
)
from analytics.governance.victims.acts import FOLDER, Acts
from analytics.governance.victims.dependants import Worse
from analytics.governance.victims.exact import shifted
from analytics.governance.victims.failures import NEVER
from analytics.governance.victims.joining import Codes, Ragged
from analytics.identity import read_people
from analytics.site import Site
from analytics.store import open_store
from tests.analytics.behaviour.days.raw import raw

BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
OWNERS, DAYS = 40, 30
MALLORY, MENDER, NIGHTLY, MAINTAINER = 41, 42, 43, 44  # they own no jobs
LIBRARIES = 3  # an owner uses one of them, or none
HOUR = 3_600_000_000
ORIGIN = int(BEGIN.timestamp() * 1e6)


class Month:
    """Jobs of a month that fail by chance, in bursts, at night, and after changes."""

    def __init__(self, seed: int, *, changes: int = 0, harm: float = 0.5) -> None:
        chance = self.chance = np.random.default_rng(seed)
        self.began = np.sort(np.clip(chance.normal(14, 5, 3600), 0, 23.9)
                             + 24 * chance.integers(0, DAYS, 3600))  # fmt: skip
        self.owner = chance.integers(0, OWNERS, 3600)
        self.uses = self.owner % (LIBRARIES + 1)
        risk = 0.08 * chance.gamma(1.0, 1.0, OWNERS)[self.owner]
        self.acts: list[tuple[int, int, float]] = []
        nights = chance.choice(DAYS, 5, replace=False) * 24
        for night in nights:  # before deadlines: much fails, and somebody is at a library
            risk[(self.began > night + 17) & (self.began < night + 24)] *= 4
            self.acts.append((2, NIGHTLY, night + 18 + chance.random()))
        lasted = self.lasted = chance.uniform(0.5, 9, 3600)
        bursts = []
        for burst in chance.choice(DAYS - 1, 6, replace=False) * 24 + 10 + 6 * chance.random(6):
            hit = (self.uses == 1) & (self.began > burst) & (self.began < burst + 6)
            risk[hit] = 0.6
            bursts.append(hit)
        for day in range(DAYS):
            for _ in range(chance.poisson(2)):
                hour = 24 * day + chance.uniform(9, 18)
                self.acts.append((int(chance.integers(LIBRARIES)), MAINTAINER, hour))
        for day in sorted(chance.choice(np.arange(1, DAYS - 1, 2), changes, replace=False)):
            at = 24 * day + chance.uniform(9, 15)
            hit = (self.uses == 0) & (self.began > at) & (self.began < at + 10)
            risk[hit] = np.maximum(risk[hit], harm)
            self.acts.append((0, MALLORY, at))
        self.failed = chance.random(3600) < risk
        for hit in bursts:  # somebody comes after the second failure, and again until it works
            seen = np.sort((self.began + lasted)[hit & self.failed])[1:2]
            self.acts.extend((1, MENDER, at + ago) for at in seen for ago in (0.3, 1.5, 4.0))

    def table(self) -> pa.Table:
        """The runs, half an hour to nine hours long."""
        rows = []
        parts = (self.began, self.lasted, self.owner, self.failed)
        for hour, hours, owner, failed in zip(*parts, strict=True):
            began = BEGIN + timedelta(hours=float(hour))
            rows.append(
                {
                    **dict.fromkeys(runs.SCHEMA.names),
                    "account": f"slurm:p{owner:02}",
                    "owner": f"p{owner:02}",
                    "partition": "gpu",
                    "script": f"s{self.chance.integers(6)}.py",
                    "began": began,
                    "ended": began + timedelta(hours=float(hours)),
                    "state": "FAILED" if failed else "COMPLETED",
                    "gpu_hours": 8.0,
                }
            )
        return pa.Table.from_pylist(rows, schema=runs.SCHEMA)

    def found(self) -> list[Worse]:
        """Who made what worse; things 10, 11 and 12 are the libraries."""
        table = self.table()
        never = np.full(table.num_rows, NEVER)
        failed = failures.of_runs(table, never, failures.never_slow(table.num_rows))
        owner = np.array([int(name[1:]) for name in table["owner"].to_pylist()])
        users = np.flatnonzero(self.uses < LIBRARIES)
        things = Ragged(users, 10 + self.uses[users], table.num_rows)
        risk = controls.of_runs(table, failed, owner)
        return dependants.of_acts(table, failed, risk, things, self._acts())

    def _acts(self) -> Acts:
        thing, person, hour = (np.array(part) for part in zip(*self.acts, strict=True))
        times = ORIGIN + (hour * HOUR).astype(np.int64)
        kind = np.full(len(times), FOLDER)
        return Acts(10 + thing, person, times, kind, np.arange(len(times)))


def named(month: Month) -> list[tuple[int, int]]:
    return [(one.person, one.thing) for one in month.found() if one.convinces]


@pytest.mark.parametrize("seed", range(2))
def test_whose_changes_break_a_library_is_found_and_no_mender_or_maintainer(seed: int) -> None:
    month = Month(seed, changes=8)
    found = month.found()
    assert [(one.person, one.thing) for one in found if one.convinces] == [(MALLORY, 10)]
    (best, *_) = found
    assert best.after[0] / best.after[1] > 3 * best.before[0] / best.before[1]
    assert best.victims >= 3
    assert set(month.uses[best.runs]) == {0}
    assert month.failed[best.runs].all()


def test_where_changes_do_nothing_nobody_is_named() -> None:
    assert named(Month(7, changes=8, harm=0.0)) == []


def test_two_changes_are_no_series() -> None:
    assert named(Month(1, changes=2, harm=0.9)) == []


@pytest.mark.slow()
def test_in_twenty_months_without_harm_at_most_one_names_anybody() -> None:
    wrong = [seed for seed in range(20) if named(Month(100 + seed, changes=8, harm=0.0))]
    assert len(wrong) <= 1, wrong


@pytest.mark.slow()
def test_of_twenty_saboteurs_of_libraries_most_are_found_and_nobody_else() -> None:
    found = [named(Month(200 + seed, changes=8)) for seed in range(20)]
    assert sum((MALLORY, 10) in one for one in found) >= 18
    assert sum(one not in ([], [(MALLORY, 10)]) for one in found) <= 1


def counts(*values: int) -> Codes:
    return np.array(values)


def test_the_chance_of_a_difference_in_differences_is_exact() -> None:
    # Of two tables (1 of 2 after, 0 of 1 before) and (0 of 1, 1 of 2): one failure after in all.
    chances, first = shifted(counts(1, 2, 0, 1), counts(0, 1, 1, 2))
    # a = 1: C(2,1) C(1,0) × C(1,0) C(2,1) = 4; a = 0: C(2,0) C(1,1) × C(1,1) C(2,0) = 1
    assert first == 0
    assert chances == pytest.approx([0.2, 0.8])
    alone, first = shifted(counts(0, 3, 0, 3), counts(1, 2, 1, 2))
    assert (alone.tolist(), first) == ([1.0], 0)


def test_from_raw_lines_to_whom_it_names(tmp_path: Path) -> None:
    """Accounting, audit records and a job's command lead to a finding about the library."""
    month, start = Month(3, changes=8), datetime(2026, 2, 2, tzinfo=UTC)
    rows = ["JobID|Cluster|User|UID|State|ExitCode|Submit|Start|End|AllocTRES|NodeList|SubmitLine"]
    parts = (month.began, month.lasted, month.owner, month.failed)
    for number, (hour, lasted, owner, failed) in enumerate(zip(*parts, strict=True)):
        began = start + timedelta(hours=float(hour))
        ended = began + timedelta(hours=float(lasted))
        library = f"/shared/lib{owner % 4}/run.py" if owner % 4 < LIBRARIES else "own.py"
        rows.append(
            f"{number}|lab1|p{owner:02}|{2000 + owner}|{'FAILED' if failed else 'COMPLETED'}"
            f"|{int(failed)}:0|{began:%FT%T}|{began:%FT%T}|{ended:%FT%T}|gres/gpu=8"
            f"|gpu{number % 90:02}|sbatch --wrap 'python {library} --job s{number % 6}.py'"
        )
    acts = [
        f"type=SYSCALL msg=audit({stamp}): arch=c000003e syscall=82 success=yes exit=0 a0=1 a1=2 "
        f"a2=0 a3=0 items=1 ppid=9 pid=41 auid={3000 + who} uid={3000 + who} gid=1 euid=1 suid=1 "
        f'fsuid=1 egid=1 sgid=1 fsgid=1 tty=pts2 ses=12 comm="vim" exe="/usr/bin/vim" key="w"\n'
        f'type=CWD msg=audit({stamp}): cwd="/"\n'
        f'type=PATH msg=audit({stamp}): item=0 name="/shared/lib{library}/core.py" inode=7 '
        f"dev=fd:01 mode=0100644 ouid=2000 ogid=1 rdev=00:00 nametype=CREATE\n"
        f"type=EOE msg=audit({stamp}): "
        for serial, (library, who, hour) in enumerate(month.acts)
        for stamp in [f"{int(start.timestamp() + hour * 3600)}.000:{serial}"]
    ]
    people = "person,name,team,role,manager,start,end,accounts\n" + "".join(
        [f"p{n:02},p{n},t,researcher,,,,slurm:p{n:02};uid:{2000 + n}\n" for n in range(OWNERS)]
        + [f"m{n},m{n},t,engineer,,,,uid:{3000 + n}\n" for n in range(MALLORY, MAINTAINER + 1)]
    )
    store = open_store((tmp_path / "lake").as_uri())
    told = [*raw("slurm_sacct", *rows), *raw("auditd", *acts, host="login1")]
    store.append(pa.Table.from_pylist(told, schema=SCHEMA))
    site = Site(directory=read_people(people))
    until = start + timedelta(days=DAYS + 1)
    answer = who_was_near(Asked(since=start, until=until), site, store)
    named = [one for one in answer.breakers if one.named]
    assert [(one.person, one.resource) for one in named] == [(f"m{MALLORY}", "/shared/lib0")]
    kinds = {row["event.id"]: row for row in told}
    assert {kinds[act]["file.path"] for act in named[0].acts} == {"/shared/lib0/core.py"}
    assert named[0].hours > 0
    last = max(
        kinds_of["@timestamp"] for kinds_of in told if kinds_of["job.id"] == named[0].jobs[0]
    )
    events = pa.table({"@timestamp": [last], "event.action": ["job"], "job.state": ["FAILED"]})
    (one,) = victims.find(last.date(), events, site, store)
    store.close()
    assert (one.person, one.resource) == (f"m{MALLORY}", "/shared/lib0")
    assert one.sentence.startswith("changed what others use ")
    assert one.sentence.endswith(" GPU-hours lost")
    assert {kinds[event]["event.dataset"] for event in one.events} == {"slurm_sacct", "auditd"}
