"""The request log of an Artifactory that proxies the Hub."""

from benchmarks.mirror import written

LINE = (
    "{it.time:%Y-%m-%dT%H:%M:%S.118Z}|{number:016x}|{it.client}|{it.user}|{it.verb}"
    "|/api/huggingfaceml/hf-remote{it.path}|{it.status}|-1|{it.size}|{it.milliseconds}|{it.agent}"
)


def generated(size: int, seed: int = 7) -> bytes:
    """So many requests."""
    return written(LINE, size, seed)
