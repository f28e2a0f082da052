"""Batch jobs: who submits what, what becomes of it, and what it leaves in the audit logs."""

import math
from dataclasses import dataclass
from datetime import date

from analytics.simulation.calendar import HOUR
from analytics.simulation.chance import Chance, between, chance, happens, pick
from analytics.simulation.cluster import Plan
from analytics.simulation.formats import auditd, syslog
from analytics.simulation.formats.auditd import UNSET, Process
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import GPUS_PER_NODE, Person
from analytics.simulation.routines import uses
from analytics.simulation.routines.machines import uptime
from analytics.simulation.terminal import Terminal
from analytics.simulation.world import World

DAILY = {"researcher": 3.6, "engineer": 2.2, "data engineer": 2.0, "administrator": 0.2}
FLAKY = 5
ENDS = (
    ("COMPLETED", 0.63), ("FAILED", 0.16), ("CANCELLED", 0.14), ("TIMEOUT", 0.04),
    ("OUT_OF_MEMORY", 0.03),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its script, the GPUs it takes and the hours it usually runs."""

    script: str
    gpus: tuple[int, ...]
    hours: float
    roles: tuple[str, ...]
    tasks: tuple[int, ...] = (1,)


KINDS = (
    Kind("train.sbatch", (4, 4, 8, 8, 16), 3.0, ("researcher",)),
    Kind("finetune.sbatch", (1, 2, 4), 2.5, ("researcher", "engineer")),
    Kind("eval.sbatch", (1, 1, 2), 0.7, ("researcher", "engineer")),
    Kind("sweep.sbatch", (1,), 1.2, ("researcher",), (4, 6)),
    Kind("pretrain.sbatch", (8, 16, 32), 6.0, ("engineer",)),
    Kind("profile.sbatch", (1, 8), 0.4, ("engineer", "administrator")),
    Kind("shard.sbatch", (0,), 2.0, ("data engineer",), (1, 4, 8)),
    Kind("dedup.sbatch", (0,), 4.0, ("data engineer",)),
    Kind("nccl-test.sbatch", (8, 16), 0.2, ("administrator",)),
)


def plans(world: World, person: Person, day: date) -> list[Plan]:
    """The jobs a person submits on a working day."""
    rng = world.chance("jobs", person.id, day)
    arrives, leaves = world.calendar.hours(person, day)
    return [
        _plan(world, person, rng, between(rng, arrives + 900, leaves - 300), day)
        for _ in range(int(rng.poisson(DAILY[person.role])))
    ]


def _plan(world: World, person: Person, rng: Chance, submit: float, day: date) -> Plan:
    nodes = len(world.organisation.nodes)
    kind = pick(rng, [kind for kind in KINDS if person.role in kind.roles])
    gpus = min(pick(rng, kind.gpus), nodes * GPUS_PER_NODE // 2)
    state = _end(rng)
    if person.number % 11 == FLAKY and kind.script == "finetune.sbatch" and happens(rng, 0.5):
        state = "FAILED"  # a script that fails every other time, for no reason but its own
    seconds = min(kind.hours * HOUR * float(rng.lognormal(0.0, 0.7)), 60 * HOUR)
    limit = (int(seconds * 1.6 // HOUR) + 1) * int(HOUR)
    if state in ("FAILED", "OUT_OF_MEMORY"):
        seconds *= between(rng, 0.01, 0.3)
    elif state == "CANCELLED":
        seconds *= between(rng, 0.03, 0.7)
    elif state == "TIMEOUT":
        limit = max(600, int(seconds // 600) * 600)
        seconds = limit + 12
    stem = kind.script.removesuffix(".sbatch")
    used = uses.of_plan(world, person, stem, rng, day)
    job = Job(
        id=0, owner=person.login, uid=person.uid, account=person.team,
        name=f"{person.project}-{stem}", script=f"scripts/{kind.script}",
        partition="cpu" if gpus == 0 else "large" if gpus > GPUS_PER_NODE else "gpu",
        nodes=(), gpus=gpus, limit=limit, submit=submit, start=None, end=None, state="PENDING",
        directory=f"/shared/projects/{person.project}/{person.login}", run=f"{person.login}-{stem}",
        program=f"{stem.replace('-', '_')}.py", environment=used.environment,
        libraries=used.libraries, repositories=used.repositories, revision=used.revision,
        data=used.data, resumed=used.resumed,
        arguments=arguments(f"{person.project}-{stem}", used.resumed),
    )  # fmt: skip
    return Plan(job=job, seconds=max(20.0, seconds), state=state, tasks=pick(rng, kind.tasks))


def arguments(name: str, resumed: str) -> str:
    """What follows the script when a job is submitted, and its program when it runs."""
    return f" --config configs/{name}.yaml" + (f" --resume {resumed}" if resumed else "")


def _end(rng: Chance) -> str:
    chances = float(rng.random())
    for state, share in ENDS:
        chances -= share
        if chances < 0:
            return state
    return "COMPLETED"


def attend(terminal: Terminal, jobs: list[Job], until: float) -> None:
    """What an owner types for the jobs submitted today, as long as they are at work."""
    for job in jobs:
        if job.array is not None and job.array[1] > 0:
            continue
        rng = chance(terminal.world.seed, "attend", job.owner, job.name, int(job.submit))
        terminal.type(job.submit - 0.4, job.command)
        if happens(rng, 0.6):
            terminal.type(job.submit + between(rng, 4, 90), "squeue --me")
        if job.end is None or job.end > until:
            continue
        if job.cancelled_by == job.uid:
            terminal.type(job.end - 0.6, f"scancel {job.shown.split('_')[0]}")
        elif job.state != "COMPLETED" and job.end + 1500 < until:
            later = job.end + between(rng, 60, 1200)
            terminal.type(later, f"tail -n 80 logs/slurm-{job.shown}.out")
            if happens(rng, 0.4):
                terminal.type(later + between(rng, 20, 90), f"sacct -j {job.shown} --format=State")


def trace(world: World, job: Job, begin: float, until: float) -> None:
    """What a job's processes leave in the audit log of its first node between two moments."""
    if job.start is None:
        return
    audit, batch = world.audit(job.nodes[0]), process_of(job)
    pid = batch.pid
    if begin <= job.start < until:
        script = f"/var/spool/slurmd/job{job.id:05d}/slurm_script"
        audit.put(job.start + 0.2, auditd.execution(batch, ("/bin/bash", script), "jobs"))
        python, process = f"{job.environment}/bin/python3.11", batch.child(pid + 31)
        train = (python, job.program, *job.arguments.split(), "--run", job.run)
        audit.put(job.start + 1.1, auditd.execution(process, train, "jobs"))
        for number, (path, key) in enumerate(uses.read_files(job)):
            owner = 0 if key != "checkpoints" else _owner_of(world, path)
            moment = job.start + 1.6 + number * 0.9
            if moment < (job.end or until):
                audit.put(moment, auditd.reading(process, python, path, owner, key))
    if job.end is not None and begin <= job.end < until:
        _at_the_end(world, job, process_of(job))
    for moment, path in saves(world, job):
        if begin <= moment < until:
            python = f"{job.environment}/bin/python3.11"
            process = batch.child(pid + 31)
            audit.put(moment, auditd.creating(process, python, path, job.uid, "checkpoints"))
            uses.remember(world, project_of(job), path, job.uid)


def _at_the_end(world: World, job: Job, batch: Process) -> None:
    """What the kernel of its node says of a job that took too much memory or crashed a GPU."""
    end, said, pid = job.end or 0.0, world.syslog(job.nodes[0]), batch.pid + 31
    since = uptime(world, end)
    if job.state == "OUT_OF_MEMORY":
        said.put(end - 0.4, syslog.out_of_memory(since, pid, job.uid, 121_634_816))
    rng = chance(world.seed, "crash", job.id)
    if job.state == "FAILED" and not job.stopped and job.gpus and happens(rng, 0.12):
        what = "Ch 00000010, intr 00000000. MMU Fault: ENGINE GRAPHICS faulted @ 0x7f4c_2a000000."
        said.put(end - 0.6, syslog.xid(since, job.id, 31, pid, what))


def process_of(job: Job) -> Process:
    """The process of a job's batch script; the training is its child with a number 31 higher."""
    pid = 200_000 + job.id % 7919 * 300
    return Process(
        auid=UNSET, uid=job.uid, session=UNSET, terminal="(none)", pid=pid, parent=pid - 9,
        directory=job.directory,
    )  # fmt: skip


def trains(job: Job) -> bool:
    """Whether a job trains a model."""
    return job.program in ("train.py", "finetune.py", "pretrain.py", "sweep.py")


def saves(world: World, job: Job) -> list[tuple[float, str]]:
    """The checkpoints a job writes until it ends, each with its moment."""
    if job.gpus == 0 or job.start is None or job.end is None:
        return []
    every = between(chance(world.seed, "saves", job.id), 1500.0, 4800.0)
    if job.limit > 12 * HOUR:
        every *= 2
    every *= math.prod(factor for since, factor in job.slowness if since == job.start)
    return [
        (job.start + every * step, checkpoint(job, step))
        for step in range(1, int((job.end - job.start - 1) // every) + 1)
    ]


def last_checkpoint(world: World, job: Job) -> str:
    """The last checkpoint that a job wrote, empty where there is none."""
    written = saves(world, job)
    return written[-1][1] if written else ""


def _owner_of(world: World, path: str) -> int:
    """The uid of whom a checkpoint belongs to."""
    login = path.split("/")[4].partition("-")[0]
    owner = world.organisation.by_login.get(login)
    return owner.uid if owner else 0


def checkpoint(job: Job, step: int) -> str:
    """The path of a checkpoint that a job writes."""
    return f"/shared/ckpt/{project_of(job)}/{job.run}/step_{step * 500:06d}/model.safetensors"


def project_of(job: Job) -> str:
    """The project a job belongs to."""
    return job.directory.split("/")[3]
