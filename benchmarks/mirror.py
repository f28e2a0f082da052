"""What clients ask a mirror of the Hub for, for access logs to tell of."""

import random
from datetime import datetime
from functools import cache
from typing import NamedTuple

from benchmarks.lab import address, digest, moment, person

ORGANISATIONS = ("lab", "lab", "lab", "openai-community", "google-bert", "quickmodels", "eleuther")
MODELS = tuple(
    f"{kind}-{size}" for kind in ("llm", "embed", "vision", "audio") for size in "123456"
)
FILES = (
    *(f"model-{shard:05d}-of-00032.safetensors" for shard in range(1, 33)),
    *("config.json", "tokenizer.json", "tokenizer_config.json", "pytorch_model.bin", "README.md"),
)
VERBS = ("GET", "GET", "GET", "HEAD")
STATUSES = (200, 200, 200, 206, 302, 304, 401, 404)
TORCHES, PYTHONS = ("2.3.1", "2.4.0", "2.5.1"), ("3.10.14", "3.11.9", "3.12.1")
AT_ONCE, LASTING = 64, 2_000  # processes that ask at a time, and requests until others do
# A revision is a commit: a repository has some when a log begins and gets one now and then, here
# some four an hour, and clients that pin one pin any of them.
COMMITS, UNTIL_NEXT = 20, 20_000  # of a repository at first, and requests until it has one more
REST = "; hf_hub/0.29.1; python/"


class Asked(NamedTuple):
    """One request and its answer."""

    time: datetime
    client: str
    user: str  # - for nobody
    verb: str
    path: str
    status: int
    size: int  # bytes
    milliseconds: int
    agent: str


@cache
def commit(repository: str, count: int, seed: int) -> str:
    """The hash of a repository's commit of this number."""
    return digest(random.Random(f"{repository} {count} {seed}"))


def asked(number: int, chance: random.Random, seed: int) -> Asked:
    """The request of this number, by one of some processes that load models."""
    repository = f"{chance.choice(ORGANISATIONS)}/{chance.choice(MODELS)}"
    revision = "main"
    if chance.random() < 0.4:
        revision = commit(repository, chance.randrange(COMMITS + number // UNTIL_NEXT), seed)
    path = f"/{repository}/resolve/{revision}/{chance.choice(FILES)}"
    if chance.random() < 0.2:
        path = f"/api/models/{repository}/revision/{revision}"
    process = random.Random(f"{number // LASTING} {chance.randrange(AT_ONCE)} {seed}")
    agent = f"transformers/4.49.{process.randrange(9)}{REST}{process.choice(PYTHONS)}"
    if process.random() < 0.8:
        agent += f"; torch/{process.choice(TORCHES)}; session_id/{digest(process, 32)}"
    return Asked(
        time=moment(number),
        client=address(process),
        user=person(process) if process.random() < 0.9 else "-",
        verb=chance.choice(VERBS),
        path=path,
        status=chance.choice(STATUSES),
        size=chance.randrange(5_000_000_000),
        milliseconds=chance.randrange(90_000),
        agent=agent,
    )


def written(line: str, size: int, seed: int) -> bytes:
    """So many requests, each as `line` formats it: `it` is what was asked, `at` its time."""
    chance = random.Random(seed)
    lines = []
    for number in range(size):
        it = asked(number, chance, seed)
        at = f"{it.time:%d/%b/%Y:%H:%M:%S} +0000"
        told = {"number": number, "thread": number % 200, "seconds": it.milliseconds / 1000}
        cache = "HIT" if number % 3 else "MISS"
        lines.append(line.format(it=it, at=at, cache=cache, **told))
    return ("\n".join(lines) + "\n").encode()
