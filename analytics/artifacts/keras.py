"""Keras models: layers that carry Python code."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from analytics.artifacts.imports import judged
from analytics.artifacts.verdict import Finding, Verdict

# In HDF5 the configuration is plain JSON somewhere in the file. No writer escapes letters there.
IN_HDF5 = re.compile(rb'"class_name"\s{0,8}:\s{0,8}"Lambda"|"__lambda__"|\\u00[4-7][0-9a-fA-F]')
OVERLAP = 64  # bytes that a match may have


def findings_of(config: Any) -> Iterator[Finding]:
    """What a model's configuration would run."""
    left = [config]
    while left:
        value = left.pop()
        if isinstance(value, list):
            left += value
        elif isinstance(value, dict):
            left += value.values()
            yield from _of(value)


def _of(told: dict[str, Any]) -> Iterator[Finding]:
    name, module = told.get("class_name"), told.get("module")
    if name in ("Lambda", "__lambda__"):
        yield Finding("lambda_layer", Verdict.SUSPICIOUS, "a layer that carries code")
        return
    named = isinstance(name, str) and isinstance(module, str)
    if named and judged(str(module), str(name)) is Verdict.MALICIOUS:
        yield Finding("dangerous_import", Verdict.MALICIOUS, f"{module}.{name}"[:200])


def findings_in_hdf5(matches: Iterable[bytes]) -> Iterator[Finding]:
    """What the matches of `IN_HDF5` mean."""
    for match in matches:
        if match.startswith(b"\\"):
            yield Finding("hidden_letters", Verdict.SUSPICIOUS, "letters written as escapes")
        else:
            yield Finding("lambda_layer", Verdict.SUSPICIOUS, "a layer that carries code")
