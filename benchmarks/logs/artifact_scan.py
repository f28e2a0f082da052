"""Verdicts of our own scans of model files, one in twenty of which is bad."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import PEOPLE, checkpoint, digest, moment, person

IMPORTS = ("collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch.FloatStorage")
CALLS = ("posix.system", "builtins.exec", "subprocess.Popen", "webbrowser.open")


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_verdict, size, seed)


def _verdict(number: int, chance: random.Random) -> dict[str, Any]:
    who, revision, blob = person(chance), digest(chance), digest(chance, 64)
    repo = f"{who}/model-{chance.randrange(900)}"
    at = f"/shared/hub/models--{repo.replace('/', '--')}"
    path, bad = checkpoint(chance), chance.random() < 0.05
    line = {
        "scanner": "foureyes 1, picklescan 1.0.5",
        "scanned": moment(number).isoformat(timespec="microseconds"),
        "host": f"gpu{chance.randrange(64):02d}",
        "realm": "site",
        "file": f"{at}/snapshots/{revision}/{path}",
        "blob": f"{at}/blobs/{blob}",
        "sha256": blob,
        "size": chance.randrange(1000, 1 << 34),
        "modified": moment(number - 90_000).isoformat(timespec="seconds"),
        "uid": 1003 + PEOPLE.index(who),
        "owner": who,
        "repo": repo,
        "kind": "model",
        "revision": revision,
        "refs": ["main"],
        "path": path,
        "format": "pickle" if bad else "safetensors",
        "verdict": "malicious" if bad else "clean",
        "findings": [],
        "imports": [],
        "templates": [],
    }
    if bad:
        call = chance.choice(CALLS)
        said = f"{call} in archive-{chance.randrange(40)}/data.pkl"
        finding = {"name": "dangerous_import", "verdict": "malicious", "detail": said}
        line |= {"findings": [finding], "imports": [*IMPORTS[: chance.randrange(1, 4)], call]}
    return line
