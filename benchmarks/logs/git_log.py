"""`git log --numstat --format=fuller` of a busy repository."""

import random
from datetime import UTC, datetime, timedelta

START = datetime(2025, 1, 1, tzinfo=UTC)
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
LINES = 12  # of a commit


def generated(size: int, seed: int = 7) -> bytes:
    """So many lines, twelve for each commit."""
    chance = random.Random(seed)
    return "".join(_commit(number, chance) for number in range(size // LINES)).encode()


def _commit(number: int, chance: random.Random) -> str:
    moment, user = START + timedelta(seconds=number * 311), chance.choice(USERS)
    stamp = f"{moment:%a %b} {moment.day} {moment:%H:%M:%S %Y} +0000"
    who = f"{user.title()} <{user}@lab.example>"
    files = "".join(
        f"{chance.randint(0, 300)}\t{chance.randint(0, 90)}\tsrc/{chance.randint(1, 400)}.py\n"
        for _ in range(2)
    )
    return (
        f"commit {chance.getrandbits(160):040x}\nAuthor:     {who}\nAuthorDate: {stamp}\n"
        f"Commit:     {who}\nCommitDate: {stamp}\n\n    Tune the warmup of run {number}\n\n"
        f"    Refs: lab/trainlib#{number % 900}\n\n{files}\n"
    )
