"""Names in commands: which paths they depend on, and how checkpoints and images are called."""

import re
from functools import lru_cache

from analytics.governance.victims.things import LEAST_DEEP, LONGEST, MOST_DEEP, PATH, SYSTEM

CODE = re.compile(r"\.(?:py|pyc|sh|bash|sbatch|slurm|pbs|pl|R|jl|lua|ipynb)$")
RELATIVE = re.compile(
    r"(?:^|\s)((?:\./)?[\w.+-][\w./+-]{0,200}\.(?:py|sh|sbatch|slurm|pbs|jl|R))\b"
)
MOST_NAMED = 40  # paths of one command
# How trainers call the folder of one checkpoint: checkpoint-500 (transformers), global_step500
# (DeepSpeed), iter_0000500 (Megatron), epoch=3-step=500 (Lightning), step-500.
UNIT = re.compile(
    r"^(?:.*[-_.])?(?:checkpoint|ckpt|(?:global_?)?step|iter|epoch|snapshot)[-_=]?\d+"
)
WEIGHTS = re.compile(
    r"\.(?:safetensors|ckpt|pth?|bin|gguf|npz|h5|hdf5|keras|onnx|pkl|distcp|msgpack|nemo)$"
)
IMAGE_FILE = re.compile(r"\.(?:sif|sqsh|squashfs)$")


def is_somebodys(path: str) -> bool:
    """Whether it is below more than a folder that is everybody's."""
    return path.startswith("/") and path.count("/") >= LEAST_DEEP and not _is_system(path)


def _is_system(path: str) -> bool:
    return f"{path}/".startswith(SYSTEM)


def joined(folder: str | None, path: str) -> str | None:
    """The path as an absolute one, without `.` and `..`; None where its folder is not known."""
    if not path.startswith("/"):
        if not folder or not folder.startswith("/"):
            return None
        path = f"{folder}/{path}"
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


@lru_cache(maxsize=50_000)  # jobs after each other are started alike
def depended(command: str, folder: str | None) -> tuple[str, ...]:
    """The files and folders that a command depends on: what it names; the folder of each program
    it names, from which that loads its parts; the environment of a `…/bin/python`; and the folder
    in which it runs."""
    text = command[:LONGEST]
    found = {path for name in _paths(text) if (path := joined(None, name))}
    if folder:
        found.add(joined(None, folder) or "")
        found |= {path for name in RELATIVE.findall(text) if (path := joined(folder, name))}
    for path in list(found):
        head, _, _ = path.rpartition("/")
        if CODE.search(path):
            found.add(head)
        elif head.endswith("/bin"):
            found.add(head.removesuffix("/bin"))
    return tuple(sorted(path for path in found if is_somebodys(path)))


def _paths(text: str) -> list[str]:
    """Absolute paths that a text names; what follows `https:` is none."""
    return [path for path in PATH.findall(text) if not path.startswith("//")][:MOST_NAMED]


def above(path: str) -> list[str]:
    """The path and the folders that it is below, without those that are everybody's."""
    found = []
    for _ in range(MOST_DEEP):
        if not is_somebodys(path):
            break
        found.append(path)
        path = path.rpartition("/")[0]
    return found


def unit(path: str) -> str:
    """The checkpoint that a file is a part of, where its folder is called as those are."""
    clean = path.rstrip("/") or "/"
    for folder in above(clean.rpartition("/")[0])[:3]:
        if UNIT.search(folder.rpartition("/")[2]):
            return folder
    return clean


def is_checkpoint(path: str) -> bool:
    """Whether it is called as checkpoints are."""
    return bool(WEIGHTS.search(path) or UNIT.search(path.rpartition("/")[2]))


def image(name: str) -> str:
    """An image without its registry and with its tag, so that all ways to write it are one."""
    plain = re.sub(r"^(?:docker|oras|dockerd|containers-storage)://", "", name).replace("#", "/")
    first, slash, rest = plain.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        plain = rest
    last = plain.rpartition("/")[2]
    return plain if ":" in last or "@" in last else f"{plain}:latest"
