"""What logs of code forges are about: people, repositories, commits, and the links to them."""

import random
from typing import Any

PEOPLE = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
REPOSITORIES = [f"lab/{name}" for name in ("trainlib", "kernels", "datasets", "evals", "infra")]
PARTS = ("optim", "loader", "loss", "trainer", "schedule", "checkpoint", "tokenizer", "parallel")
WORDS = ("Fix", "Speed up", "Clip", "Shard", "Log", "Revert", "Test", "Move", "Seed", "Cache")


def sha(chance: random.Random) -> str:
    """The hash of a commit."""
    return f"{chance.getrandbits(160):040x}"


def path(chance: random.Random) -> str:
    """A file in a repository: some hundreds are changed again and again."""
    return f"src/{chance.choice(PARTS)}/{chance.choice(PARTS)}_{chance.randrange(40)}.py"


def title(chance: random.Random) -> str:
    """What a commit or a request is called."""
    return f"{chance.choice(WORDS)} {chance.choice(PARTS)} at step {chance.randrange(90_000)}"


def branch(chance: random.Random) -> str:
    """A person's branch, or the one that all share."""
    if chance.random() < 0.3:
        return "main"
    return f"{chance.choice(PEOPLE)}/{chance.choice(PARTS)}-{chance.randrange(9_000)}"


def links(base: str, names: str) -> dict[str, str]:
    """As many links as objects of forges have."""
    return {f"{name}_url": f"{base}/{name}{{/{name}}}" for name in names.split()}


def message(chance: random.Random) -> str:
    """A commit's message, in a third of all with a body of some lines."""
    subject = title(chance)
    if chance.random() < 0.66:
        return subject
    body = " ".join(title(chance) for _ in range(chance.randrange(1, 8)))
    return f"{subject}\n\n{body}\n"


def counts(chance: random.Random) -> dict[str, Any]:
    """How many lines a request changes."""
    added, deleted = chance.randrange(900), chance.randrange(300)
    return {"additions": added, "deletions": deleted, "changed_files": chance.randrange(1, 30)}
