"""Invented clusters for tests of victims-first: jobs that fail by chance or by somebody's doing,
and people around them. Nothing here knows of the simulated organisation."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.circumstances import Duty
from analytics.fields import SCHEMA
from analytics.governance.victims import asking, runs
from analytics.identity import read_people
from analytics.resources import Resources
from analytics.site import Site

BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
SCRIPTS = ("pretrain.py", "finetune.py", "evaluate.py", "sweep.sh")
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a cluster is: its size, how often jobs fail, and who goes near them."""

    people: int = 50
    teams: int = 5
    nodes: int = 40
    days: int = 30
    jobs_a_day: float = 1.5  # of a person
    fails: float = 0.08
    uneven: float = 2.0  # shape of how failures differ between owners: small is uneven
    retries: float = 0.4
    flaky: int = 2  # nodes that break jobs and report nothing
    flaky_fails: float = 0.35
    broken: int = 1  # nodes that break jobs and report it
    hours: float = 4.0  # median of a job's
    strolls: float = 0.4  # sign-ins a day of an ordinary person to a node without an own job
    busy: float = 40.0  # … of the busiest engineer
    leads_write: float = 6.0  # files a day that a team's lead writes in the team's folders
    answers: float = 0.7  # share of failures after which somebody comes to look
    nights: int = 0  # before deadlines: many are awake, and much fails
    attacks: int = 0  # jobs that each saboteur ruins in a month
    by: str = "node"  # how: by signing in to the node, or by changing its files, or `mixed`
    saboteurs: int = 1
    lag: tuple[float, float] = (2, 35)  # minutes until a job that was acted on ends


@dataclass
class World:
    """A cluster's month: versions of jobs, acts and faults as events, and its site."""

    site: Site
    jobs: list[Row] = field(default_factory=list)
    acts: list[Row] = field(default_factory=list)
    faults: list[Row] = field(default_factory=list)
    attacked: set[str] = field(default_factory=set)

    @property
    def until(self) -> datetime:
        """The end of the last day on which anything happened."""
        return max(row["@timestamp"] for row in [*self.jobs, *self.acts]) + timedelta(seconds=1)

    def table(self, rows: list[Row], names: tuple[str, ...]) -> pa.Table:
        """Some events with some columns."""
        return pa.Table.from_pylist(rows, schema=pa.schema([SCHEMA.field(name) for name in names]))

    @property
    def tables(self) -> tuple[pa.Table, pa.Table, pa.Table]:
        """Jobs, acts and faults as they are asked of a store."""
        return (
            self.table(self.jobs, runs.COLUMNS),
            self.table(self.acts, asking.OF_ACTS),
            self.table(self.faults, asking.OF_FAULTS),
        )


SABOTEUR, BUSY, ANSWERING, ON_CALL = "p001", "p002", "p003", "p004"
MORE = 10  # further saboteurs are numbered from here


def saboteurs(kind: Kind) -> list[str]:
    """Who does harm in a cluster of that kind."""
    return [SABOTEUR, *(f"p{MORE + number:03}" for number in range(kind.saboteurs - 1))]


