"""The access log of a proxy between the lab and the Hub."""

from benchmarks.mirror import written

LINE = (
    "{it.time:%s}.118 {it.milliseconds:>6} {it.client} TCP_MISS/{it.status} {it.size} {it.verb}"
    " http://huggingface.co{it.path} {it.user} HIER_DIRECT/18.155.68.44 application/octet-stream"
)


def generated(size: int, seed: int = 7) -> bytes:
    """So many requests."""
    return written(LINE, size, seed)
