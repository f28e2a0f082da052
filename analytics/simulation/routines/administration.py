"""Those who look after the machines: cancelled jobs, broken nodes, shared libraries, upgrades."""

from datetime import date

from analytics.simulation.calendar import HOUR, at
from analytics.simulation.chance import between, happens, pick
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import Person
from analytics.simulation.terminal import Terminal, opened
from analytics.simulation.world import Incident, World

PACKAGES = ("tokenizers", "safetensors", "numpy", "einops", "flash_attn")
LIBRARIES = "/shared/envs/train/lib/python3.11/site-packages"
BREAKS = (0.3, 0.78)  # shares of the days after which a node breaks


def stop(
    job: Job, moment: float, state: str = "CANCELLED", by: int | None = None, signal: int = 0
) -> None:
    """A running job ends at that moment; `by` is the uid of who cancelled it."""
    job.end, job.state, job.cancelled_by = moment, state, by
    job.signal, job.stopped = signal, True


def failures(world: World, day: date) -> None:
    """A node breaks on two days of the simulation: all jobs on it fail."""
    days = world.calendar.days
    for number, share in enumerate(BREAKS):
        if days[int(len(days) * share)] != day:
            continue
        rng = world.chance("failure", number)
        node = pick(rng, world.organisation.nodes)
        moment = at(day, between(rng, 2.0, 20.0))
        for job in world.jobs:
            if node in job.nodes and job.runs_at(moment) and not job.stopped:
                stop(job, moment + between(rng, 0, 20), "NODE_FAIL")
        end = moment + between(rng, 2, 9) * HOUR
        world.incidents.append(Incident(moment, end, f"{node} lost a GPU (Xid 79)", node))
        keeper = world.calendar.on_call(day)
        world.cluster.block(node, moment, end)
        attends = world.calendar.next_working(keeper, moment + 600)
        _drained(world, keeper, node, attends)


def _drained(world: World, keeper: Person, node: str, moment: float) -> None:
    terminal = opened(world, keeper, "login01", moment)
    terminal.sudo(moment + 60, f"scontrol update nodename={node} state=drain reason='Xid 79'")
    terminal.sudo(moment + 1800, f"scontrol update nodename={node} state=resume")
    terminal.close(moment + 1900)


def runaway(world: World, day: date) -> list[tuple[Person, Job, float]]:
    """Jobs of others that the administrator on call cancels for a reason; about one in two days.

    Some are cancelled with root's rights. Gives who, which and when.
    """
    rng = world.chance("runaway", day)
    keeper = world.calendar.on_call(day)
    if not happens(rng, 0.5) or not world.calendar.works(keeper, day):
        return []
    arrives, leaves = world.calendar.hours(keeper, day)
    moment = between(rng, arrives + HOUR, leaves - HOUR)
    running = [
        job
        for job in world.jobs
        if job.runs_at(moment) and job.uid != keeper.uid and not job.stopped
    ]
    if not running:
        return []
    job = max(running, key=lambda job: moment - (job.start or moment))
    stop(job, moment, by=0 if happens(rng, 0.5) else keeper.uid)
    return [(keeper, job, moment)]


def cancel(terminal: Terminal, job: Job, moment: float) -> None:
    """What an administrator types to cancel a job of somebody else."""
    terminal.type(moment - 120, f"scontrol show job {job.id}")
    if job.cancelled_by == 0:
        terminal.sudo(moment - 1, f"scancel {job.id}")
    else:
        terminal.type(moment - 0.6, f"scancel {job.id}")


def deploy(world: World, terminal: Terminal, day: date) -> None:
    """Infra upgrades a package of the shared environment with pip, once or twice a week."""
    rng = world.chance("deploy", terminal.person.id, day)
    if terminal.person.team != "infra" or not happens(rng, 0.12):
        return
    arrives, leaves = world.calendar.hours(terminal.person, day)
    moment, name = between(rng, arrives + HOUR, leaves - HOUR), pick(rng, PACKAGES)
    terminal.type(moment, f"pip install -U {name}")
    for number, file in enumerate(("__init__.py", "core.py", "version.py")):
        path = f"{LIBRARIES}/{name}/{file}"
        terminal.write(moment + 6 + number * 0.1, path, terminal.person.uid, "pip")