class Making:
    """Makes one world of a kind from a seed."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind, self.chance = kind, np.random.default_rng(seed)
        self.people = [f"p{number:03}" for number in range(kind.people)]
        self.team = {who: n % kind.teams for n, who in enumerate(self.people)}
        self.luck = dict(
            zip(
                self.people,
                self.chance.gamma(kind.uneven, 1 / kind.uneven, kind.people),
                strict=True,
            )
        )
        rows = "person,name,team,role,manager,start,end,accounts\n" + "".join(
            f"{who},{who},t{self.team[who]},"
            f"{'cluster administrator' if who == ON_CALL else 'researcher'},,,,"
            f"unix:{who};slurm:{who}\n"
            for who in self.people
        )
        duty = Duty(person="p005", since=BEGIN, until=BEGIN + timedelta(days=7))
        site = Site(directory=read_people(rows), resources=Resources(), duties=(duty,))
        self.world = World(site)
        self.number = 0
        days = self.chance.choice(np.arange(3, kind.days), size=kind.nights, replace=False)
        self.nights = {BEGIN.date() + timedelta(days=int(day)) for day in days}

    def made(self) -> World:
        """The world."""
        planned = [job for day in range(self.kind.days) for who in self.people
                   for job in self._planned(who, day)]  # fmt: skip
        for job in planned:
            self._ended(job, again=0)
        self._around()
        self._ruined(self.kind.attacks)
        for job in self._jobs:
            self._tell(job)
        return self.world

    _jobs: list[Row]

    def _planned(self, who: str, day: int) -> list[Row]:
        share = 0.3 if (BEGIN + timedelta(days=day)).weekday() > 4 else 1.0
        many = self.chance.poisson(self.kind.jobs_a_day * share)
        return [
            self._job(who, BEGIN + timedelta(days=day, hours=self._hour())) for _ in range(many)
        ]

    def _hour(self) -> float:
        return float(np.clip(self.chance.normal(14, 4), 0, 23.9))

    def _job(self, who: str, began: datetime, script: str | None = None) -> Row:
        many = int(self.chance.choice([1, 1, 1, 2, 4]))
        nodes = self.chance.choice(self.kind.nodes, size=many, replace=False)
        hours = float(self.chance.lognormal(np.log(self.kind.hours), 0.7))
        return {
            "who": who,
            "began": began,
            "ended": began + timedelta(hours=hours),
            "nodes": [f"n{node:02}" for node in nodes],
            "script": script or str(self.chance.choice(SCRIPTS)),
            "state": "COMPLETED",
        }

    def _ended(self, job: Row, again: int) -> None:
        """Decides how a job ends, and whether its owner tries once more."""
        self._jobs = getattr(self, "_jobs", [])
        self._jobs.append(job)
        kind = self.kind
        flaky = any(int(node[1:]) < kind.flaky for node in job["nodes"])
        broken = any(
            kind.flaky <= int(node[1:]) < kind.flaky + kind.broken for node in job["nodes"]
        )
        risk = kind.fails * self.luck[job["who"]] * (4 if again else 1)
        if job["began"].date() in self.nights and job["began"].hour > 16:
            risk *= 4
        if broken and self.chance.random() < 0.3:
            self._fail(job)
            self.world.faults.append(
                {"@timestamp": job["ended"] - timedelta(seconds=20), "event.id": self._id(),
                 "host.name": next(n for n in job["nodes"] if int(n[1:]) >= kind.flaky)}
            )  # fmt: skip
        elif self.chance.random() < (max(risk, kind.flaky_fails) if flaky else risk):
            self._fail(job)
            if self.chance.random() < kind.retries and again < 3:
                later = job["ended"] + timedelta(minutes=float(self.chance.uniform(10, 90)))
                self._ended(self._job(job["who"], later, job["script"]), again + 1)
        elif self.chance.random() < 0.1:
            job["state"] = "CANCELLED"
            job["ended"] = self._within(job)

    def _fail(self, job: Row) -> None:
        job["state"], job["ended"] = "FAILED", self._within(job)
        if self.chance.random() < self.kind.answers:
            self._answered(job)

    def _within(self, job: Row) -> datetime:
        share = float(self.chance.uniform(0.02, 1))
        return job["began"] + (job["ended"] - job["began"]) * share  # type: ignore[no-any-return]

    def _answered(self, job: Row) -> None:
        """Somebody comes to the node, and to the files, minutes after."""
        mate = str(
            self.chance.choice([p for p in self.people if self.team[p] == self.team[job["who"]]])
        )
        for who in (ANSWERING, ON_CALL, mate):
            later = job["ended"] + timedelta(minutes=float(self.chance.uniform(1, 40)))
            for node in job["nodes"]:
                self._comes(who, node, later)
            if who == mate:
                self._writes(mate, job, later + timedelta(minutes=5))

    def _around(self) -> None:
        """What goes on anyway."""
        kind = self.kind
        for day in range(kind.days):
            for place, who in enumerate(self.people):
                rate = kind.busy if who == BUSY else kind.strolls
                if BEGIN.date() + timedelta(days=day) in self.nights:
                    for _ in range(self.chance.poisson(3)):
                        node = f"n{self.chance.integers(kind.nodes):02}"
                        late = BEGIN + timedelta(days=day, hours=self.chance.uniform(18, 26))
                        self._comes(who, node, late)
                for _ in range(self.chance.poisson(rate)):
                    node = f"n{self.chance.integers(kind.nodes):02}"
                    self._comes(who, node, BEGIN + timedelta(days=day, hours=self._hour()))
                if place >= kind.people - kind.teams:  # a lead writes where the team works
                    own = [p for p in self.people if self.team[p] == self.team[who] and p != who]
                    for _ in range(self.chance.poisson(kind.leads_write)):
                        when = BEGIN + timedelta(days=day, hours=self._hour())
                        self._writes(who, {"who": self.chance.choice(own)}, when)

    def _ruined(self, many: int) -> None:
        """The saboteurs' doing: a running job of somebody else ends some time after they came."""
        who = saboteurs(self.kind)
        others = [
            job for job in self._jobs
            if job["who"] not in who and job["state"] == "COMPLETED"
            and job["ended"] - job["began"] > timedelta(hours=2)
        ]  # fmt: skip
        chosen = self.chance.choice(len(others), size=many * len(who), replace=False)
        for number, place in enumerate(chosen):
            job, by = others[place], who[number % len(who)]
            came = job["began"] + (job["ended"] - job["began"]) * float(
                self.chance.uniform(0.2, 0.8)
            )
            mixed = self.kind.by == "mixed" and self.chance.random() < 0.5
            if self.kind.by == "node" or mixed:
                self._comes(by, job["nodes"][0], came)
            else:
                self._writes(by, job, came)
            job["state"] = "FAILED"
            job["ended"] = came + timedelta(minutes=float(self.chance.uniform(*self.kind.lag)))
            self._answered(job)
            self.world.attacked.add(f"{job['who']} {job['began']}")

    def _id(self) -> str:
        self.number += 1
        return f"e{self.number:07}"

    def _comes(self, who: str, node: str, when: datetime) -> None:
        self.world.acts.append(
            {"@timestamp": when, "event.id": self._id(), "event.action": "logged-in",
             "event.category": "authentication", "event.type": "start", "event.module": "shell",
             "actor.account": f"unix:{who}", "host.name": node}
        )  # fmt: skip

    def _writes(self, who: str, job: Row, when: datetime) -> None:
        self.world.acts.append(
            {"@timestamp": when, "event.id": self._id(), "event.action": "wrote-file",
             "event.category": "file", "event.type": "change", "event.module": "shell",
             "actor.account": f"unix:{who}", "host.name": "login1",
             "file.path": f"/shared/work/{job['who']}/run/config.yaml"}
        )  # fmt: skip

    def _tell(self, job: Row) -> None:
        self.number += 1
        began = int(job["began"].timestamp())
        ended = job["ended"].replace(microsecond=0)
        self.world.jobs.append(
            {"@timestamp": ended, "event.id": f"j{self.number:07}", "event.module": "scheduler",
             "event.action": f"job-{job['state'].lower()}", "event.dataset": "slurm_sacct",
             "labels": [("run", f"c/{self.number}/{began - 60}"), ("began", str(began))],
             "job.id": str(self.number), "job.name": "train", "job.owner": f"slurm:{job['who']}",
             "job.state": job["state"], "job.nodes": job["nodes"],
             "job.cancelled_by": f"slurm:{job['who']}" if job["state"] == "CANCELLED" else None,
             "job.exit": int(job["state"] == "FAILED"), "job.signal": 0,
             "job.gpus": 8 * len(job["nodes"]),
             "job.gpu_hours": 8 * len(job["nodes"]) * (ended - job["began"]).total_seconds() / 3600,
             "job.partition": "gpu", "process.command_line": f"sbatch {job['script']} --lr 3e-4",
             "process.working_directory": f"/shared/work/{job['who']}/run"}
        )  # fmt: skip


def world(seed: int, kind: Kind = Kind()) -> World:
    """A world of a kind."""
    return Making(kind, seed).made()
