"""Teleport's audit log: mostly what sessions run, touch and connect to; sign-ins; some rights.

A recorded session tells of every command, file and connection on the node, so that these are most
lines of the log of a site that records. Names, paths and words are ever others; which fields an
event has depends on its kind, and for some kinds on what there was to tell.
"""

import random
from collections.abc import Callable
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import person

CODES = {
    "session.command": "T4000I",
    "session.disk": "T4001I",
    "session.network": "T4002I",
    "user.login": "T1000I",
    "cert.create": "TC000I",
    "session.start": "T2000I",
    "session.end": "T2004I",
    "exec": "T3002I",
    "sftp": "TS011I",
    "kube.request": "T3009I",
    "db.session.query": "TDB02I",
    "access_request.create": "T5000I",
}
PROGRAMS = ("bash", "python3", "git", "ls", "cat", "nvidia-smi", "squeue", "rsync", "tar", "vim")
FOLDERS = ("/shared/ckpt", "/data/corpus", "/home", "/scratch/runs", "/etc", "/tmp")
PODS = ("pods", "pods", "deployments", "secrets")
Told = Callable[[random.Random], dict[str, Any]]


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_event, size, seed)


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    name = chance.choices(list(KINDS), [share for share, _ in KINDS.values()])[0]
    seconds, fraction = divmod(number * 41, 1000)
    event = {
        "cluster_name": "lab.example",
        "code": CODES[name],
        "ei": number % 977,
        "event": name,
        "time": f"2026-01-{1 + seconds // 86_400:02d}T{seconds // 3600 % 24:02d}:"
        f"{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:03d}Z",
        "uid": _identity(chance),
        "user": f"{person(chance)}@lab.example",
        **KINDS[name][1](chance),
    }
    return dict(sorted(event.items()))  # as Teleport writes them


def _identity(chance: random.Random) -> str:
    text = f"{chance.getrandbits(128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _in_session(chance: random.Random) -> dict[str, Any]:
    return {
        "login": "root" if chance.random() < 0.1 else person(chance),
        "namespace": "default",
        "server_hostname": f"gpu{chance.randrange(400):03d}",
        "server_id": "de3800ea-69d9-4d72-a108-97e57f8eb393",
        "sid": _identity(chance),
    }


def _process(chance: random.Random) -> dict[str, Any]:
    return _in_session(chance) | {
        "cgroup_id": 4_294_968_064 + chance.randrange(4096),
        "pid": chance.randrange(2, 4_194_304),
        "ppid": chance.randrange(1, 4_194_304),
        "program": chance.choice(PROGRAMS),
    }


def _path(chance: random.Random) -> str:
    return f"{chance.choice(FOLDERS)}/{person(chance)}/step-{chance.randrange(100_000)}.pt"


def _command(chance: random.Random) -> dict[str, Any]:
    # Commands have ever other numbers of words, which is a form of its own each.
    words = [_path(chance) if at % 2 else f"--opt{at}" for at in range(_few(chance))]
    failed = chance.random() < 0.06
    told = {"argv": words, "path": f"/usr/bin/{chance.choice(PROGRAMS)}"}
    return _process(chance) | told | {"return_code": chance.choice((1, 2, 127)) if failed else 0}


def _few(chance: random.Random) -> int:
    return min(12, int(chance.expovariate(0.5)))


def _disk(chance: random.Random) -> dict[str, Any]:
    flags = chance.choice((0, 0, 0, 524_288, 577, 1_089))
    return _process(chance) | {"flags": flags, "path": _path(chance), "return_code": 3}


def _network(chance: random.Random) -> dict[str, Any]:
    return _process(chance) | {
        "action": 1,
        "dst_addr": _address(chance),
        "dst_port": chance.choice((443, 443, 80, 22, 8000)),
        "src_addr": _address(chance),
        "version": 4,
    }


def _address(chance: random.Random) -> str:
    return f"10.{chance.randrange(40)}.{chance.randrange(250)}.{chance.randrange(1, 250)}"


def _remote(chance: random.Random) -> dict[str, Any]:
    return {"addr.remote": f"{_address(chance)}:{chance.randrange(32_768, 61_000)}"}


def _login(chance: random.Random) -> dict[str, Any]:
    told = _remote(chance) | {"method": "oidc", "success": True, "user_agent": "tsh/17.1.0"}
    if chance.random() < 0.05:
        return told | {"code": "T1000W", "error": "access denied", "success": False}
    return told


def _certificate(chance: random.Random) -> dict[str, Any]:
    identity = {"user": f"{person(chance)}@lab.example", "logins": [person(chance), "root"]}
    return {"cert_type": "user", "identity": identity, "user_kind": 1}


def _start(chance: random.Random) -> dict[str, Any]:
    told = {"addr.local": "10.0.4.3:3022", "proto": "ssh", "size": "80:25", "user_kind": 1}
    return _in_session(chance) | _remote(chance) | told


def _end(chance: random.Random) -> dict[str, Any]:
    told = {
        "enhanced_recording": True,
        "interactive": chance.random() < 0.8,
        "participants": [f"{person(chance)}@lab.example"],
        "session_start": "2026-01-01T08:01:00Z",
        "session_stop": "2026-01-01T08:14:00Z",
    }
    return _in_session(chance) | told


def _exec(chance: random.Random) -> dict[str, Any]:
    told = {"command": f"scp -t {_path(chance)}", "exitCode": "0", "proto": "ssh"}
    return _in_session(chance) | _remote(chance) | told


def _sftp(chance: random.Random) -> dict[str, Any]:
    told = {"action": chance.choice((1, 2, 7, 11)), "path": _path(chance)}
    told["working_directory"] = f"/home/{person(chance)}"
    return _in_session(chance) | _remote(chance) | told


def _cluster(chance: random.Random) -> dict[str, Any]:
    kind, pod = chance.choice(PODS), f"tune-{chance.randrange(5000)}"
    return _remote(chance) | {
        "kubernetes_cluster": "train-a",
        "kubernetes_groups": ["system:masters"],
        "kubernetes_users": [person(chance)],
        "login": person(chance),
        "namespace": "default",
        "proto": "kube",
        "request_path": f"/api/v1/namespaces/training/{kind}/{pod}",
        "resource_kind": kind,
        "resource_name": pod,
        "resource_namespace": "training",
        "response_code": chance.choice((200, 200, 200, 201, 403, 404)),
        "verb": chance.choice(("GET", "GET", "LIST", "DELETE", "PATCH")),
    }


def _query(chance: random.Random) -> dict[str, Any]:
    return {
        "db_name": "runs",
        "db_protocol": "postgres",
        "db_query": f"select * from runs where id = {chance.randrange(1_000_000)}",
        "db_service": "tracker",
        "db_user": person(chance),
        "sid": _identity(chance),
        "success": True,
    }


def _request(chance: random.Random) -> dict[str, Any]:
    told = {"reason": f"drain gpu{chance.randrange(400):03d}", "roles": ["node-admin"]}
    return told | {"id": _identity(chance), "state": "PENDING"}


KINDS: dict[str, tuple[float, Told]] = {  # how frequent, and what is told
    "session.command": (0.36, _command),
    "session.disk": (0.24, _disk),
    "session.network": (0.12, _network),
    "user.login": (0.04, _login),
    "cert.create": (0.06, _certificate),
    "session.start": (0.03, _start),
    "session.end": (0.03, _end),
    "exec": (0.02, _exec),
    "sftp": (0.03, _sftp),
    "kube.request": (0.05, _cluster),
    "db.session.query": (0.015, _query),
    "access_request.create": (0.005, _request),
}
