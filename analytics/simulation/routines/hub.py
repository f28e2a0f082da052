"""Models and data sets: downloads through the mirror, and what the Hub's audit log keeps."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics.simulation.chance import Chance, between, digest, happens, pick
from analytics.simulation.formats import hf_audit
from analytics.simulation.formats.hf_access import AGENT, CLIENT, Request
from analytics.simulation.organisation import PROJECTS, Person
from analytics.simulation.world import Evidence, World

OWN = "northlab"
MIRROR = "https://hf-mirror.northlab.example"
DAILY = {"researcher": 0.9, "engineer": 0.5, "data engineer": 0.8, "administrator": 0.05}
SMALL = ("config.json", "tokenizer_config.json", "tokenizer.json", "generation_config.json")


@dataclass(frozen=True, slots=True)
class Model:
    """A repository of weights: its files beside the small ones, and the bytes of each."""

    name: str
    weights: tuple[str, ...]
    size: int


def _shards(number: int) -> tuple[str, ...]:
    return tuple(f"model-{n:05d}-of-{number:05d}.safetensors" for n in range(1, number + 1))


MODELS: dict[str, tuple[Model, ...]] = {
    "language": (
        Model("Qwen/Qwen2.5-7B", _shards(4), 3_900_000_000),
        Model("mistralai/Mistral-7B-v0.3", _shards(3), 4_900_000_000),
        Model("google-bert/bert-base-uncased", ("model.safetensors",), 440_449_768),
        Model("EleutherAI/pythia-160m", ("pytorch_model.bin",), 374_998_093),
    ),
    "vision": (
        Model("google/vit-base-patch16-224", ("model.safetensors",), 346_293_852),
        Model("facebook/dinov2-large", ("model.safetensors",), 1_217_522_888),
        Model("timm/resnet50.a1_in1k", ("pytorch_model.bin",), 102_540_417),
    ),
    "audio": (
        Model("openai/whisper-large-v3", ("model.safetensors",), 3_087_130_976),
        Model("facebook/wav2vec2-base-960h", ("pytorch_model.bin",), 377_667_514),
    ),
    "infra": (Model("google-bert/bert-base-uncased", ("model.safetensors",), 440_449_768),),
    "data": (Model("sentence-transformers/all-MiniLM-L6-v2", ("model.safetensors",), 90_868_376),),
}
DATASETS = ("allenai/c4", "HuggingFaceFW/fineweb", "openslr/librispeech_asr", "ILSVRC/imagenet-1k")


def own_models() -> tuple[Model, ...]:
    """The organisation's own private models, one or two for each project."""
    return tuple(
        Model(f"{OWN}/{project}-{kind}", _shards(6 if "70b" in project else 2), 4_600_000_000)
        for projects in PROJECTS.values()
        for project in projects
        for kind in ("base", "chat")
    )


def downloads(world: World, person: Person, day: date) -> None:
    """What a person's programs get from the mirror on a working day."""
    rng = world.chance("downloads", person.id, day)
    arrives, leaves = world.calendar.hours(person, day)
    hosts = ("login01", person.bench, pick(rng, world.organisation.nodes))
    for _ in range(int(rng.poisson(DAILY[person.role]))):
        moment, host = between(rng, arrives + 600, leaves), pick(rng, hosts)
        choice = float(rng.random())
        if choice < 0.6 and person.team != "data":
            download(world, person, host, moment, pick(rng, MODELS[person.team]))
        elif choice < 0.75:
            mine = [model for model in own_models() if f"/{person.project}-" in model.name]
            if mine:
                download(world, person, host, moment, pick(rng, mine))
        else:
            _data(world, person, host, moment, rng)
    if person.role != "administrator" and happens(rng, 0.01):
        publish(world, person, "login01", leaves - 1800, f"{OWN}/{person.project}-base")


