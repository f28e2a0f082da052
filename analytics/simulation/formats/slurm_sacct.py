"""Slurm's accounting as `sacct -P` prints it: a row a job, then a row for each of its steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

HEADER = (
    "JobID|JobIDRaw|Cluster|Partition|Account|User|UID|JobName|State|ExitCode|Submit|Eligible|"
    "Start|End|Elapsed|NNodes|NCPUS|ReqTRES|AllocTRES|NodeList|Timelimit|SubmitLine|WorkDir|"
    "Comment\n"
)
CPUS_PER_GPU = 12
MEMORY_PER_GPU = 120


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A job; moments in seconds since 1970, `start` None while it waits, `end` None while it runs.

    `cancelled_by` is the uid of who cancelled it, `array` the job's array and task in it, `signal`
    what ended its processes, `stopped` whether somebody or something else ended it.

    What it uses: an environment and the libraries it imports from it, the repositories whose code
    it runs (the first one's commit is `revision`), its data, and the checkpoint it `resumed` from.
    `slowness` are the moments from which on it ran slower, and by which factor; `worse` those from
    which on its loss was higher, and by how much.
    """

    id: int
    owner: str
    uid: int
    account: str
    name: str
    script: str
    partition: str
    nodes: tuple[str, ...]
    gpus: int
    limit: int
    submit: float
    start: float | None
    end: float | None
    state: str
    directory: str
    run: str
    array: tuple[int, int] | None = None
    cancelled_by: int | None = None
    program: str = "train.py"
    signal: int = 0
    stopped: bool = False
    arguments: str = ""
    environment: str = ""
    libraries: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    revision: str = ""
    data: str = ""
    resumed: str = ""
    slowness: list[tuple[float, float]] = field(default_factory=list)
    worse: list[tuple[float, float]] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """Its number as people type it."""
        return str(self.id) if self.array is None else f"{self.array[0]}_{self.array[1]}"

    @property
    def command(self) -> str:
        """The command line it was submitted with."""
        return f"sbatch {self.script}{self.arguments}"

    @property
    def comment(self) -> str:
        """The comment that the site's wrapper gives each job: what it runs in, and which code."""
        code = ",".join(f"lab/{name}" for name in self.repositories)
        return f"env={self.environment} code={code}@{self.revision}" if self.environment else ""

    def runs_at(self, moment: float) -> bool:
        """Whether it is running at that moment."""
        return self.start is not None and self.start < moment < (self.end or moment + 1)


def stamp(moment: float | None) -> str:
    """A moment as Slurm prints it on machines whose clock is UTC."""
    if moment is None:
        return "Unknown"
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%S")


def duration(seconds: float) -> str:
    """Seconds as Slurm prints them: [days-]hours:minutes:seconds."""
    days, rest = divmod(int(seconds), 86_400)
    clock = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}"
    return f"{days}-{clock}" if days else clock


def node_list(nodes: Sequence[str]) -> str:
    """The nodes as Slurm folds them: gpu03, gpu[01-04] or gpu[01,03]."""
    if not nodes:
        return "None assigned"
    if len(nodes) == 1:
        return nodes[0]
    numbers = [int(node[3:]) for node in nodes]
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"gpu[{numbers[0]:02d}-{numbers[-1]:02d}]"
    return "gpu[" + ",".join(f"{number:02d}" for number in numbers) + "]"


def rows(job: Job, now: float) -> str:
    """The job's row and those of its steps, as asked for at the moment `now`."""
    end = job.end if job.end is not None else now
    elapsed = duration(end - job.start) if job.start is not None else "00:00:00"
    start = stamp(job.start) if job.start is not None else "None"
    state = job.state if job.cancelled_by is None else f"CANCELLED by {job.cancelled_by}"
    times = f"{start}|{stamp(job.end)}|{elapsed}"
    requested = _resources(job)
    text = (
        f"{job.shown}|{job.id}|northlab|{job.partition}|{job.account}|{job.owner}|{job.uid}|"
        f"{job.name}|{state}|{_exit(job)}|{stamp(job.submit)}|{stamp(job.submit)}|{times}|"
        f"{max(1, len(job.nodes))}|{_cpus(job)}|{requested}|"
        f"{requested if job.start is not None else ''}|{node_list(job.nodes)}|"
        f"{duration(job.limit)}|{job.command}|{job.directory}|{job.comment}\n"
    )
    return text if job.start is None else text + _steps(job, times)


def _steps(job: Job, times: str) -> str:
    return "".join(
        f"{job.shown}.{step}|{job.id}.{step}|northlab||{job.account}|||{name}|{state}|{code}|"
        f"{stamp(job.start)}|{stamp(job.start)}|{times}|{nodes}|{_cpus(job)}||"
        f"{_resources(job)}|{node_list(job.nodes[:nodes])}||{line}||\n"
        for step, name, state, code, nodes, line in (
            ("batch", "batch", _step_state(job), _step_exit(job), 1, ""),
            ("extern", "extern", "RUNNING" if job.end is None else "COMPLETED", "0:0",
             len(job.nodes), ""),
            ("0", "python", _step_state(job), _step_exit(job), len(job.nodes),
             f"srun python {job.program}{job.arguments}"),
        )
    )  # fmt: skip


def _cpus(job: Job) -> int:
    return CPUS_PER_GPU * max(1, job.gpus)


def _resources(job: Job) -> str:
    memory = MEMORY_PER_GPU * max(1, job.gpus)
    text = f"billing={_cpus(job)},cpu={_cpus(job)}"
    if job.gpus:
        text += f",gres/gpu={job.gpus}"
    return text + f",mem={memory}G,node={max(1, len(job.nodes))}"


def _exit(job: Job) -> str:
    if job.signal:
        return f"0:{job.signal}"
    return {"FAILED": "1:0", "OUT_OF_MEMORY": "0:125", "NODE_FAIL": "1:0"}.get(job.state, "0:0")


def _step_state(job: Job) -> str:
    return {"TIMEOUT": "CANCELLED", "NODE_FAIL": "CANCELLED"}.get(job.state, job.state)


def _step_exit(job: Job) -> str:
    return "0:15" if _step_state(job) == "CANCELLED" else _exit(job)
