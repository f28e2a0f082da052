"""Years of a researcher's fish history."""

from benchmarks.logs.bash_history import commands


def generated(size: int, seed: int = 7) -> bytes:
    """So many lines, two for each command."""
    told = commands(size // 2, seed)
    return "".join(f"- cmd: {command}\n  when: {time}\n" for time, command in told).encode()
