"""A Redis server that keeps nothing."""

import shutil
from pathlib import Path

from tests.services.running import Command, Missing, free_port, listens


def redis(folder: Path) -> Command:
    """The server, in this folder. Raises Missing."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("Redis is not installed: apt-get install redis-server")
    port = free_port()
    options = {"port": port, "bind": "127.0.0.1", "dir": folder, "appendonly": "no"}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return Command(
        words=[program, *words, "--save", ""],
        url=f"redis://127.0.0.1:{port}/0",
        answers=lambda: listens(port),
    )
