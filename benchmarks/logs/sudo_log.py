"""Sudo's events as compact JSON: commands that were run, with their exits, some refused, alerts.

What varies is who ran what as whom, arguments, times to the nanosecond, terminals, directories and
the UUID by which an exit is known. An exit follows its command within a few lines.
"""

import json
import random
from typing import Any
from uuid import UUID

START = 1_767_225_600
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
COMMANDS = ("/usr/bin/scontrol", "/usr/bin/scancel", "/usr/bin/systemctl", "/usr/bin/nvidia-smi")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    chance = random.Random(seed)
    waiting: list[dict[str, Any]] = []  # exits of commands that run
    lines: list[str] = []
    while len(lines) < size:
        if waiting and chance.random() < 0.45:
            event = waiting.pop(chance.randrange(len(waiting)))
            event["exit"]["exit_time"] = _time(chance, len(lines))
        else:
            event = _event(chance, len(lines), waiting)
        lines.append(json.dumps(event, separators=(",", ":")))
    return ("\n".join(lines) + "\n").encode()


def _time(chance: random.Random, number: int) -> dict[str, Any]:
    seconds = START + number * 3
    return {"seconds": seconds, "nanoseconds": chance.randrange(10**9)}


def _event(
    chance: random.Random, number: int, waiting: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    user, host, time = chance.choice(USERS), f"login{chance.randint(1, 4)}", _time(chance, number)
    uuid = str(UUID(int=chance.getrandbits(128), version=4))
    command, job = chance.choice(COMMANDS), chance.randrange(900_000)
    told = {
        "uuid": uuid,
        "server_time": time,
        "submit_time": time,
        "submituser": user,
        "command": command,
        "runuser": chance.choice(("root", "root", "slurm")),
        "runcwd": f"/home/{user}",
        "ttyname": f"/dev/pts/{chance.randrange(40)}",
        "submithost": host,
        "submitcwd": f"/home/{user}/run{chance.randrange(90)}",
        "runuid": 0,
        "columns": chance.randrange(80, 240),
        "lines": chance.randrange(24, 80),
        "runargv": [command.rpartition("/")[2], "update", f"JobId={job}"],
        "runenv": [f"LANG=C.UTF-8 {user}", f"HOME=/home/{user}", "PATH=/usr/bin:/bin", "SHLVL=1"],
    }
    if chance.random() < 0.07:
        return {"reject": told | {"reason": "command not allowed"}}
    if chance.random() < 0.02:
        return {"alert": told | {"reason": "a password is required", "alert_time": time}}
    waiting.append({"exit": {"uuid": uuid, "exit_value": chance.choice((0, 0, 0, 1))}})
    return {"accept": told}
