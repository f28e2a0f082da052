"""Reports of DCGM on the health of many hosts' GPUs, nearly all of which are healthy."""

import random
from typing import Any

from benchmarks.json_lines import json_lines
from benchmarks.lab import moment

FAULTS = (
    ("Memory system", "An uncorrectable ECC error was detected"),
    ("NVLink", "NVLink link 3 is down"),
    ("Thermal", "Clocks are reduced for heat"),
)


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    return json_lines(_report, size, seed)


def _report(number: int, chance: random.Random) -> dict[str, Any]:
    body: dict[str, Any] = {"Overall Health": {"value": "Healthy"}}
    if chance.random() < 0.005:
        what, said = chance.choice(FAULTS)
        gpu = {"value": "Failure", "children": {what: {"value": said}}}
        body = {
            "Overall Health": {"value": chance.choice(("Failure", "Warning"))},
            "GPU": {"children": {str(chance.randrange(8)): gpu}},
        }
    return {
        "time": f"{moment(number):%Y-%m-%dT%H:%M:%S}Z",
        "host": f"gpu{chance.randrange(2000):04d}.lab.example",
        "dcgmi": {"header": ["Health Monitor Report"], "body": body},
    }
