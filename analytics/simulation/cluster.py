"""The batch scheduler: gives jobs their nodes and their time, first come, first served."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

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


Span = tuple[float, float, int]


@dataclass(slots=True)
class Cluster:
    """The nodes and what is running or will run on them: start, end and GPUs.

    Interactive allocations, which the accounting's export leaves out, take numbers too; `spare`
    holds such numbers of today, with the moments after which they are in order.
    """

    nodes: Sequence[str]
    number: int = 41_000
    taken: dict[str, list[Span]] = field(default_factory=dict)
    spare: list[tuple[float, list[int]]] = field(default_factory=list)

    def begin(self, now: float) -> None:
        """A day begins: what ended before it is forgotten."""
        for node in self.nodes:
            self.taken[node] = [span for span in self.taken.get(node, []) if span[1] > now]
        self.spare.clear()

    def submit(self, plans: Iterable[Plan]) -> list[Job]:
        """The jobs of a day's plans with numbers, nodes and times, in order of submission."""
        jobs = []
        for plan in sorted(plans, key=lambda plan: (plan.job.submit, plan.job.owner)):
            array = self.number + 1
            for task in range(plan.tasks):
                self.number += 1
                jobs.append(self._placed(plan, task, array, self.number))
            left = 1 + array % 3
            self.spare.append((plan.job.submit, list(range(self.number + left, self.number, -1))))
            self.number += left
        return jobs

    def submit_late(self, plan: Plan) -> Job:
        """The job of one more plan of the day, whose later ones have been submitted already."""
        place = bisect_right(self.spare, plan.job.submit, key=lambda spare: spare[0]) - 1
        numbers = self.spare[place][1] if place >= 0 else []
        if not numbers:
            self.number += 1
            numbers = [self.number]
        number = numbers.pop()
        return self._placed(plan, 0, number, number)

    def block(self, node: str, since: float, until: float) -> None:
        """Nothing begins on a node for a time."""
        self.taken.setdefault(node, []).append((since, until, GPUS_PER_NODE))

    def prolong(self, job: Job, end: float) -> bool:
        """Keeps a job's nodes for it until a later end; False where others will run there."""
        if job.start is None or job.end is None:
            return False
        gpus = _gpus_a_node(job)
        if not all(self._fits(node, job.end, end - job.end, gpus) for node in job.nodes):
            return False
        for node in job.nodes:
            self.taken[node].append((job.end, end, gpus))
        return True

    def _placed(self, plan: Plan, task: int, array: int, number: int) -> Job:
        job = plan.job if task == plan.tasks - 1 else replace(plan.job, slowness=[], worse=[])
        job.id = number
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
            free = [node for node in nodes if self._fits(node, moment, seconds, each)]
            if len(free) >= needed:
                return moment, tuple(sorted(free[:needed]))
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
