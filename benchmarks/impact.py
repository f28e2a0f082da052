"""What it costs to ask what an act reached: python -m benchmarks.impact [--events N] [--jobs N]

Makes a month of a busy cluster in a lake in memory of the machine's own folder, and prints CPU
seconds of a question about a shared library, which reaches thousands of jobs, and of one about a
person. No logs are parsed: parsing has benchmarks of its own.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.fields import SCHEMA
from analytics.governance.impact import Asked, impact_of
from analytics.identity import read_people
from analytics.site import Site
from analytics.store import open_store

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
PEOPLE, NODES, PROJECTS, DAYS = 500, 200, 100, 30
AT_ONCE = 100_000


def main() -> None:
    """Prints a line a question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=100_000)
    options = parser.parse_args()
    names = [f"u{number:03}" for number in range(PEOPLE)]
    people = "person,name,team,role,manager,start,end,accounts\n" + "".join(
        f"{who},{who},t,researcher,,,,unix:{who};slurm:{who}\n" for who in names
    )
    site, until = Site(directory=read_people(people)), BEGIN + timedelta(days=DAYS)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store((Path(folder) / "lake").as_uri())
        for rows in _events(options.events, options.jobs, names):
            store.append(pa.Table.from_pylist(rows, schema=SCHEMA))
        store.maintain()
        for what in ({"path": "/shared/p07/lib"}, {"person": "u007"}):
            began = time.process_time()
            asked = Asked(since=BEGIN + timedelta(days=20), until=until, as_of=until, **what)
            found = impact_of(asked, site, store)
            spent = time.process_time() - began
            print(f"{what}: {len(found.things):,} things, {spent:.1f} s of CPU")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def _events(size: int, jobs: int, names: list[str]) -> Iterator[list[dict[str, Any]]]:
    chance, rows = np.random.default_rng(7), list[dict[str, Any]]()
    for number in range(size):
        who = names[int(chance.integers(PEOPLE))]
        project, node = int(chance.integers(PROJECTS)), f"n{int(chance.integers(NODES)):03}"
        moment = BEGIN + timedelta(seconds=float(chance.random() * DAYS * 86_400))
        common = {"@timestamp": moment, "event.id": f"e{number}", "event.outcome": "success"}
        if number < jobs:
            rows.append(common | _job(number, who, project, node, moment))
        elif number % 3 == 0:
            rows.append(common | _file(number, who, project, node))
        elif number % 31 == 0:
            rows.append(common | _record(number, jobs, project))
        else:
            rows.append(common | _command(number, who, project, node))
        if len(rows) == AT_ONCE:
            yield rows
            rows = []
    yield rows


def _job(number: int, who: str, project: int, node: str, ended: datetime) -> dict[str, Any]:
    began = int(ended.timestamp()) - 7200
    return {
        "event.module": "scheduler",
        "event.action": "job-completed",
        "event.category": "process",
        "actor.account": f"slurm:{who}",
        "job.id": str(number),
        "job.owner": f"slurm:{who}",
        "job.state": "COMPLETED",
        "job.nodes": [node],
        "process.command_line": f"sbatch /shared/p{project:02}/train.py --seed {number}",
        "process.working_directory": f"/home/{who}/p{project:02}",
        "labels": [("began", str(began)), ("run", f"c/{number}/{began}")],
    }


def _file(number: int, who: str, project: int, node: str) -> dict[str, Any]:
    made = number % 2
    return {
        "event.module": "shell",
        "event.action": "wrote-file" if made else "opened-file",
        "event.category": "file",
        "event.type": "change" if made else "access",
        "actor.account": f"unix:{who}",
        "host.name": node,
        "file.path": f"/shared/p{project:02}/{'lib' if number % 5 else 'out'}/f{number % 4000}.py",
    }


def _record(number: int, jobs: int, project: int) -> dict[str, Any]:
    return {
        "event.module": "artifact",
        "event.action": "checkpoint-recorded",
        "event.category": "file",
        "event.type": "info",
        "job.id": str(number % jobs),
        "file.path": f"/shared/p{project:02}/ckpt/step-{number}/model.pt",
        "file.hash.sha256": f"{number:064x}",
    }


def _command(number: int, who: str, project: int, node: str) -> dict[str, Any]:
    return {
        "event.module": "shell",
        "event.action": "executed",
        "event.category": "process",
        "actor.account": f"unix:{who}",
        "host.name": node,
        "process.command_line": f"python /shared/p{project:02}/t{number % 900}.py -n {number}",
    }


if __name__ == "__main__":
    main()
