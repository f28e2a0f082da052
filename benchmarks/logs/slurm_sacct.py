"""A year of `sacct -P` with 25 columns: jobs, and the steps of those that ran."""

import random
from datetime import UTC, datetime, timedelta

START = datetime(2025, 11, 1, tzinfo=UTC)
HEADER = (
    "JobID|JobIDRaw|JobName|User|UID|Account|Partition|QOS|State|ExitCode|Submit|Eligible|Start"
    "|End|Elapsed|Timelimit|NNodes|NCPUS|ReqTRES|AllocTRES|NodeList|WorkDir|SubmitLine|Cluster"
    "|MaxRSS"
)
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
NAMES = ("train-llm", "eval", "tokenise", "sweep", "export", "interactive", "sft-7b")
STATES = ("COMPLETED", "COMPLETED", "COMPLETED", "FAILED", "TIMEOUT", "CANCELLED by {uid}")


def generated(size: int, seed: int = 7) -> bytes:
    """So many rows below a header."""
    chance = random.Random(seed)
    rows, job = [HEADER], 4_000_000
    while len(rows) <= size:
        job += chance.randint(1, 4)
        rows.extend(_job(job, chance))
    return ("\n".join(rows[: size + 1]) + "\n").encode()


def _job(job: int, chance: random.Random) -> list[str]:
    place = chance.randrange(len(USERS))
    user, uid, name = USERS[place], str(1000 + place), chance.choice(NAMES)
    submit = START + timedelta(seconds=(job - 4_000_000) * 67)
    start = submit + timedelta(seconds=chance.randint(1, 9_000))
    took = chance.randint(1, 170_000)
    state = chance.choice(STATES).format(uid=chance.choice((uid, "0")))
    gpus, nodes, first = 8, chance.randint(1, 4), chance.randint(1, 60)
    node_list = f"gpu[{first:02}-{first + nodes - 1:02}]" if nodes > 1 else f"gpu{first:02}"
    shown = chance.choice((str(job), str(job), f"{job - 9}_{job % 9}"))
    tres = f"billing={64 * nodes},cpu={64 * nodes},gres/gpu={gpus * nodes},mem=500G,node={nodes}"
    when = [f"{time:%Y-%m-%dT%H:%M:%S}" for time in (submit, submit, start)]
    when.append(f"{start + timedelta(seconds=took):%Y-%m-%dT%H:%M:%S}")
    elapsed = f"{took // 86_400}-{took // 3_600 % 24:02}:{took // 60 % 60:02}:{took % 60:02}"
    about = [user, uid, chance.choice(("vision", "language")), "gpu", "normal", state]
    work = [f"/home/{user}/train", f"sbatch --gres=gpu:8 --job-name={name} train.sh {job}"]
    size = [str(nodes), str(64 * nodes)]
    code = "0:0" if state == "COMPLETED" else "1:0"
    whole = [shown, str(job), name, *about, code, *when, elapsed, "2-00:00:00", *size]
    rows = [[*whole, tres, tres, node_list, *work, "lab1", ""]]
    for step in ("batch", "extern", "0")[: chance.randint(0, 3)]:
        own = ["", "", about[2], "", "", state.split()[0], code]
        memory = f"{chance.randint(1, 400_000_000)}K"
        row = [f"{shown}.{step}", f"{job}.{step}", step, *own, *when, elapsed, "", *size]
        rows.append([*row, "", tres, node_list, "", "", "lab1", memory])
    return ["|".join(row) for row in rows]
