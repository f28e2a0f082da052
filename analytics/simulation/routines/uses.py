"""What jobs use: environments and their libraries, repositories, data, checkpoints they begin from.

The audit rules of the site watch the entry points of shared libraries, checkpoints and manifests of
data for reading too, and its wrapper of sbatch writes environment and code into the job's comment.
"""

from dataclasses import dataclass
from datetime import date

from analytics.simulation.chance import Chance, digest, happens, pick
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import REPOSITORIES, Person
from analytics.simulation.world import World

ENVIRONMENTS: dict[str, tuple[str, ...]] = {
    "train": ("torch", "transformers", "trainlib", "datakit"),
    "speech": ("torch", "torchaudio", "trainlib"),
    "eval": ("torch", "transformers", "evalsuite"),
    "data": ("datakit", "pyarrow"),
}
RESUMES = {"train": 0.3, "finetune": 0.8, "eval": 0.95, "pretrain": 0.4}
OTHERS = 0.35  # share of the checkpoints begun from that are a colleague's of the same project
KEPT = 24


@dataclass(frozen=True, slots=True)
class Uses:
    """What a job uses."""

    environment: str
    libraries: tuple[str, ...]
    repositories: tuple[str, ...]
    revision: str
    data: str
    resumed: str


def of_plan(world: World, person: Person, stem: str, rng: Chance, day: date) -> Uses:
    """What a person's job of a kind uses."""
    name = _environment(person, stem)
    libraries = ENVIRONMENTS[name]
    own = [name for name, team in REPOSITORIES.items() if team == person.team]
    code = pick(rng, own) if person.team != "infra" else "trainlib"
    repositories = dict.fromkeys((code, *(name for name in libraries if name in REPOSITORIES)))
    trains = name != "data" and stem not in ("eval", "nccl-test", "profile")
    resumed = _begun_from(world, person, rng) if happens(rng, RESUMES.get(stem, 0.0)) else ""
    return Uses(
        environment=f"/shared/envs/{name}",
        libraries=libraries,
        repositories=tuple(repositories),
        revision=digest("revision", code, day, size=4)[:7],
        data=f"/shared/data/corpus/{person.project}" if trains else "",
        resumed=resumed,
    )


def _environment(person: Person, stem: str) -> str:
    if person.team == "data":
        return "data"
    if stem == "eval":
        return "eval"
    return "speech" if person.team == "audio" else "train"


def _begun_from(world: World, person: Person, rng: Chance) -> str:
    """A checkpoint of one's own, now and then a colleague's, else the project's base."""
    saved = world.saved.get(person.project, [])
    others = happens(rng, OTHERS)
    fitting = [path for path, uid in saved if (uid != person.uid) == others]
    if not fitting:
        return f"/shared/ckpt/{person.project}/shared/base/model.safetensors"
    return fitting[-1 - int(rng.random() * min(4, len(fitting)))]


def remember(world: World, project: str, path: str, uid: int) -> None:
    """A checkpoint that others may begin from, the latest of each project."""
    saved = world.saved.setdefault(project, [])
    saved.append((path, uid))
    del saved[:-KEPT]


def read_files(job: Job) -> list[tuple[str, str]]:
    """The watched files that a job reads when it begins, each with its audit rule."""
    if not job.environment:
        return []
    packages = f"{job.environment}/lib/python3.11/site-packages"
    files = [(f"{packages}/{name}/__init__.py", "shared_env") for name in job.libraries]
    if job.data:
        files.append((f"{job.data}/manifest.jsonl", "data"))
    if job.resumed:
        files.append((job.resumed, "checkpoints"))
    return files
