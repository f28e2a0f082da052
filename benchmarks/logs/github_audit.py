"""GitHub's audit log as it streams it, out of the golden sample."""

from benchmarks.varied import records, varied


def generated(size: int, seed: int = 7) -> bytes:
    """So many JSON lines."""
    samples = [
        one
        for one in records("github_audit", ("stream.ndjson",))
        if one.get("created_at") != 99999999999999999
    ]
    return varied(samples, size, seed)
