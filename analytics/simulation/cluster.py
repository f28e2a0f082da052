"""The batch scheduler: gives jobs their nodes and their time, first come, first served."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import GPUS_PER_NODE

PATIENCE = 36 * 3600.0  # whoever waits longer gives up


@dataclass(slots=True, kw_only=True, eq=False)
class Plan:
    """A job before it has a number: what it needs, how long it would run, how it would end."""

    job: Job
    seconds: float
    state: str
    tasks: int = 1

    @property
    def by_owner(self) -> bool:
        """Whether the owner cancels it."""
        return self.state == "CANCELLED"


@dataclass(slots=True)
class Cluster:
    """The nodes and what is running or will run on them: start, end and GPUs."""

    nodes: Sequence[str]
    number: int = 41_000
    taken: dict[str, list[tuple[float, float, int]]] = field(default_factory=dict)

    def submit(self, plans: Iterable[Plan], now: float) -> list[Job]:
        """The jobs of the plans with numbers, nodes and times, in order of submission."""
        for node in self.nodes:
            busy = self.taken.get(node, [])
            self.taken[node] = [span for span in busy if span[1] > now]
        jobs = []
        for plan in sorted(plans, key=lambda plan: (plan.job.submit, plan.job.owner)):
            array = self.number + 1
            for task in range(plan.tasks):
                self.number += 1
                jobs.append(self._placed(plan, task, array))
        return jobs

    def _placed(self, plan: Plan, task: int, array: int) -> Job:
        job = plan.job if task == 0 else _again(plan.job)
        job.id = self.number
        job.array = (array, task) if plan.tasks > 1 else None
        job.run = f"{job.run}-{array}"
        start, nodes = self._room(job, plan.seconds)
        if start is None:
            job.state, job.cancelled_by, job.end = "CANCELLED", job.uid, job.submit + PATIENCE
            return job
        job.start, job.nodes = start, nodes
        job.end, job.state = start + plan.seconds, plan.state
        job.cancelled_by = job.uid if plan.by_owner else None
        for node in nodes:
            self.taken[node].append((start, job.end, _gpus_a_node(job)))
        return job

    def _room(self, job: Job, seconds: float) -> tuple[float | None, tuple[str, ...]]:
        """The first moment from submission on at which enough nodes are free for long enough."""
        needed, each = max(1, -(-job.gpus // GPUS_PER_NODE)), _gpus_a_node(job)
        moment = first = job.submit + 2 + job.id % 7
        nodes = self._nodes(job)
        while moment < first + PATIENCE:
            offers = [(self._free_from(node, moment, seconds, each), node) for node in nodes]
            best = sorted(offers, key=lambda offer: offer[0])[:needed]
            moment = best[-1][0]
            if all(self._fits(node, moment, seconds, each) for _, node in best):
                return moment, tuple(sorted(node for _, node in best))
        return None, ()

    def _free_from(self, node: str, moment: float, seconds: float, gpus: int) -> float:
        """The first moment from `moment` on at which a node is free for so long."""
        ends = sorted(span[1] + 1 for span in self.taken[node] if span[1] + 1 > moment)
        times = (moment, *ends)
        return next(time for time in times if self._fits(node, time, seconds, gpus))

    def _nodes(self, job: Job) -> list[str]:
        """The nodes, beginning with another one for each job."""
        turn = job.id % len(self.nodes)
        return [*self.nodes[turn:], *self.nodes[:turn]]

    def _fits(self, node: str, moment: float, seconds: float, gpus: int) -> bool:
        busy, end = gpus, moment + seconds
        for begins, ends, taken in self.taken[node]:
            if begins < end and ends > moment:
                busy += taken
        return busy <= GPUS_PER_NODE


def _gpus_a_node(job: Job) -> int:
    return min(job.gpus, GPUS_PER_NODE)


def _again(job: Job) -> Job:
    return Job(
        id=0, owner=job.owner, uid=job.uid, account=job.account, name=job.name, script=job.script,
        partition=job.partition, nodes=(), gpus=job.gpus, limit=job.limit, submit=job.submit,
        start=None, end=None, state="PENDING", directory=job.directory,
        run=job.run.rsplit("-", 1)[0], program=job.program,
    )  # fmt: skip
