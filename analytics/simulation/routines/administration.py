"""Those who look after the machines: cancelled jobs, broken nodes, shared libraries, upgrades."""

from datetime import date

from analytics.simulation.calendar import HOUR, at
from analytics.simulation.chance import between, happens, pick
from analytics.simulation.formats import syslog
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import REPOSITORIES, Person
from analytics.simulation.routines.machines import uptime
from analytics.simulation.terminal import Terminal, opened
from analytics.simulation.world import Incident, World

PACKAGES = ("tokenizers", "safetensors", "numpy", "einops", "flash_attn")
LIBRARIES = "/shared/envs/train/lib/python3.11/site-packages"
BREAKS = (0.3, 0.78)  # shares of the days after which a node breaks
NODE_DAYS = 150  # of one broken node, on average, where there are many
ENVIRONMENTS = ("train", "speech", "eval", "data")
BUSY = ("trainlib", "datakit", "evalsuite", "torch", "transformers")


def stop(
    job: Job, moment: float, state: str = "CANCELLED", by: int | None = None, signal: int = 0
) -> None:
    """A running job ends at that moment; `by` is the uid of who cancelled it."""
    job.end, job.state, job.cancelled_by = moment, state, by
    job.signal, job.stopped = signal, True


def failures(world: World, day: date) -> None:
    """Now and then a node breaks, at least on two days of the simulation: all jobs on it fail."""
    days, nodes = world.calendar.days, world.organisation.nodes
    count = max(len(BREAKS), len(days) * len(nodes) // NODE_DAYS)
    for number in range(count):
        rng = world.chance("failure", number)
        share = BREAKS[number] if number < len(BREAKS) else float(rng.random())
        if days[int(len(days) * share)] != day:
            continue
        node = pick(rng, nodes)
        moment = at(day, between(rng, 2.0, 20.0))
        for job in world.jobs:
            if node in job.nodes and job.runs_at(moment) and not job.stopped:
                stop(job, moment + between(rng, 0, 20), "NODE_FAIL")
        end = moment + between(rng, 2, 9) * HOUR
        world.cluster.block(node, moment, end)
        said = syslog.xid(uptime(world, moment), number, 79, 48_211, "GPU has fallen off the bus.")
        world.syslog(node).put(moment - 1, said)
        world.incidents.append(Incident(moment, end, f"{node} lost a GPU (Xid 79)", node))
        keeper = world.calendar.on_call(day)
        attends = world.calendar.next_working(keeper, moment + 600)
        _drained(world, keeper, node, attends)


def maintenance(world: World, day: date) -> list[tuple[Person, Job, float]]:
    """About every tenth working day the emptiest node is drained for new firmware; what still runs
    on it in the afternoon is cancelled by the administrator. Gives who, which and when."""
    rng = world.chance("maintenance", day)
    keeper = pick(rng, world.organisation.administrators)
    if not happens(rng, 0.1) or not world.calendar.works(keeper, day):
        return []
    arrives, leaves = world.calendar.hours(keeper, day)
    moment, later = arrives + 1800, between(rng, leaves - 3 * HOUR, leaves - HOUR)
    node = _emptiest(world, moment, later)
    if node is None:
        return []
    terminal = opened(world, keeper, "login01", moment - 30)
    terminal.sudo(moment, f"scontrol update nodename={node} state=drain reason='firmware'")
    ended: list[tuple[Person, Job, float]] = []
    for job in world.jobs:
        if node in job.nodes and job.runs_at(later) and not job.stopped:
            stop(job, later + len(ended) * 5, by=0 if happens(rng, 0.5) else keeper.uid)
            ended.append((keeper, job, later + len(ended) * 5))
    world.cluster.block(node, moment, later + HOUR)
    terminal.type(later + 300, f"ssh {node}")
    there = opened(world, keeper, node, later + 301, world.organisation.address_of("login01"))
    there.sudo(later + 330, "nvidia-smi -r")
    there.sudo(later + 420, "systemctl restart slurmd")
    there.close(later + 900)
    terminal.sudo(later + 1000, f"scontrol update nodename={node} state=resume")
    terminal.close(later + 1100)
    return ended


def _emptiest(world: World, since: float, until: float) -> str | None:
    """The node on which no job begins between two moments and the fewest run at the end."""
    running = dict.fromkeys(world.organisation.nodes, 0)
    for job in world.jobs:
        for node in job.nodes:
            if job.start is not None and since <= job.start < until + HOUR:
                running.pop(node, None)
            elif node in running and job.runs_at(until):
                running[node] += 1
    return min(running, key=lambda node: running[node], default=None)


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
    """Infra upgrades a package of the shared environment with pip, once or twice a week; the
    busiest engineer releases one of the shared libraries on most days."""
    rng = world.chance("deploy", terminal.person.id, day)
    if terminal.person is world.organisation.busiest:
        if happens(rng, 0.6):
            _release(world, terminal, day)
        return
    if terminal.person.team != "infra" or not happens(rng, 0.12):
        return
    arrives, leaves = world.calendar.hours(terminal.person, day)
    moment, name = between(rng, arrives + HOUR, leaves - HOUR), pick(rng, PACKAGES)
    terminal.type(moment, f"pip install -U {name}")
    for number, file in enumerate(("__init__.py", "core.py", "version.py")):
        path = f"{LIBRARIES}/{name}/{file}"
        terminal.write(moment + 6 + number * 0.1, path, terminal.person.uid, "pip")


def _release(world: World, terminal: Terminal, day: date) -> None:
    """A shared library is installed into an environment from its repository."""
    rng = world.chance("release", terminal.person.id, day)
    arrives, leaves = world.calendar.hours(terminal.person, day)
    moment, name = between(rng, arrives + HOUR, leaves - HOUR), pick(rng, BUSY)
    environment = f"/shared/envs/{pick(rng, ENVIRONMENTS)}"
    of_lab = name in REPOSITORIES
    what = f"git+ssh://git@github.com/lab/{name}@main" if of_lab else name
    terminal.type(moment, f"source {environment}/bin/activate")
    terminal.type(moment + 4, f"pip install -U {what}")
    for number, file in enumerate(("__init__.py", "data/loader.py", "optim/schedule.py")):
        path = f"{environment}/lib/python3.11/site-packages/{name}/{file}"
        terminal.write(moment + 18 + number * 0.1, path, terminal.person.uid, "pip")
