"""The simulated site at work: its people, its calendar, its logs and the truth as it grows."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple

from analytics.simulation.calendar import Calendar, end_of
from analytics.simulation.chance import Chance, chance, digest
from analytics.simulation.cluster import Cluster, Plan
from analytics.simulation.conditions import Conditions
from analytics.simulation.faults import Faults
from analytics.simulation.formats import hf_audit, slurm_sacct
from analytics.simulation.formats.auditd import Trail
from analytics.simulation.formats.github_webhook import Deliveries, Event, Push
from analytics.simulation.formats.hf_access import Request, line
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.formats.syslog import Lines
from analytics.simulation.logbook import Entry, Log, Logbook, as_it_is
from analytics.simulation.organisation import Organisation, Person
from analytics.simulation.truth import Act, Insider


class Evidence(NamedTuple):
    """Where an act can be seen: log source, log file and what a raw line of it holds."""

    source: str
    log: str
    trace: str


class Incident(NamedTuple):
    """Something that went wrong: moments of start and end, and which machine it hit."""

    start: float
    end: float
    title: str
    host: str


@dataclass
class World:
    """Everything a routine or a scenario works on."""

    organisation: Organisation
    calendar: Calendar
    logbook: Logbook
    seed: int
    cluster: Cluster
    conditions: Conditions
    steps_every: float = 1800.0  # seconds between two steps that a training tells
    faults: Faults = field(default_factory=Faults)
    plans: list[Plan] = field(default_factory=list)  # what people will submit on later days
    saved: dict[str, list[tuple[str, int]]] = field(default_factory=dict)  # see routines.jobs
    jobs: list[Job] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    watched: list[tuple[str, str, date, date]] = field(default_factory=list)  # who, why, from, to
    acts: dict[tuple[str, str], list[Act]] = field(default_factory=dict)
    pulls: dict[str, int] = field(default_factory=dict)

    def chance(self, *purpose: object) -> Chance:
        """The stream of random numbers of a purpose."""
        return chance(self.seed, *purpose)

    def audit(self, host: str) -> Log[str]:
        """The audit daemon's log of a host."""
        path = f"logs/{host}/auditd.log"
        log = self.logbook.logs.get(path)
        if log is None:
            first = 1000 + int(digest(self.seed, host, size=2), 16)
            return self.logbook.log(path, Trail(host, self.conditions, first))
        return log

    def syslog(self, host: str) -> Log[str]:
        """What the programs of a host say."""
        path = f"logs/{host}/syslog.log"
        log = self.logbook.logs.get(path)
        if log is None:
            return self.logbook.log(path, Lines(host, self.conditions), name="syslog")
        return log

    def history(self, person: Person, host: str) -> Log[str]:
        """The shell history of a person on a host."""
        name = f"logs/{host}/home/{person.login}/.{person.shell}_history"
        return self.logbook.log(name, as_it_is)

    @property
    def forge(self) -> Log[Push | Event]:
        """GitHub's webhook deliveries."""
        path = "logs/git/github-webhooks.ndjson"
        log = self.logbook.logs.get(path)
        return log if log is not None else self.logbook.log(path, Deliveries())

    @property
    def mirror(self) -> Log[Request]:
        """The mirror's access log."""
        return self.logbook.log("logs/hf/mirror-access.log", _requests)

    @property
    def hub(self) -> Log[str]:
        """The Hub's audit log."""
        ends = (hf_audit.HEAD, hf_audit.SEPARATOR, hf_audit.TAIL)
        return self.logbook.log("logs/hf/audit.json", as_it_is, ends)

    @property
    def accounting(self) -> Log[str]:
        """Slurm's accounting."""
        return self.logbook.log("logs/slurm/sacct.txt", as_it_is, (slurm_sacct.HEADER, "", ""))

    @property
    def tasks(self) -> Log[str]:
        """Where each task of a job ran."""
        return self.logbook.log("logs/slurm/tasks.ndjson", as_it_is, name="slurm_task")

    @property
    def steps(self) -> Log[str]:
        """How trainings go."""
        return self.logbook.log("logs/training/steps.ndjson", as_it_is, name="training_steps")

    @property
    def tracker(self) -> Log[str]:
        """The tracked runs."""
        return self.logbook.log("logs/training/mlflow.ndjson", as_it_is, name="mlflow_events")

    @property
    def kubernetes(self) -> Log[str]:
        """The audit log of the cluster on which services run."""
        return self.logbook.log("logs/kubernetes/audit.log", as_it_is, name="kubernetes_audit")

    @property
    def moved(self) -> date:
        """The day from which on the one who moves is in the new team."""
        return self.calendar.days[len(self.calendar.days) // 2]

    @property
    def sources_of_hosts(self) -> str:
        """The logs that each host sends."""
        return "auditd" if "syslog" in self.logbook.without else "auditd;syslog"

    def act(
        self, person: Person, scenario: str, moment: float, evidence: Evidence, what: str
    ) -> None:
        """Notes a harmful act of an insider, with the time that its log has; nothing where the
        act's line was never collected."""
        host = evidence.log.split("/")[1]
        if evidence.source in ("auditd", "syslog") and self.conditions.lost(host, moment):
            return
        moment = self.conditions.clock(host, moment)
        self.acts.setdefault((person.id, scenario), []).append(
            Act(
                time=datetime.fromtimestamp(int(moment * 1000) / 1000, UTC),
                source=evidence.source,
                what=what,
                log=evidence.log,
                trace=evidence.trace,
            )
        )

    @property
    def insiders(self) -> tuple[Insider, ...]:
        """Everybody who did harm before the last day's end; no log tells of what came later."""
        end = datetime.fromtimestamp(end_of(self.calendar.last), UTC)
        found = []
        for (person, scenario), acts in self.acts.items():
            told = tuple(sorted((a for a in acts if a.time < end), key=lambda act: act.time))
            if told:
                found.append(Insider(person=person, scenario=scenario, acts=told))
        return tuple(found)


def _requests(entries: list[Entry[Request]]) -> list[str]:
    return [line(moment, request) for moment, _, request in entries]
