"""Audit events as GitLab streams them: mostly clones and pushes, some of settings and rights."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import PEOPLE, PROJECTS, address, full_name, moment, person

CHANGES = (
    ("protected_branch_removed", "ProtectedBranch", "Unprotected branch"),
    ("member_created", "User", "Added user as developer"),
    ("project_access_token_created", "User", "Created project access token"),
    ("deploy_key_added", "DeployKey", "Added deploy key"),
)


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_event, size, seed)


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    who, project, ip = person(chance), chance.choice(PROJECTS), address(chance)
    target = PROJECTS.index(project) + 11
    details: dict[str, Any] = {
        "author_name": full_name(who),
        "author_class": "User",
        "target_id": target,
        "target_type": "Project",
        "target_details": project.partition("/")[2],
        "ip_address": ip,
        "entity_path": project,
        "custom_message": {
            "protocol": chance.choice(("ssh", "http")),
            "action": chance.choice(("git-upload-pack", "git-upload-pack", "git-receive-pack")),
        },
    }
    kind = "repository_git_operation"
    if chance.random() < 0.15:
        kind, of, said = chance.choice(CHANGES)
        about = f"release-{chance.randrange(90)}" if "branch" in kind else full_name(person(chance))
        details |= {"target_type": of, "target_details": about, "custom_message": said}
        details["target_id"] = chance.randrange(1, 4000)
    return {
        "id": f"{chance.getrandbits(32):08x}-91c2-4a7e-b1d0-{chance.getrandbits(48):012x}",
        "author_id": PEOPLE.index(who) + 51,
        "entity_id": target,
        "entity_type": "Project",
        "details": details,
        "ip_address": ip,
        "author_name": details["author_name"],
        "entity_path": project,
        "target_details": details["target_details"],
        "created_at": f"{moment(number).isoformat(timespec='milliseconds')[:23]}Z",
        "target_type": details["target_type"],
        "target_id": details["target_id"],
        "event_type": kind,
    }
