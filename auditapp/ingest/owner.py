"""Names a process so that others on the same machine can tell whether it still lives."""

import os
import socket
import uuid
from functools import cache
from pathlib import Path


def name() -> str:
    """machine:pid:start:once, new with each call. `start` is in ticks since the machine's."""
    process = os.getpid()
    return f"{_machine()}:{process}:{_start(process)}:{uuid.uuid4().hex[:8]}"


def died(owner: str) -> bool:
    """Whether that process is known to be gone: it ran here and no longer does."""
    machine, _, rest = owner.partition(":")
    process, _, rest = rest.partition(":")
    start = rest.partition(":")[0]
    return machine == _machine() and process.isdigit() and _start(int(process)) != start


@cache
def _machine() -> str:
    """Host and boot and process namespace: a container shares its number space with nobody."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{socket.gethostname()}/{boot}/{Path('/proc/self/ns/pid').readlink().name[5:-1]}"


def _start(process: int) -> str | None:
    """When a process was started; None where there is none, or only what is left of it."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]
