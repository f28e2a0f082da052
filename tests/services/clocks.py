"""Clocks that are wrong, for one process and its children."""

import shutil
import subprocess
from pathlib import Path

from tests.services.running import Missing

SOURCE = Path(__file__).with_name("clock.c")


def wrong_clock(folder: Path) -> Path:
    """The library that makes a clock wrong, made in that folder. Raises Missing."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise Missing("clocks are set wrong by a library that cc makes: apt-get install gcc")
    library = folder / "clock.so"
    make = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    done = subprocess.run(make, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"{SOURCE.name} cannot be compiled: {done.stderr[-300:]}")
    return library


def wrong(library: Path, seconds: int) -> dict[str, str]:
    """The environment of a process whose clock is so much ahead, or behind where it is below 0."""
    return {"LD_PRELOAD": str(library), "WRONG_BY": str(seconds)}
