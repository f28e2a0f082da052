"""A mirror's access log, as nginx writes it."""

from benchmarks.mirror import written

LINE = (
    '{it.client} - {it.user} [{at}] "{it.verb} {it.path} HTTP/1.1" {it.status} {it.size}'
    ' "-" "{it.agent}"'
)


def generated(size: int, seed: int = 7) -> bytes:
    """So many requests."""
    return written(LINE, size, seed)
