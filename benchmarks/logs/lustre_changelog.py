"""Changelog of a file system on which training jobs write."""

import random
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("01CREAT", "11CLOSE", "06UNLNK", "02MKDIR", "17MTIME", "14SATTR", "08RENME")
PROGRAMS = ("python3", "cp", "rm", "rsync", "tar")


def generated(size: int, seed: int = 7) -> bytes:
    """So many records."""
    chance = random.Random(seed)
    return ("\n".join(_line(number, chance) for number in range(size)) + "\n").encode()


def _line(number: int, chance: random.Random) -> str:
    moment, kind = START + timedelta(microseconds=number * 17_311), chance.choice(KINDS)
    uid, target = (
        chance.randint(1000, 1400),
        f"[0x2000{chance.randint(1, 99):02x}401:0x{number:x}:0x0]",
    )
    line = (
        f"lustre-MDT0000.{number} {kind} {moment:%H:%M:%S.%f}{number % 1000:03} {moment:%Y.%m.%d} "
        f"0x0 t={target} j={chance.choice(PROGRAMS)}.{uid} ef=0xf u={uid}:{uid} "
        f"nid=10.128.{chance.randint(0, 9)}.{chance.randint(1, 250)}@o2ib"
    )
    name = f"step-{chance.randint(1, 900)}00.safetensors"
    if kind not in ("11CLOSE", "17MTIME", "14SATTR"):
        line += f" p=[0x200000007:0x{chance.randint(1, 9999):x}:0x0] {name}"
    if kind == "08RENME":
        line += f" s={target} sp=[0x200000007:0x1:0x0] {name}.tmp"
    return line
