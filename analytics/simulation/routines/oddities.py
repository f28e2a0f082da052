"""Innocent days that look odd: a bulk clean-up, a newcomer who copies everything, hotfixes."""

from datetime import date

from analytics.simulation.calendar import HOUR, at
from analytics.simulation.chance import between, happens
from analytics.simulation.formats.auditd import PYTHON
from analytics.simulation.organisation import NEWCOMER, REPOSITORIES, Person
from analytics.simulation.routines.hub import download, own_models
from analytics.simulation.routines.review import commit, push
from analytics.simulation.routines.shell import spare_hour
from analytics.simulation.terminal import Terminal, opened
from analytics.simulation.world import World


def odd_day(world: World, terminal: Terminal, day: date) -> None:
    """Whatever is odd about a person's working day; mostly nothing."""
    person = terminal.person
    if person.number == NEWCOMER:
        _settles_in(world, terminal, day)
    rng = world.chance("odd", person.id, day)
    arrives, leaves = world.calendar.hours(person, day)
    moment = between(rng, arrives + HOUR, leaves - HOUR)
    if happens(rng, 0.006):
        _cleans_up(terminal, moment)
    if happens(rng, 0.004):
        terminal.type(moment, f"chmod -R g+w /shared/projects/{person.project}/{person.login}")
    if happens(rng, 0.01):
        terminal.type(moment, "HISTFILE=/dev/null bash scripts/replay.sh")
    if happens(rng, 0.004):
        terminal.type(moment, f"tar czf /scratch/{person.login}/backup.tar.gz {person.home}/notes")
    if person.team == "infra" and happens(rng, 0.02):
        _hotfix(world, person, moment)
    if person.role == "researcher" and happens(rng, 0.03):
        _averages(world, terminal, moment)
    if happens(rng, 0.05):
        _from_home(world, person, leaves + between(rng, 1.5, 3.0) * HOUR)


def _cleans_up(terminal: Terminal, moment: float) -> None:
    """Old checkpoints of their own are removed, dozens at a time."""
    person = terminal.person
    root = f"/shared/ckpt/{person.project}/{person.login}-train-old"
    terminal.type(moment, f"rm -rf {root}")
    for number in range(60):
        path = f"{root}/step_{number * 500:06d}/model.safetensors"
        terminal.delete(moment + 0.1 + number * 0.03, path, person.uid)


def _settles_in(world: World, terminal: Terminal, day: date) -> None:
    """In the first days a newcomer clones every repository and loads the models."""
    person = terminal.person
    since = (day - person.start).days
    arrives, _ = world.calendar.hours(person, day)
    if since == 0:
        terminal.type(arrives + 1900, "git config --global user.name newcomer")
        for number, name in enumerate(REPOSITORIES):
            terminal.type(arrives + 2000 + number * 70, f"git clone git@github.com:lab/{name}.git")
    elif since == 1:
        for number, model in enumerate(own_models()[:4]):
            download(world, person, "login01", arrives + 3000 + number * 400, model)


def _averages(world: World, terminal: Terminal, moment: float) -> None:
    """Weights of the whole team's runs are averaged into the team's own folder."""
    person = terminal.person
    team = [one for one in world.organisation.team(person.team) if one.project == person.project]
    path = f"/shared/ckpt/{person.project}/shared/average/model.safetensors"
    terminal.type(moment, f"python average.py --out {path}")
    terminal.write(moment + 70, path, team[0].uid, PYTHON)


def weekend(world: World, person: Person, day: date) -> None:
    """Some look in on a free day, for an hour and from home."""
    rng = world.chance("weekend", person.id, day)
    if day < person.start or not happens(rng, 0.08):
        return
    moment = at(day, between(rng, 10, 21.5))
    terminal = opened(world, person, "login01", moment, person.remote)
    spare_hour(world, terminal, moment + 40, moment + between(rng, 900, 5000), day)


def _hotfix(world: World, person: Person, moment: float) -> None:
    """Configuration is pushed without a review because something is broken."""
    fix = commit(person, moment - 60, "Hotfix: raise slurmd timeout", ("slurm/slurm.conf",),
                 ("hotfix", moment))  # fmt: skip
    world.forge.put(moment, push(person, "cluster-config", "main", (fix,)))


def _from_home(world: World, person: Person, moment: float) -> None:
    """A look at the jobs in the evening."""
    terminal = opened(world, person, "login01", moment, person.remote)
    terminal.type(moment + 20, "squeue --me")
    terminal.type(moment + 55, "tail -n 20 logs/latest.out")
    terminal.close(moment + 120)


def meeting(world: World, terminals: dict[str, Terminal]) -> None:
    """After a broken run the language team meets and everybody looks at the same log."""
    broken = [job for job in world.jobs if job.account == "language" and job.state == "NODE_FAIL"]
    if not broken:
        return
    moment = max(job.end or 0.0 for job in broken) + 5 * HOUR
    for terminal in terminals.values():
        if terminal.person.team == "language":
            terminal.type(moment, f"less {broken[0].directory}/logs/slurm-{broken[0].shown}.out")
            moment += 35
