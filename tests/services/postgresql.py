"""A PostgreSQL 15 cluster of its own."""

import os
import signal
import subprocess
from pathlib import Path

from tests.services.running import Command, Missing, free_port, own, primary_group

PROGRAMS = Path("/usr/lib/postgresql/15/bin")

INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")


def postgresql(folder: Path) -> Command:
    """The server, with its cluster in this folder. Raises Missing."""
    if not (PROGRAMS / "postgres").exists():
        raise Missing("PostgreSQL 15 is not installed: apt-get install postgresql-15")
    user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    own(folder, user)
    cluster = folder / "cluster"
    subprocess.run(
        [str(PROGRAMS / "initdb"), f"--pgdata={cluster}", *INITDB],
        check=True,
        capture_output=True,
        cwd=folder,
        user=user,
        group=None if user is None else primary_group(user),
        extra_groups=None if user is None else [],
    )
    port = free_port()
    options = ["-D", str(cluster), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
    isready = [str(PROGRAMS / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return Command(
        words=[str(PROGRAMS / "postgres"), *options],
        url=f"postgresql://postgres@127.0.0.1:{port}/postgres",
        answers=lambda: subprocess.run(isready, check=False).returncode == 0,
        user=user,
        stop=signal.SIGINT,  # fast shutdown
    )
