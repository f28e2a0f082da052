"""What goes wrong with jobs because something they use was changed: the ledger of faults.

A story adds a fault, `world.faults.add(Fault(…))`, when its act has an effect on others. Each job
that runs or begins in the fault's time and uses what is broken then fails or runs slower; owners
react as they do to any failure (see `routines.reactions`).
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analytics.simulation.chance import between, chance, happens
from analytics.simulation.formats.slurm_sacct import Job

if TYPE_CHECKING:
    from analytics.simulation.world import World

SITE_PACKAGES = "/site-packages/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is broken from `since` until `until`, moments in seconds since 1970.

    It hits jobs to which everything that is given applies: that run on a node, that import a
    library (any path in it), resume from a checkpoint (its file or a folder above), run a
    repository's code, read data (a file or a folder above), or take more than `gpus_above` GPUs;
    never those of the uids in `spared`. A job of a broken node, or of any fault that is `sudden`,
    may run already; else it must begin while the fault lasts.

    Of the jobs it hits, a share of `probability` fails, `after` seconds (drawn between the two)
    with `state`. Or, where these are given, it runs `slower` times as long, and into its time limit
    where that is too long, and its loss is `worse` by so much.
    """

    since: float
    until: float
    title: str
    node: str = ""
    library: str = ""
    checkpoint: str = ""
    repository: str = ""
    data: str = ""
    gpus_above: int = 0
    spared: frozenset[int] = frozenset()
    sudden: bool = False
    probability: float = 1.0
    slower: float = 1.0
    worse: float = 0.0
    after: tuple[float, float] = (120.0, 5400.0)
    state: str = "FAILED"

    def exposes(self, job: Job) -> float | None:
        """The moment from which a job suffers, None where it does not."""
        if job.start is None or not self._applies(job):
            return None
        if self.sudden or self.node:
            moment = max(job.start, self.since)
            return moment if moment < min(self.until, job.end or self.until) else None
        return job.start if self.since <= job.start < self.until else None

    def _applies(self, job: Job) -> bool:
        return (
            job.uid not in self.spared
            and (not self.gpus_above or job.gpus > self.gpus_above)
            and (not self.node or self.node in job.nodes)
            and (not self.library or _imports(job, self.library))
            and (not self.checkpoint or _below(job.resumed, self.checkpoint))
            and (not self.repository or self.repository in job.repositories)
            and (not self.data or _below(job.data, self.data) or _below(self.data, job.data))
        )


def _below(path: str, folder: str) -> bool:
    return bool(path and folder) and (path == folder or path.startswith(folder.rstrip("/") + "/"))


def _imports(job: Job, path: str) -> bool:
    """Whether a job imports the library that holds a path of an environment."""
    if not _below(path, job.environment):
        return False
    _, _, inside = path.partition(SITE_PACKAGES)
    return inside.split("/", 1)[0] in job.libraries if inside else True


@dataclass(slots=True)
class Faults:
    """Every fault there is, and which of them ended which job."""

    known: list[Fault] = field(default_factory=list)
    judged: set[tuple[int, int]] = field(default_factory=set)
    ended: dict[int, Fault] = field(default_factory=dict)

    def add(self, fault: Fault) -> None:
        """From now on the fault hits jobs, those of today that begin later included."""
        self.known.append(fault)

    def strike(self, world: "World", begin: float, until: float) -> None:
        """What the faults do to the jobs of a day; each job meets each fault once."""
        for number, fault in enumerate(self.known):
            if fault.since >= until or fault.until <= begin:
                continue
            for job in world.jobs:
                if job.stopped or job.start is None or job.start >= until:
                    continue
                moment = fault.exposes(job)
                if moment is None or (number, job.id) in self.judged:
                    continue
                self.judged.add((number, job.id))
                self._hit(world, fault, job, moment, begin)

    def _hit(self, world: "World", fault: Fault, job: Job, moment: float, begin: float) -> None:
        rng = chance(world.seed, "fault", fault.title, int(fault.since), job.id)
        if not happens(rng, fault.probability) or job.end is None or job.start is None:
            return
        if fault.worse:
            job.worse.append((moment, fault.worse))
        if fault.slower != 1.0:
            _slow(world, fault, job, moment)
        if fault.worse or fault.slower != 1.0:
            return
        end = moment + between(rng, *fault.after)
        if begin <= end < job.end:
            job.end, job.state, job.cancelled_by, job.stopped = end, fault.state, None, True
            self.ended[job.id] = fault


def _slow(world: "World", fault: Fault, job: Job, moment: float) -> None:
    """A job takes longer from a moment on, if its nodes have room for it so long."""
    if job.start is None or job.end is None:
        return
    end, limit = moment + (job.end - moment) * fault.slower, job.start + job.limit
    if world.cluster.prolong(job, min(end, limit + 12)):
        job.slowness.append((moment, fault.slower))
        job.end = min(end, limit + 12)
        if end > limit:
            job.state, job.cancelled_by = "TIMEOUT", None
