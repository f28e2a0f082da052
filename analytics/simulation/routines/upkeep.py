"""What owners do with what is shared: weights refreshed, shards rewritten, libraries upgraded.

Insiders hide among these: the same files, the same programs, the same hours.
"""

from datetime import date

from analytics.simulation.calendar import HOUR
from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.formats.auditd import PYTHON
from analytics.simulation.organisation import PROJECTS, Person
from analytics.simulation.terminal import Terminal
from analytics.simulation.world import Evidence, World

ENVIRONMENT = "/shared/envs/train"
LIBRARIES = f"{ENVIRONMENT}/lib/python3.11/site-packages"
IMPORTED = ("transformers", "trainlib", "datakit", "torch")
Written = tuple[float, Evidence]  # when a file was written, and what was seen of it
TRAINING = tuple(project for team in ("language", "vision", "audio") for project in PROJECTS[team])


def owned(world: World, terminal: Terminal, day: date) -> None:
    """Whatever a person does on a working day with what their team owns; mostly nothing."""
    person = terminal.person
    rng = world.chance("upkeep", person.id, day)
    arrives, leaves = world.calendar.hours(person, day)
    moment = between(rng, arrives + HOUR, leaves - HOUR)
    if person.role == "researcher" and happens(rng, 0.02):
        refresh(terminal, moment, rng)
    elif person.team == "data" and happens(rng, 0.15):
        rewrite(terminal, moment, shard(rng), rng)
    elif person.team == "infra" and happens(rng, 0.05):
        upgrade(terminal, moment, pick(rng, IMPORTED), rng)


def base(person: Person) -> str:
    """The weights that runs of a person's project start from."""
    return f"/shared/ckpt/{person.project}/shared/base/model.safetensors"


def refresh(terminal: Terminal, moment: float, rng: Chance) -> Written:
    """The project's base weights are made anew."""
    person = terminal.person
    command = pick(rng, ("python average.py --ema 0.999 --out {}", "python soup.py --out {}",
                         "python -m trainlib.tools.average --last 5 --out {}"))  # fmt: skip
    terminal.type(moment, command.format(base(person)))
    moment += between(rng, 40, 120)
    return moment, terminal.write(moment, base(person), keeper(terminal.world, person), PYTHON)


def keeper(world: World, person: Person) -> int:
    """The uid of whom the shared weights of a person's project belong to."""
    team = world.organisation.team(person.team)
    return next(one.uid for one in team if one.project == person.project)


def shard(rng: Chance) -> str:
    """A shard of a project's data, or the manifest that lists them."""
    folder = f"/shared/data/corpus/{pick(rng, TRAINING)}"
    name = f"part-{int(rng.random() * 400):05d}.parquet"
    return f"{folder}/{pick(rng, (name, name, 'manifest.jsonl'))}"


def rewrite(terminal: Terminal, moment: float, path: str, rng: Chance) -> Written:
    """A shard that somebody made is written anew with the team's tools."""
    command = pick(rng, ("python -m datakit.rewrite {}", "python -m datakit.dedup --inplace {}",
                         "python fix_encoding.py {}"))  # fmt: skip
    terminal.type(moment, command.format(path))
    moment += between(rng, 20, 200)
    return moment, terminal.write(moment, path, terminal.person.uid, PYTHON)


def upgrade(terminal: Terminal, moment: float, name: str, rng: Chance) -> Written:
    """A library of the shared environment is upgraded; the last of its files that is written."""
    command = pick(rng, ("pip install -U {}", "pip install --upgrade {}",
                         "python -m pip install -U {}"))  # fmt: skip
    terminal.type(moment, command.format(name))
    moment += between(rng, 5, 9)
    for file in ("version.py", "__init__.py", "core.py"):
        moment += between(rng, 0.05, 0.3)
        path = f"{LIBRARIES}/{name}/{file}"
        seen = terminal.write(moment, path, terminal.person.uid, "pip")
    return moment, seen
