"""Acts on files as Storage Scale's file audit logging writes them, all numbers as texts."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import PEOPLE, address, checkpoint, moment, person

EVENTS = ("OPEN", "OPEN", "CLOSE", "CLOSE", "CREATE", "UNLINK", "RENAME", "XATTRCHANGE")
FLAGS = ("32768", "32768", "33025", "33281", "32770")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_act, size, seed)


def _act(number: int, chance: random.Random) -> dict[str, Any]:
    event, path = chance.choice(EVENTS), f"/gpfs/fs0/ckpt/{checkpoint(chance)}"
    owner, who = PEOPLE.index(person(chance)), PEOPLE.index(person(chance))
    over_nfs = chance.random() < 0.2
    return {
        "LWE_JSON": "0.0.4",
        "path": path,
        "oldPath": f"{path}.tmp" if event == "RENAME" else None,
        "clusterName": "gpfs.lab.example",
        "nodeName": f"gpu{chance.randrange(64):02d}",
        "nfsClientIp": address(chance) if over_nfs else "",
        "fsName": "fs0",
        "event": event,
        "inode": str(chance.randrange(1, 1 << 31)),
        "linkCount": "1",
        "openFlags": chance.choice(FLAGS) if event in ("OPEN", "CLOSE") else "0",
        "poolName": "system",
        "fileSize": str(chance.randrange(1 << 34)),
        "ownerUserId": str(1003 + owner),
        "ownerGroupId": str(1003 + owner),
        "eventTime": f"{moment(number):%Y-%m-%d_%H:%M:%S}-0700",
        "clientUserId": "0" if chance.random() < 0.05 else str(1003 + who),
        "clientGroupId": str(1003 + who),
        "processId": str(chance.randrange(300, 4_000_000)),
        "permissions": "200100644",
        "acls": None,
        "xattrs": None,
        "subEvent": "NONE",
    }
