"""What is done to other people's jobs."""

from collections.abc import Callable

from analytics.simulation.chance import Chance, between, pick
from analytics.simulation.deeds.files import log_of
from analytics.simulation.formats.auditd import PYTHON, UNSET, Target
from analytics.simulation.formats.slurm_sacct import Job, stamp
from analytics.simulation.routines.administration import stop
from analytics.simulation.scenario import Stage
from analytics.simulation.terminal import Terminal, opened
from analytics.simulation.world import Evidence

CANCELS = ("scancel {job}", "scancel -f {job}", "scancel --quiet {job}", "scancel -s TERM {job}")
LISTS = (
    "squeue -t R --format='%i %u %b %N' | sort -k3", "squeue -a --states=RUNNING", "squeue -l",
    "squeue -p large -o '%A %u %M %D'", "sacct -a -X -s R --format=jobid,user,alloctres%40",
)  # fmt: skip
Harm = Callable[[Stage, Terminal, float, Job, Chance], float]


def survey(terminal: Terminal, moment: float, rng: Chance) -> float:
    """What runs is looked at."""
    terminal.type(moment, pick(rng, LISTS))
    return moment + between(rng, 8, 60)


def cancel(stage: Stage, terminal: Terminal, moment: float, job: Job, rng: Chance) -> float:
    """A job of somebody else is cancelled."""
    typed = terminal.type(moment - 0.6, pick(rng, CANCELS).format(job=job.shown))
    stop(job, moment, by=stage.insider.uid)
    stage.act(moment - 0.6, typed, f"scancel of {job.owner}'s job {job.id}")
    stage.act(moment, ended(job), f"{job.owner}'s job {job.id} ends, cancelled at {stamp(moment)}")
    return moment + between(rng, 3, 40)


def kill(stage: Stage, terminal: Terminal, moment: float, job: Job, rng: Chance) -> float:
    """A process of a job is killed on its node with root's rights."""
    node = pick(rng, job.nodes)
    terminal.type(moment, f"ssh {node}")
    address = stage.world.organisation.address_of(terminal.host)
    there = opened(stage.world, stage.insider, node, moment + 1, address)
    there.type(moment + 4, f"pgrep -u {job.owner} -f {job.program}")
    target = Target(pid=there.shell.pid // 2 + 77, uid=job.uid, auid=UNSET, session=UNSET,
                    program=PYTHON)  # fmt: skip
    signal = pick(rng, (9, 9, 6, 15))
    there.sudo(moment + 11, f"kill -{signal} {target.pid}")
    seen = there.kill(moment + 11.4, target, signal, root=True)
    stage.act(moment + 11.4, seen, f"kills {job.program} of {job.owner} on {node}")
    stop(job, moment + 12, "FAILED", signal=signal)
    there.close(moment + 20)
    return moment + 22


def shorten(stage: Stage, terminal: Terminal, moment: float, job: Job, rng: Chance) -> float:
    """A job's time limit is cut, so that it runs into it a little later."""
    soon = moment + between(rng, 90, 400)
    minutes = max(1, int((soon - (job.start or moment)) // 60))
    command = f"scontrol update jobid={job.shown} timelimit={minutes}"
    typed = terminal.type(moment, command)
    stage.act(moment, typed, f"cuts the time limit of {job.owner}'s job {job.id}")
    job.limit = minutes * 60
    stop(job, soon, "TIMEOUT")
    stage.act(soon, ended(job), f"{job.owner}'s job {job.id} runs into the limit that was cut")
    return moment + between(rng, 5, 30)


def ended(job: Job) -> Evidence:
    """A job's row in the accounting."""
    return Evidence("slurm_sacct", "logs/slurm/sacct.txt", f"{job.shown}|{job.id}|")


def read_log(terminal: Terminal, moment: float, job: Job, rng: Chance) -> float:
    """What a job of somebody else says is read."""
    how = pick(rng, ("tail -n 200 {}", "less {}", "grep -i error {}", "tail -f {}"))
    terminal.type(moment, how.format(log_of(job)))
    return moment + between(rng, 20, 200)
