"""How trainings go: steps with their times and losses, tasks on nodes, tracked runs."""

import math

from analytics.simulation.chance import between, chance
from analytics.simulation.formats import mlflow_events, slurm_task, training_steps
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.routines.jobs import process_of, saves, trains
from analytics.simulation.world import World

ERRORS = {
    "FAILED": "RuntimeError: CUDA error: device-side assert triggered",
    "OUT_OF_MEMORY": "torch.OutOfMemoryError: CUDA out of memory",
    "NODE_FAIL": "NCCL error: remote process exited or there was a network error",
}


def tell(world: World, job: Job, begin: float, until: float) -> None:
    """What a job's task, its callback and the tracker tell of it between two moments."""
    if job.start is None or not job.nodes or job.start >= until:
        return
    pid = process_of(job).pid + 31
    if job.start >= begin:
        world.tasks.put(job.start + 0.9, slurm_task.line(job, "prolog", job.start + 0.9, pid))
    ended = job.end is not None and job.end < until
    if ended and job.end is not None and job.state != "NODE_FAIL":
        world.tasks.put(job.end, slurm_task.line(job, "epilog", job.end, pid))
    if not trains(job):
        return
    _steps(world, job, begin, until)
    if ended and job.end is not None:
        loss = loss_at(world, job, job.end)
        world.tracker.put(job.end + 2, mlflow_events.line(job, loss))


def _steps(world: World, job: Job, begin: float, until: float) -> None:
    """Start, a step now and then, checkpoints, and the end or the error."""
    if job.start is None:
        return
    log, every = world.steps, world.steps_every
    pace = between(chance(world.seed, "pace", job.name, job.gpus), 0.4, 3.5)
    end = min(job.end if job.end is not None else until, until)
    told = job.start + 40
    if begin <= told < end:
        loads = {"path": job.resumed} if job.resumed else {}
        log.put(told, training_steps.line(told, "load" if loads else "start", job, step=0, **loads))
    number = max(1, math.ceil((begin - told) / every))
    while (moment := told + number * every) < end:
        seconds = pace * _slowness(job, moment)
        noise = float(chance(world.seed, "step", job.id, number).normal(0, 0.03))
        step = int(number * every / pace)
        log.put(moment, training_steps.line(
            moment, "step", job, step=step, step_seconds=round(seconds * (1 + noise), 4),
            loss=round(loss_at(world, job, moment) * (1 + noise), 4),
        ))  # fmt: skip
        number += 1
    for moment, path in saves(world, job):
        if begin <= moment < until:
            step = int((moment - job.start) / pace)
            log.put(moment, training_steps.line(moment, "checkpoint", job, step=step, path=path))
    if job.end is not None and begin <= job.end < until:
        step = int((job.end - job.start) / pace)
        if job.state in ERRORS and job.state != "NODE_FAIL":
            line = training_steps.line(job.end, "error", job, step=step, error=ERRORS[job.state])
            log.put(job.end, line)
        elif job.state == "COMPLETED":
            log.put(job.end, training_steps.line(job.end, "end", job, step=step))


def _slowness(job: Job, moment: float) -> float:
    return math.prod(factor for since, factor in job.slowness if since <= moment)


def loss_at(world: World, job: Job, moment: float) -> float:
    """The loss of a job at a moment: it falls, from lower on where the job was resumed."""
    hours = (moment - (job.start or moment)) / 3600 + (6.0 if job.resumed else 0.0)
    floor = between(chance(world.seed, "loss", job.name), 1.6, 2.6)
    worse = sum(more for since, more in job.worse if since <= moment)
    return floor + 5.0 * math.exp(-0.5 * hours) + worse
