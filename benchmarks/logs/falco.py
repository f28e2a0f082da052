"""Alerts of Falco on GPU nodes, with the fields and the long sentences of its own rules."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.json_lines import json_lines

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
RULES = (  # rule, priority, call, its flags, tags
    ("Write below etc", "Error", "openat", "O_WRONLY|O_CREAT|FD_UPPER_LAYER", ("T1098", "host")),
    ("Read sensitive file untrusted", "Warning", "openat", "O_RDONLY", ("T1555", "filesystem")),
    ("Terminal shell in container", "Notice", "execve", "EXE_WRITABLE", ("T1059", "container")),
    ("Drop and execute new binary", "Critical", "execve", "EXE_WRITABLE", ("TA0003", "process")),
    ("Contact cloud metadata service", "Notice", "connect", "", ("T1565", "network")),
)
PROGRAMS = ("bash", "python3.11", "vim", "tar", "rsync", "curl")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_alert, size, seed)


def _alert(number: int, chance: random.Random) -> dict[str, Any]:
    moment = START + timedelta(microseconds=number * 731_129)
    rule, priority, call, flags, tags = chance.choice(RULES)
    nano = chance.randrange(1000)
    fields = _fields(chance, call) | {"evt.type": call}
    fields["evt.time"] = int(moment.timestamp()) * 10**9 + moment.microsecond * 1000 + nano
    if flags:
        fields["evt.arg.flags"] = flags
    told = " ".join(f"{name.replace('.', '_')}={value}" for name, value in fields.items())
    clock = f"{moment:%H:%M:%S.%f}{nano:03}"
    return {
        "hostname": f"gpu{chance.randint(1, 40):02}",
        "output": f"{clock}: {priority} {rule} | {told}",
        "output_fields": fields,
        "priority": priority,
        "rule": rule,
        "source": "syscall",
        "tags": list(tags),
        "time": f"{moment:%Y-%m-%dT%H:%M:%S.%f}{nano:03}Z",
    }


def _fields(chance: random.Random, call: str) -> dict[str, Any]:
    user, program, pid = chance.randrange(len(USERS)), chance.choice(PROGRAMS), chance.randrange
    home = f"/home/{USERS[user]}/run{chance.randrange(9_000)}"
    fields: dict[str, Any] = {
        "container.id": f"{chance.getrandbits(48):012x}" if chance.random() < 0.5 else "host",
        "container.image.repository": "registry.lab.example/trainer",
        "container.name": f"tune-{chance.randrange(400)}",
        "proc.cmdline": f"{program} {home}/step_{chance.randrange(90_000)}.py --seed {pid(999)}",
        "proc.exepath": f"/usr/bin/{program}",
        "proc.name": program,
        "proc.pid": 1_000 + pid(400_000),
        "proc.ppid": 1_000 + pid(400_000),
        "proc.pcmdline": f"bash {home}/start.sh",
        "proc.pname": "bash",
        "proc.tty": 34_816 + pid(64),
        "user.loginname": USERS[user],
        "user.loginuid": 1_000 + user,
        "user.name": "root",
        "user.uid": 0,
    }
    if call == "connect":
        there = f"10.{pid(8)}.{pid(256)}.{pid(256)}:{pid(60_000)}->169.254.169.254:80"
        return fields | {"fd.name": there}
    return fields | {"fd.name": f"{home}/.ssh/key{pid(99)}"} if call == "openat" else fields
