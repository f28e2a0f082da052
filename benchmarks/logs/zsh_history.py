"""Years of a researcher's zsh history in the extended form."""

from benchmarks.logs.bash_history import commands


def generated(size: int, seed: int = 7) -> bytes:
    """So many lines."""
    return "".join(f": {time}:0;{command}\n" for time, command in commands(size, seed)).encode()
