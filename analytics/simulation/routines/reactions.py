"""What people do when a job has failed: look at it, ask somebody, submit it again, tell others."""

from dataclasses import replace
from datetime import date

from analytics.simulation.calendar import HOUR, end_of, local_day
from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.cluster import Plan
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import Person
from analytics.simulation.routines import jobs as batch
from analytics.simulation.terminal import Terminal, opened
from analytics.simulation.world import Incident, World

FAILED = ("FAILED", "OUT_OF_MEMORY", "NODE_FAIL", "TIMEOUT", "CANCELLED")
AGAIN = {"FAILED": 0.6, "OUT_OF_MEMORY": 0.7, "TIMEOUT": 0.7, "NODE_FAIL": 0.95, "CANCELLED": 0.8}
ASKS = {"own": 0.07, "strange": 0.35}  # how often somebody else has a look too
MANY = 3  # strange failures of a day after which an incident is opened
MOST_ROUNDS = 4  # submissions on one day of what fails again and again


def resubmit(world: World, day: date) -> list[Job]:
    """Owners submit again what failed; those of today are given, with their own failures' too."""
    until = end_of(day)
    late: list[Job] = []
    looked: set[int] = set()
    for _ in range(MOST_ROUNDS):
        failed = [job for job in world.jobs if job.id not in looked and _ended_badly(job, day)]
        fresh = [
            job
            for job in failed
            if (plan := _again(world, job)) and _today(world, plan, until, late)
        ]
        looked |= {job.id for job in failed}
        if not fresh:
            break
        world.faults.strike(world, until - 86_400, until)
    return late


def _today(world: World, plan: Plan, until: float, late: list[Job]) -> bool:
    """Submits a plan whose moment is today; others wait for their day."""
    if plan.job.submit >= until:
        world.plans.append(plan)
        return False
    job = world.cluster.submit_late(plan)
    world.jobs.append(job)
    late.append(job)
    return True


def _ended_badly(job: Job, day: date) -> bool:
    """Whether a job ended so on a day, not by its owner's will; one task stands for an array."""
    until = end_of(day)
    return (
        job.end is not None
        and until - 86_400 <= job.end < until
        and job.state in FAILED
        and job.start is not None
        and job.cancelled_by != job.uid
        and (job.array is None or job.array[1] == 0)
    )


def strange(world: World, job: Job) -> bool:
    """Whether the owner sees no reason in their own work for a job's end."""
    return job.stopped or job.id in world.faults.ended


def _again(world: World, job: Job) -> Plan | None:
    """The job once more, when its owner is at work; where it left off if it got so far."""
    rng = world.chance("again", job.id)
    owner = world.organisation.by_login[job.owner]
    if not happens(rng, AGAIN[job.state]) or job.end is None or job.start is None:
        return None
    wait = between(rng, 300, 2400) if strange(world, job) else between(rng, 900, 2.5 * HOUR)
    submit = world.calendar.next_working(owner, job.end + wait)
    if not world.calendar.works(owner, local_day(submit)):
        return None
    path = batch.last_checkpoint(world, job) or job.resumed
    stem = job.script.rsplit("/", 1)[-1].removesuffix(".sbatch")
    seconds = max(600.0, job.limit / 1.6 * float(rng.lognormal(-0.2, 0.3)))
    state = "COMPLETED" if happens(rng, 0.85) else "FAILED"
    again = replace(
        job, id=0, nodes=(), submit=submit, start=None, end=None, state="PENDING", array=None,
        cancelled_by=None, signal=0, stopped=False, run=f"{job.owner}-{stem}", slowness=[],
        worse=[],
        resumed=path, arguments=batch.arguments(job.name, path),
        limit=job.limit * 2 if job.state == "TIMEOUT" else job.limit,
    )  # fmt: skip
    seconds *= between(rng, 0.02, 0.3) if state == "FAILED" else 1.0
    return Plan(job=again, seconds=min(seconds, again.limit - 60.0), state=state)


def respond(world: World, terminals: dict[str, Terminal], day: date) -> None:
    """Colleagues look at failures too, on the node or in the logs; many strange ones are told."""
    until = end_of(day)
    told: list[Job] = []
    for job in world.jobs:
        if job.end is None or not until - 86_400 <= job.end < until or job.state not in FAILED:
            continue
        if job.cancelled_by == job.uid or job.start is None:
            continue
        rng = world.chance("respond", job.id)
        odd = strange(world, job)
        if job.id in world.faults.ended:
            told.append(job)
        if happens(rng, ASKS["strange" if odd else "own"]):
            helper = _helper(world, job, rng)
            moment = job.end + between(rng, 400, 5000)
            if helper.id in terminals and moment < world.calendar.hours(helper, day)[1] - 600:
                _debug(world, terminals[helper.id], job, moment, rng)
    if len(told) >= MANY:
        _open_incident(world, sorted(told, key=lambda job: job.end or 0.0), day)


def _helper(world: World, job: Job, rng: Chance) -> Person:
    """Often the one who is on every call; else one of the team, or who keeps the machines."""
    organisation = world.organisation
    if happens(rng, 0.4):
        return organisation.firefighter
    if happens(rng, 0.3):
        return pick(rng, organisation.administrators)
    team = [person for person in organisation.team(job.account) if person.login != job.owner]
    return pick(rng, team or organisation.people)


def _debug(world: World, terminal: Terminal, job: Job, moment: float, rng: Chance) -> None:
    """Reads the log and the accounting; goes to the node in one case of two."""
    terminal.type(moment, f"less {job.directory}/logs/slurm-{job.shown}.out")
    terminal.type(moment + 70, f"sacct -j {job.shown} --format JobID,State,ExitCode,NodeList")
    if happens(rng, 0.3):
        library = pick(rng, job.libraries) if job.libraries else "torch"
        terminal.type(
            moment + 150,
            f"ls -l --time-sort {job.environment}/lib/python3.11/site-packages/{library}",
        )
    if not job.nodes or not happens(rng, 0.5):
        return
    node = job.nodes[0]
    terminal.type(moment + 200, f"ssh {node}")
    there = opened(
        world, terminal.person, node, moment + 201, world.organisation.address_of("login01")
    )
    for number, command in enumerate(("nvidia-smi", "dmesg -T | tail -n 60", "df -h /scratch")):
        there.type(moment + 215 + number * between(rng, 10, 45), command)
    there.close(moment + between(rng, 380, 1500))


def _open_incident(world: World, failed: list[Job], day: date) -> None:
    """The administrator on call opens an incident and looks at the nodes."""
    begun = failed[MANY - 1].end or 0.0
    keeper = world.calendar.on_call(day)
    rng = world.chance("incident", day)
    moment = world.calendar.next_working(keeper, begun + between(rng, 600, 3000))
    projects = sorted({job.name.rsplit("-", 1)[0] for job in failed})
    title = f"{len(failed)} jobs of {', '.join(projects[:3])} fail for no known reason"
    nodes = {job.nodes[0] for job in failed if job.nodes}
    host = nodes.pop() if len(nodes) == 1 else ""
    world.incidents.append(Incident(begun, moment + between(rng, 1, 6) * HOUR, title, host))
    terminal = opened(world, keeper, "login01", moment)
    for number, job in enumerate(failed[:3]):
        terminal.type(moment + 60 + number * 90, f"scontrol show job {job.id}")
    terminal.close(moment + 900)
