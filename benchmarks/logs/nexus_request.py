"""The request log of a Nexus that proxies the Hub."""

from benchmarks.mirror import written

LINE = (
    '{it.client} - {it.user} [{at}] "{it.verb} /repository/hf-proxy{it.path} HTTP/1.1" {it.status}'
    ' - {it.size} {it.milliseconds} "{it.agent}" [qtp1480010240-{thread}]'
)


def generated(size: int, seed: int = 7) -> bytes:
    """So many requests."""
    return written(LINE, size, seed)
