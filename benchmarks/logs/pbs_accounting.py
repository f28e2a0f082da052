"""Accounting records of PBS: jobs queued, started and ended."""

import random
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
NAMES = ("train-llm", "eval", "tokenise", "sweep")


def generated(size: int, seed: int = 7) -> bytes:
    """So many records."""
    chance = random.Random(seed)
    lines = []
    for number in range(size):
        moment = START + timedelta(seconds=number * 29)
        kind = chance.choice("QSSEED")
        record = _record(4_000_000 + number // 3, kind, int(moment.timestamp()), chance)
        lines.append(f"{moment:%m/%d/%Y %H:%M:%S};{kind};{record}")
    return ("\n".join(lines) + "\n").encode()


def _record(job: int, kind: str, now: int, chance: random.Random) -> str:
    user, node = chance.choice(USERS), f"gpu{chance.randint(1, 60):02}"
    if kind == "Q":
        return f"{job}.pbs1;queue=gpu"
    if kind == "D":
        return f"{job}.pbs1;requestor={user}@login{chance.randint(1, 4)}"
    told = (
        f"user={user} group=vision jobname={chance.choice(NAMES)} queue=gpu ctime={now - 900} "
        f"qtime={now - 900} etime={now - 900} start={now - 60} exec_host={node}/0*64 "
        f"exec_vnode=({node}:ncpus=64:ngpus=8) Resource_List.select=1:ncpus=64:ngpus=8 "
        "Resource_List.walltime=48:00:00"
    )
    if kind == "E":
        hours, minutes = chance.randint(0, 47), chance.randint(0, 59)
        told += (
            f" session={chance.randint(300, 400_000)} end={now} "
            f"Exit_status={chance.choice((0, 0, 1, 271))} "
            f"resources_used.cput={hours:02}:{minutes:02}:07 "
            f"resources_used.mem={chance.randint(1, 99_999_999)}kb "
            f"resources_used.walltime={hours:02}:{minutes:02}:11"
        )
    return f"{job}.pbs1;{told}"
