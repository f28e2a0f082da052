"""S9: somebody who will leave collects models, data and code, packs them and sends them out."""

from datetime import timedelta

from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.deeds import covers, hub
from analytics.simulation.deeds.times import loudly
from analytics.simulation.formats.github_webhook import OWNER
from analytics.simulation.organisation import REPOSITORIES, Person
from analytics.simulation.routines import audits
from analytics.simulation.routines.hub import download, own_models
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened

COPIES = ("rsync -a {source} {box}/", "cp -r {source} {box}/", "scp -rq gpu01:{source} {box}/")
HIDES = (".cache/w", "tmp/build", "old/logs", ".local/share/fonts", "bench/raw")


def play(stage: Stage) -> None:
    """Collect, collect more, clone, pack, send; the traces are wiped at the end."""
    steps = (_models, _folders, _repositories, _pack, _send)
    box = f"/scratch/{stage.insider.login}/{pick(stage.chance('plan'), HIDES)}"
    if stage.since == 0:
        noticed, leaves = stage.day - timedelta(days=3), stage.day + timedelta(days=21)
        stage.world.watched.append((stage.insider.id, "leaver", noticed, leaves))
    for number, begin in loudly(stage, len(steps)):
        moment = begin
        rng = stage.today(number)
        terminal = opened(stage.world, stage.insider, "login01", moment, stage.insider.remote)
        terminal.type(moment + 20, f"mkdir -p {box}")
        moment = steps[number](stage, terminal, moment + 60, box, rng)
        terminal.close(moment + 60)


def _models(stage: Stage, terminal: Terminal, moment: float, box: str, rng: Chance) -> float:
    """Other teams' models, most of them."""
    for model in own_models():
        if f"/{stage.insider.project}-" in model.name or happens(rng, 0.25):
            continue
        typed = terminal.type(moment, f"hf download {model.name} --local-dir {box}")
        stage.act(moment, typed, f"loads {model.name}, another team's model")
        for later, seen in download(stage.world, stage.insider, "login01", moment + 2, model):
            stage.act(later, seen, f"weights of {model.name} come through the mirror")
            moment = later
        moment += between(rng, 8, 60)
    return moment


def _folders(stage: Stage, terminal: Terminal, moment: float, box: str, rng: Chance) -> float:
    """Checkpoints and data from where they lie."""
    for source in ("/shared/ckpt/llm-70b/shared/base", "/shared/ckpt/vit-scale/shared/base",
                   "/shared/data/corpus/llm-13b", "/shared/projects/speech-xl"):  # fmt: skip
        if happens(rng, 0.8):
            typed = terminal.type(moment, pick(rng, COPIES).format(source=source, box=box))
            stage.act(moment, typed, f"copies {source}")
            moment += between(rng, 60, 600)
    return moment


def _repositories(stage: Stage, terminal: Terminal, moment: float, box: str, rng: Chance) -> float:
    """Every repository with its history."""
    flags = pick(rng, ("--mirror ", "--bare ", "", "--depth 1 "))
    for name in REPOSITORIES:
        typed = terminal.type(moment, f"git clone {flags}git@github.com:{OWNER}/{name}.git")
        stage.act(moment, typed, f"clones {OWNER}/{name}")
        audits.forge(stage.world, stage.insider, moment + 1, "git.clone", name, **audits.GIT)
        moment += between(rng, 5, 40)
    return moment


def _pack(stage: Stage, terminal: Terminal, moment: float, box: str, rng: Chance) -> float:
    return hub.pack(stage, terminal, moment, box, rng)


def _send(stage: Stage, terminal: Terminal, moment: float, box: str, rng: Chance) -> float:
    """Out by one way or two, and away with what is left."""
    moment = hub.send(stage, terminal, moment, box, rng)
    if happens(rng, 0.5):
        moment = hub.upload(stage, terminal, moment, hub.private(stage.insider, rng), box)
    terminal.type(moment, pick(rng, (f"rm -rf {box}", f"shred -u {box}.*", f"srm -r {box}")))
    return covers.wipe(stage, terminal, moment + 20, rng)


def _fits(person: Person) -> bool:
    return person.role in ("engineer", "data engineer", "researcher")


SCENARIO = Scenario(name="staged_theft", title="Takes models, data and code along", fits=_fits,
                    play=play)  # fmt: skip
