"""What is to be thought of the names that a pickle imports.

picklescan, a scanner that others keep, judges each name. It is asked through a pickle written
here that does nothing but name it. Beside its judgement stand two lists: what PyTorch's own
restricted loader lets through, and what can run code though picklescan only doubts it.
"""

import io
import logging
import struct
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import yaml
from picklescan.scanner import SafetyLevel, scan_pickle_bytes

from analytics.artifacts.pickled import UNKNOWN, Import
from analytics.artifacts.verdict import Finding, Verdict

SCANNER = f"picklescan {version('picklescan')}"
JUDGED = {
    SafetyLevel.Innocuous: Verdict.CLEAN,
    SafetyLevel.Suspicious: Verdict.SUSPICIOUS,
    SafetyLevel.Dangerous: Verdict.MALICIOUS,
}
LISTS = {
    name: frozenset(names.split())
    for name, names in yaml.safe_load(Path(__file__).with_name("imports.yml").read_text()).items()
}
WEIGHTS_ONLY, DANGEROUS_NAMES = LISTS["weights_only"], LISTS["dangerous_names"]
DANGEROUS_MODULES = LISTS["dangerous_modules"]
OF_TORCHSCRIPT = ("__torch__", "torch.jit._pickle")  # made by the archive itself, in C++
LONGEST_SHOWN = 120


@lru_cache(maxsize=4096)
def judged(module: str, name: str) -> Verdict:
    """What is thought of one name that is imported."""
    if UNKNOWN in (module, name):
        return Verdict.MALICIOUS
    said = [_alone(one, of) for one, of in _ways(module, name)]
    if Verdict.MALICIOUS in said:
        return Verdict.MALICIOUS
    if "." not in name and Verdict.CLEAN in said:
        return Verdict.CLEAN
    return Verdict.SUSPICIOUS


def _ways(module: str, name: str) -> Iterator[Import]:
    """The name as it is, as Python 3 calls it, and what a dotted name reaches through it."""
    yield module, name
    today = NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name))
    if today != (module, name):
        yield today
    parts = name.split(".")
    for place in range(1, len(parts)):
        yield ".".join((module, *parts[:place])), ".".join(parts[place:])
        yield parts[place - 1], ".".join(parts[place:])


def _alone(module: str, name: str) -> Verdict:
    parents = module.split(".")
    modules = {".".join(parents[:size]) for size in range(1, len(parents) + 1)}
    whole = f"{module}.{name}"
    if modules & DANGEROUS_MODULES or whole in DANGEROUS_NAMES or "__globals__" in whole:
        return Verdict.MALICIOUS
    if whole in WEIGHTS_ONLY or module.startswith(OF_TORCHSCRIPT):
        return Verdict.CLEAN
    return _scanned(module, name)


def _scanned(module: str, name: str) -> Verdict:
    """What picklescan says."""
    asked = b"\x80\x04" + b"".join(map(_text, (module, name))) + b"\x93."
    result = scan_pickle_bytes(io.BytesIO(asked), "name")
    said = [JUDGED[one.safety] for one in result.globals]
    return max(said, key=list(Verdict).index, default=Verdict.MALICIOUS)


def _text(value: str) -> bytes:
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(raw)) + raw


def findings_of(imports: Iterable[Import], where: str = "") -> Iterator[Finding]:
    """What the imports say against a file."""
    for module, name in sorted(imports):
        verdict = judged(module, name)
        if verdict is not Verdict.CLEAN:
            kind = "dangerous_import" if verdict is Verdict.MALICIOUS else "unknown_import"
            yield Finding(kind, verdict, shown(module, name) + (f" in {where}" if where else ""))


def shown(module: str, name: str) -> str:
    """A name for people."""
    return f"{module}.{name}"[:LONGEST_SHOWN]


# It writes every name that it finds, which is the file's text, into the log of the program.
logging.getLogger("picklescan").setLevel(logging.CRITICAL + 1)