def download(
    world: World, person: Person, host: str, moment: float, model: Model, revision: str = ""
) -> list[tuple[float, Evidence]]:
    """A model is loaded: the evidence of each file of weights, with its moment.

    Without a revision it is the commit that the name main stands for.
    """
    rng = world.chance("download", person.id, model.name, int(moment))
    pinned = revision or digest("revision", model.name, size=20)
    ask = _Client(world, person, host, AGENT)
    ask(moment, "GET", f"/api/models/{model.name}/revision/main", 200, 2_911)
    later = moment + 0.3
    for name in SMALL:
        missing = happens(rng, 0.15)
        ask(later, "HEAD", f"/{model.name}/resolve/{pinned}/{name}", 404 if missing else 200, 0)
        if not missing and happens(rng, 0.5):
            ask(later + 0.1, "GET", f"/{model.name}/resolve/{pinned}/{name}", 200, 1_200)
        later += 0.4
    evidence = []
    for name in model.weights:
        target = f"/{model.name}/resolve/{pinned}/{name}"
        evidence.append((later, ask(later, "GET", target, 200, model.size)))
        later += model.size / 9e8
    return evidence


def publish(world: World, person: Person, host: str, moment: float, name: str) -> Evidence:
    """Weights are sent to a repository of the Hub; the commit that makes them visible."""
    ask = _Client(world, person, host, CLIENT)
    ask(moment, "POST", f"/api/models/{name}/preupload/main", 200, 148)
    ask(moment + 0.5, "POST", f"/{name}.git/info/lfs/objects/batch", 200, 1_480)
    ask(moment + 60, "POST", f"/{name}.git/info/lfs/objects/verify", 200, 0)
    return ask(moment + 61, "POST", f"/api/models/{name}/commit/main", 200, 240)


def _data(world: World, person: Person, host: str, moment: float, rng: Chance) -> None:
    """Some shards of a data set."""
    name = pick(rng, DATASETS)
    ask = _Client(world, person, host, CLIENT.replace("unknown/None", "datasets/4.4.1"))
    ask(moment, "GET", f"/api/datasets/{name}/revision/main", 200, 6_400)
    revision, first = digest("revision", name, size=20), int(rng.random() * 900)
    for number in range(int(rng.integers(2, 12))):
        target = f"/datasets/{name}/resolve/{revision}/data/train-{first + number:05d}-of-01024"
        ask(moment + 1 + number * 2.2, "GET", f"{target}.parquet", 200, 319_000_000)


@dataclass(frozen=True, slots=True)
class _Client:
    """A person's program that talks to the mirror."""

    world: World
    person: Person
    host: str
    agent: str

    def __call__(self, moment: float, method: str, target: str, status: int, size: int) -> Evidence:
        self.world.mirror.put(
            moment,
            Request(
                address=self.world.organisation.address_of(self.host), user=self.person.login,
                method=method, target=target, status=status, size=size, agent=self.agent,
            ),
        )  # fmt: skip
        trace = f'"{method} {target} HTTP/1.1"'
        return Evidence("hf_access", "logs/hf/mirror-access.log", trace)


def audited(
    world: World, person: Person, moment: float, kind: str, message: str, **data: Any
) -> Evidence:
    """An event of the Hub's audit log."""
    text = hf_audit.event(moment, kind, person.hub, message, person.address, data)
    world.hub.put(moment, text)
    return Evidence("hf_audit", "logs/hf/audit.json", f'"type":"{kind}"')


def administration(world: World, person: Person, day: date) -> None:
    """What a person does in the Hub's web pages on a working day."""
    rng = world.chance("hub", person.id, day)
    arrives, leaves = world.calendar.hours(person, day)
    moment = between(rng, arrives, leaves)
    if happens(rng, 0.15):
        audited(world, person, moment, "org.sso_login", "Logged in with SSO")
    if happens(rng, 0.015):
        name = f"{OWN}/{person.project}-{pick(rng, ('probe', 'ablation', 'demo'))}-{day:%m%d}"
        audited(world, person, moment + 60, "repo.create", f"Created model {name}",
                repo={"type": "model", "name": name, "private": True})  # fmt: skip
    if happens(rng, 0.01):
        audited(world, person, moment + 90, "jobs.create", "Created a job", hardware="a10g-small")
    if person.administers and happens(rng, 0.05):
        audited(world, person, moment + 120, "org.rotate_token", "Rotated the API token")
    if person.start == day:
        boss = world.organisation.administrators[0]
        audited(world, boss, arrives + 3600, "org.add_user", f"Added {person.hub} as write",
                user=person.hub, role="write")  # fmt: skip
