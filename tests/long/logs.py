"""Large logs, written as they would lie on a host, with no more in memory than a line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 20
PROGRAMS = ("python", "ls", "git", "squeue", "vim", "cat", "nvidia-smi", "tail")


def _moments(events: int) -> list[datetime]:
    step = timedelta(days=DAYS) / events
    return [BEGIN + n * step for n in range(events)]


def write_auditd(path: Path, events: int) -> None:
    """Commands of forty accounts over twenty days: SYSCALL, EXECVE and PROCTITLE of each."""
    with path.open("w") as log:
        for n, moment in enumerate(_moments(events)):
            name, uid = PROGRAMS[n * 7 % len(PROGRAMS)], 1000 + n * 13 % 40
            stamp = f"audit({moment.timestamp():.3f}:{n + 1})"
            title = f"{name}\0run{n % 977}.py".encode().hex().upper()
            log.write(
                f"type=SYSCALL msg={stamp}: arch=c000003e syscall=59 success=yes exit=0 items=1 "
                f"ppid={n % 30_000 + 2} pid={n % 30_000 + 3} auid={uid} uid={uid} gid={uid} "
                f"euid={uid} suid={uid} fsuid={uid} egid={uid} sgid={uid} fsgid={uid} tty=pts0 "
                f'ses=4 comm="{name}" exe="/usr/bin/{name}" key="exec"\n'
                f'type=EXECVE msg={stamp}: argc=2 a0="{name}" a1="run{n % 977}.py"\n'
                f"type=PROCTITLE msg={stamp}: proctitle={title}\n"
            )


def write_json_lines(path: Path, events: int) -> None:
    """The like as JSON lines in the Elastic Common Schema, from another host."""
    with path.open("w") as log:
        for n, moment in enumerate(_moments(events)):
            name = PROGRAMS[n * 3 % len(PROGRAMS)]
            document = {
                "@timestamp": moment.isoformat(timespec="milliseconds"),
                "ecs": {"version": "8.17"},
                "event": {"kind": "event", "category": ["process"], "type": ["start"]},
                "host": {"name": "gpu04"},
                "user": {"name": f"user{n * 13 % 40}"},
                "process": {
                    "executable": f"/usr/bin/{name}",
                    "command_line": f"{name} run{n % 977}.py --step {n}",
                    "pid": n % 30_000 + 3,
                },
            }
            log.write(json.dumps(document) + "\n")
