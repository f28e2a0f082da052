"""Zip archives as PyTorch, numpy and Keras write them: what their members would run."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, BinaryIO, cast

import orjson
from picklescan.relaxed_zipfile import RelaxedZipFile

from analytics.artifacts import arrays, keras
from analytics.artifacts.imports import findings_of, shown
from analytics.artifacts.magic import HEAD, PICKLES, PROGRAMS, TORCH, kind_of, suffix_of
from analytics.artifacts.pickled import Import, follow_all
from analytics.artifacts.verdict import MOST_IMPORTS, Finding, Outcome, Verdict
from analytics.artifacts.windows import Window

LARGEST_DIRECTORY = 16 << 20
MOST_UNPACKED = 4 << 30
LARGEST_CONFIG = 64 << 20
UNPACKED_HERE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What a damaged or hostile archive raises; ValueError and RuntimeError where it points nowhere.
DAMAGED = (
    *(OSError, EOFError, ValueError, RuntimeError, NotImplementedError, struct.error),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile),
)


@dataclass(slots=True)
class _Seen:
    """What the members told so far."""

    imports: set[Import] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def read(stream: BinaryIO, size: int, suffix: str) -> Outcome:
    """What is in an archive that is called so; the stream can seek."""
    seen = _Seen()
    names: list[str] = []
    if _directory(stream, size) > LARGEST_DIRECTORY:
        seen.findings.append(_unread("its directory is too large"))
    else:
        try:
            with RelaxedZipFile(stream) as archive:
                names = archive.namelist()
                for member in archive.infolist():
                    _member(archive, member, suffix, seen)
        except DAMAGED as error:
            seen.findings.append(_unread(f"damaged zip: {error}"))
    if suffix in TORCH and not any(name.endswith("data.pkl") for name in names):
        detail = f"a zip that is none of PyTorch's in a {suffix} file"
        seen.findings.append(Finding("extension_mismatch", Verdict.SUSPICIOUS, detail))
    seen.findings += findings_of(seen.imports)
    imports = tuple(shown(*one) for one in sorted(seen.imports)[:MOST_IMPORTS])
    return Outcome(
        format=_format(names, suffix, bool(imports)),
        findings=tuple(seen.findings),
        imports=imports,
    )


def _format(names: list[str], suffix: str, pickled: bool) -> str:
    if suffix == ".keras":
        return "keras"
    if pickled or any(name.endswith("data.pkl") for name in names):
        return "pickle"
    return "numpy" if suffix == ".npz" else "archive"


def _member(archive: RelaxedZipFile, member: zipfile.ZipInfo, suffix: str, seen: _Seen) -> None:
    name = member.filename
    if not member.file_size and not member.compress_size:  # a folder
        return
    if member.compress_type not in UNPACKED_HERE:
        seen.findings.append(_unread(f"{name} has compression {member.compress_type}"))
        return
    try:
        with archive.open(member) as opened:
            head = opened.read(HEAD)
        with archive.open(member) as opened:
            _look(cast(BinaryIO, opened), member, head, suffix, seen)
    except DAMAGED as error:
        seen.findings.append(_unread(f"{name}: {error}"))


def _look(opened: BinaryIO, member: zipfile.ZipInfo, head: bytes, suffix: str, seen: _Seen) -> None:
    name, kind = member.filename, kind_of(head, member.file_size)
    named = suffix_of(name) in PICKLES
    if named or kind == "pickle":
        followed = follow_all(Window(opened, MOST_UNPACKED))
        if named or followed.complete:  # weights may begin as a pickle does, and never end as one
            seen.imports |= followed.imports
        if named and not followed.complete:
            locked = "encrypted" if member.flag_bits & 1 else followed.reason
            seen.findings.append(Finding("broken_pickle", Verdict.UNREADABLE, f"{name}: {locked}"))
    elif kind == "npy":
        imports, findings = arrays.read(opened)
        seen.imports |= imports
        seen.findings += findings
    elif suffix == ".keras" and name == "config.json":
        seen.findings += _keras(opened)
    elif kind in PROGRAMS:
        seen.findings.append(Finding("program", Verdict.SUSPICIOUS, f"{name} is {kind}"))
    elif kind in ("7z", "rar", "zip") and suffix != ".zip":
        seen.findings.append(Finding("archive_inside", Verdict.SUSPICIOUS, f"{name} is {kind}"))


def _keras(opened: IO[bytes]) -> Iterator[Finding]:
    try:
        yield from keras.findings_of(orjson.loads(opened.read(LARGEST_CONFIG)))
    except orjson.JSONDecodeError:
        yield Finding("malformed", Verdict.SUSPICIOUS, "config.json is not JSON")


def _unread(why: str) -> Finding:
    return Finding("unread_archive", Verdict.UNREADABLE, why)


def _directory(stream: BinaryIO, size: int) -> int:
    """How large the archive says its directory is; it would be read into memory whole."""
    begin = max(0, size - 22 - 20 - 0xFFFF)
    stream.seek(begin)
    tail = stream.read(size - begin)
    stream.seek(0)
    largest, at = 0, tail.find(b"PK\x05\x06")
    while at >= 0 and at + 16 <= len(tail):
        (told,) = struct.unpack_from("<I", tail, at + 12)
        largest = max(largest, min(told, size) if told != 0xFFFFFFFF else _large(stream, tail, at))
        at = tail.find(b"PK\x05\x06", at + 1)
    stream.seek(0)
    return largest


def _large(stream: BinaryIO, tail: bytes, at: int) -> int:
    """The same where it is told in 64 bits."""
    if at < 20 or tail[at - 20 : at - 16] != b"PK\x06\x07":
        return 0
    (place,) = struct.unpack_from("<Q", tail, at - 12)
    if place >= 1 << 63:
        return 0
    stream.seek(place)
    record = stream.read(56)
    return int(struct.unpack_from("<Q", record, 40)[0]) if len(record) == 56 else 0
