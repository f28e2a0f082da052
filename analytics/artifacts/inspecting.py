"""Looks into one open file: what it is, and what loading it would run."""

import bz2
import gzip
import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import BinaryIO, cast

import orjson

from analytics.artifacts import arrays, configs, gguf, keras, safetensors, templates, zips
from analytics.artifacts.imports import SCANNER as LIBRARY
from analytics.artifacts.imports import findings_of, shown
from analytics.artifacts.magic import (
    ARCHIVES,
    HEAD,
    PICKLES,
    PROGRAMS,
    TEXTS,
    TORCH,
    kind_of,
    mismatch,
    suffix_of,
)
from analytics.artifacts.pickled import Followed, follow_all
from analytics.artifacts.verdict import MOST_IMPORTS, Finding, Outcome, Verdict, distinct
from analytics.artifacts.windows import Window

SCANNER = f"foureyes 1, {LIBRARY}"  # raise the number where the same file is judged otherwise
BLOCK = 1 << 20
MOST_UNPACKED = 4 << 30
MOST_MATCHES = 20
FORMATS = {"npy": "numpy", "hdf5": "keras", **dict.fromkeys(PROGRAMS, "program")}
UNPACKERS: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    "gzip": lambda stream: cast(BinaryIO, gzip.GzipFile(fileobj=stream)),
    "bzip2": lambda stream: cast(BinaryIO, bz2.BZ2File(stream)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A file's outcome and the SHA-256 of its bytes, lower case."""

    outcome: Outcome
    sha256: str


def inspect(
    stream: BinaryIO,
    size: int,
    name: str,
    beside: frozenset[str] = frozenset(),
    told: Callable[[int], None] = lambda count: None,
) -> Inspected:
    """Looks into a file of `size` bytes and hashes it; the stream can seek.

    `name` is its path in its repository or folder, `beside` the names in the same folder; `told`
    hears of bytes as they are read. Raises OSError where the disk does.
    """
    head = stream.read(HEAD)
    stream.seek(0)
    suffix, kind = suffix_of(name), kind_of(head, size)
    found, weights_at = _content(stream, size, name, kind, beside)
    extra = []
    if reason := mismatch(suffix, kind):
        extra.append(Finding("extension_mismatch", Verdict.SUSPICIOUS, reason))
    stream.seek(0)
    search = keras.IN_HDF5 if kind == "hdf5" else None
    sha256, weights, matches = _hashed(stream, weights_at, search, told)
    extra += keras.findings_in_hdf5(matches)
    outcome = replace(found, findings=distinct((*extra, *found.findings)), weights=weights)
    return Inspected(outcome=outcome, sha256=sha256)


def _content(
    stream: BinaryIO, size: int, name: str, kind: str, beside: frozenset[str]
) -> tuple[Outcome, int | None]:
    """What is in it, and where its weights begin if they are to be told apart."""
    suffix = suffix_of(name)
    if kind == "zip":
        return zips.read(stream, size, suffix), None
    if kind == "gguf":
        header = gguf.read(stream, size)
        findings = (*header.findings, *templates.findings_of(header.templates))
        prints = templates.fingerprints(header.templates)
        return Outcome(format="gguf", findings=findings, templates=prints), header.data
    if kind == "safetensors" or (suffix == ".safetensors" and not kind):
        return Outcome(format="safetensors", findings=tuple(safetensors.read(stream, size))), None
    if kind == "npy":
        imports, wrong = arrays.read(stream)
        return _imported(Followed(imports, complete=True), wrong, "numpy"), None
    if suffix in TEXTS:
        return _text(stream, size, name, beside), None
    return _pickle(stream, suffix, kind), None


def _pickle(stream: BinaryIO, suffix: str, kind: str) -> Outcome:
    """A pickle, also packed, or one of the old ones that have no beginning of their own."""
    if kind == "pickle":
        return _imported(follow_all(Window(stream)), [], "pickle")
    if kind in UNPACKERS and suffix in PICKLES:
        return _packed(stream, kind)
    if kind in ARCHIVES:
        return Outcome(format="archive", findings=(_unread(f"{kind} is not looked into"),))
    if not kind and suffix in TORCH | PICKLES | {".npy", ""}:
        followed = follow_all(Window(stream))
        if followed.complete or followed.imports:
            return _imported(followed, [])
        if suffix in TORCH | PICKLES:
            return Outcome(format="unknown", findings=(_unread("content that is not known"),))
    return Outcome(format=FORMATS.get(kind) or suffix.lstrip(".") or "unknown")


def _packed(stream: BinaryIO, kind: str) -> Outcome:
    try:
        return _imported(follow_all(Window(UNPACKERS[kind](stream), MOST_UNPACKED)), [])
    except (OSError, EOFError, zlib.error) as error:
        return Outcome(format="archive", findings=(_unread(f"damaged {kind}: {error}"),))


def _imported(followed: Followed, wrong: list[Finding], format: str = "pickle") -> Outcome:
    if not followed.complete:
        wrong = [*wrong, Finding("broken_pickle", Verdict.UNREADABLE, followed.reason)]
    return Outcome(
        format="pickle" if followed.imports else format,
        findings=(*wrong, *findings_of(followed.imports)),
        imports=tuple(shown(*one) for one in sorted(followed.imports)[:MOST_IMPORTS]),
    )


def _text(stream: BinaryIO, size: int, name: str, beside: frozenset[str]) -> Outcome:
    """A configuration or a template."""
    format = "template" if name.endswith(".jinja") else "config"
    if size > templates.LONGEST:
        return Outcome(format=format, findings=(_unread(f"{size} bytes are too many"),))
    content = stream.read(templates.LONGEST)
    try:
        texts = templates.in_file(name, content) if templates.holds_templates(name) else []
        code = [] if format == "template" else configs.findings_of(orjson.loads(content), beside)
        findings = (*code, *templates.findings_of(texts))
    except orjson.JSONDecodeError:
        return Outcome(format=format, findings=(_unread("it is not JSON"),))
    return Outcome(format=format, findings=findings, templates=templates.fingerprints(texts))


def _unread(why: str) -> Finding:
    return Finding("unread", Verdict.UNREADABLE, why)


def _hashed(
    stream: BinaryIO,
    weights_at: int | None,
    search: re.Pattern[bytes] | None,
    told: Callable[[int], None],
) -> tuple[str, str | None, set[bytes]]:
    """The hash of all, that of the weights where they are asked for, and what was searched."""
    whole, weights = hashlib.sha256(), hashlib.sha256()
    position, rest = 0, b""
    matches: set[bytes] = set()
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    while count := stream.readinto(buffer):  # type: ignore[attr-defined]
        block = view[:count]
        whole.update(block)
        if weights_at is not None and position + count > weights_at:
            weights.update(block[max(0, weights_at - position) :])
        if search is not None and len(matches) < MOST_MATCHES:
            text = rest + block.tobytes()
            matches.update(match[0] for match in search.finditer(text))
            rest = text[-keras.OVERLAP :]
        position += count
        told(count)
    return whole.hexdigest(), weights.hexdigest() if weights_at is not None else None, matches


def is_template_file(path: str) -> bool:
    """Whether a change of this file may change a chat template."""
    return templates.holds_templates(path) or PurePosixPath(path).suffix == ".gguf"
