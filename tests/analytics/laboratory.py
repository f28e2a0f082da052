"""A small laboratory for tests: alice is quiet, mallory is not, the others own what she touches."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from analytics.fields import SCHEMA
from analytics.identity import read_people
from analytics.resources import read_resources
from analytics.site import Site
from analytics.store import open_store

DAY = datetime(2026, 3, 10, tzinfo=UTC)
DIRECTORY = read_people(
    "person,name,team,role,manager,start,end,accounts\n"
    "alice,Alice,vision,researcher,,,,"
    "unix:alice;uid:1001;github:alice-lab;slurm:alice;hf:alice;git:alice@lab.example\n"
    "mallory,Mallory,vision,researcher,,,,"
    "unix:mallory;uid:1002;github:mal;github:mal-two;slurm:mallory;hf:mal\n"
    "bob,Bob,language,researcher,,,,unix:bob;uid:1003;github:bob-lab;slurm:bob;hf:bob\n"
    "carol,Carol,language,researcher,,,,unix:carol;uid:1004;github:carol;slurm:carol\n"
    "olga,Olga,infra,cluster administrator,,,,unix:olga;uid:1005;github:olga;slurm:olga\n"
)
RESOURCES = read_resources(
    "kind,pattern,owner,criticality\n"
    "path,/shared/ckpt/vision/*,team:vision,high\n"
    "path,/shared/ckpt/language/*,team:language,extreme\n"
    "path,/scratch/bob/*,unix:bob,low\n"
    "repository,lab/trainlib,team:infra,extreme\n"
)
SITE = Site(directory=DIRECTORY, resources=RESOURCES)
_folder = TemporaryDirectory(prefix="foureyes-laboratory-")
EMPTY = open_store(Path(_folder.name).as_uri())  # a store in which nothing ever happened
_serial = count()


def event(at: float = 12.0, **values: Any) -> dict[str, Any]:
    """An event of `DAY` at an hour; keywords name fields with __ for dots."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    time = DAY + timedelta(hours=at)
    return {"@timestamp": time, "event.id": f"e{next(_serial):05}", **named}


def table(*rows: dict[str, Any]) -> pa.Table:
    """Events as a table with all columns."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def cancelled(by: str, owner: str, job: str, at: float = 12.0) -> dict[str, Any]:
    """A job of slurm user `owner` that an account cancelled."""
    return event(
        at,
        event__action="job-cancelled",
        event__module="scheduler",
        actor__account=by,
        owner__account=f"slurm:{owner}",
        job__id=job,
    )


def written(by: str, path: str, owner: str | None = None, at: float = 12.0) -> dict[str, Any]:
    """A file that a unix user changed."""
    return event(
        at,
        event__category="file",
        event__type="change",
        event__module="shell",
        actor__account=f"unix:{by}",
        owner__account=owner,
        file__path=path,
    )


def command(by: str, line: str, at: float = 12.0, **more: Any) -> dict[str, Any]:
    """A command that a unix user ran."""
    return event(
        at,
        event__category="process",
        event__type="start",
        event__module="shell",
        actor__account=f"unix:{by}",
        process__command_line=line,
        process__name=line.split(maxsplit=1)[0],
        **more,
    )


def push(by: str, **more: Any) -> dict[str, Any]:
    """A push to the protected main branch of lab/trainlib, unless told otherwise."""
    usual = {
        "git__repository": "lab/trainlib",
        "git__branch": "main",
        "git__protected": True,
        "git__commit": "c1",
    }
    return event(
        event__action="push",
        event__module="git",
        actor__account=f"github:{by}",
        **{**usual, **more},
    )
