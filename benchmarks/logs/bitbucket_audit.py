"""Bitbucket Data Center's audit file: permissions, repositories, pull requests, tokens, sign-ins.

What varies is who did what to which repository and person, from where, numbers, and times to the
nanosecond; acts and their keys are those of some dozen kinds.
"""

import random
from typing import Any

from benchmarks.forges import PEOPLE, REPOSITORIES, branch
from benchmarks.json_lines import json_lines

START = 1_767_225_600
KINDS = (  # area, category, action, key
    ("PERMISSIONS", "Permissions", "Repository permission granted", "repositorypermissiongranted"),
    ("PERMISSIONS", "Permissions", "Repository permission revoked", "repositorypermissionrevoked"),
    ("LOCAL_CONFIG_AND_ADMINISTRATION", "Repositories", "Repository created", "repositorycreated"),
    ("LOCAL_CONFIG_AND_ADMINISTRATION", "Repositories", "Branch restriction", "restrictioncreated"),
    ("END_USER_ACTIVITY", "Pull requests", "Pull request merged", "pullrequestmerged"),
    ("END_USER_ACTIVITY", "Pull requests", "Pull request opened", "pullrequestopened"),
    ("END_USER_ACTIVITY", "Repositories", "Repository clone", "repositoryclone"),
    ("SECURITY", "Authentication", "User login failed", "authenticationfailure"),
    ("SECURITY", "Authentication", "User login success", "authenticationsuccess"),
    ("SECURITY", "Personal access tokens", "Personal access token created", "accesstokencreated"),
)
PREFIX = "bitbucket.service"


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_record, size, seed)


def _record(number: int, chance: random.Random) -> dict[str, Any]:
    area, category, action, key = chance.choice(KINDS)
    who, other, name = (chance.randrange(len(group)) for group in (PEOPLE, PEOPLE, REPOSITORIES))
    repository = {"id": str(40 + name), "name": REPOSITORIES[name], "type": "REPOSITORY"}
    touched = [{"id": "12", "name": "TRAIN", "type": "PROJECT"}, repository]
    if area == "PERMISSIONS":
        touched.append({"id": str(other), "name": PEOPLE[other], "type": "USER"})
    if area == "SECURITY":
        touched = [{"id": str(who), "name": PEOPLE[who], "type": "USER"}]
    about = [("Permission", "REPO_WRITE"), ("Branch", branch(chance)), ("Source", "web")]
    address = f"10.4.{chance.randrange(8)}.{chance.randrange(256)}"
    return {
        "affectedObjects": touched,
        "auditType": {
            "action": action,
            "actionI18nKey": f"{PREFIX}.user.audit.action.{key}",
            "area": area,
            "category": category,
            "categoryI18nKey": f"{PREFIX}.audit.category.{category.lower().replace(' ', '')}",
            "level": "BASE",
        },
        "author": {"id": str(who), "name": PEOPLE[who], "type": "NORMAL"},
        "changedValues": [
            {"key": "Permission", "i18nKey": f"{PREFIX}.permission", "from": "", "to": "REPO_WRITE"}
        ]
        * (area == "PERMISSIONS"),
        "extraAttributes": [
            {"name": told, "nameI18nKey": f"{PREFIX}.{told.lower()}", "value": value}
            for told, value in about[: chance.randrange(1, 4)]
        ],
        "method": chance.choice(("Browser", "REST", "SSH")),
        "node": f"{chance.getrandbits(32):08x}",
        "source": f"{address},10.4.0.1" if chance.random() < 0.5 else address,
        "system": "https://bitbucket.lab.example",
        "timestamp": {
            "epochSecond": START + number * 7,
            "nano": chance.randrange(1000) * 1_000_000,
        },
        "version": "1.0",
    }
