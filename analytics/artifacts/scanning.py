"""Scans folders and caches: finds the files, looks into those that are new, tells the verdicts."""

import os
import pwd
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha1, sha256
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO

from analytics.artifacts.inspecting import SCANNER, inspect
from analytics.artifacts.places import Place, find
from analytics.artifacts.remembering import Memory, Role
from analytics.artifacts.revisions import Read, changed_alone
from analytics.artifacts.verdict import Finding, Outcome, Verdict, gravest
from analytics.event import readable

OF_LFS = re.compile(r"[0-9a-f]{64}")
OF_GIT = re.compile(r"[0-9a-f]{40}")
LARGEST_IN_GIT = 64 << 20  # what is larger is kept apart, under its SHA-256
MOST_BESIDE = 10_000
BLOCK = 1 << 20
RENAMED = Finding("not_what_was_pulled", Verdict.SUSPICIOUS, "its hash is not its name")

Told = Callable[[int, int, str], None]
Line = dict[str, Any]


class Unread(Exception):
    """A file could not be looked into; the message says why."""


@dataclass(slots=True)
class Scan:
    """One run over some folders; counts what it met."""

    host: str
    realm: str
    memory: Memory
    told: Told = lambda done, total, name: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    read: int = 0  # files
    known: int = 0  # files that were read before
    verdicts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    _done: int = 0
    _total: int = 0
    _name: str = ""

    def run(self, given: Iterable[Path]) -> Iterator[Line]:
        """A line for each file, as the source `artifact_scan` reads it. Raises FileNotFoundError
        for a path that leads nowhere, before anything is read."""
        places = [place for path in given for place in find(path)]
        places = list(dict.fromkeys(places))
        self._total = sum(place.size for place in places)
        for folder, together in groupby(places, key=lambda place: place.folder):
            if folder is None:
                for place in together:
                    yield self._line(place, self._look(place))
            else:
                yield from self._repository(list(together))

    def _repository(self, places: list[Place]) -> Iterator[Line]:
        looked = [(place, self._look(place)) for place in places]
        files = [found for _, found in looked if isinstance(found, Read)]
        changed = changed_alone(files)
        for place, found in looked:
            yield self._line(place, found, changed.get(place))

    def _look(self, place: Place) -> Read | str:
        """What is in a file, or why it cannot be told."""
        self._name = _shown(place.path)
        self._advance(0)
        if place.reason:
            return place.reason
        try:
            with _opened(place.real) as (stream, status):
                return self._recalled(place, stream, status)
        except Unread as error:
            return str(error)
        except OSError as error:
            return (error.strerror or str(error)).lower()

    def _recalled(self, place: Place, stream: BinaryIO, status: os.stat_result) -> Read:
        role = Role(place.name, _beside(place))
        sha256 = self.memory.sha256(status)
        found = self.memory.recall(sha256, role) if sha256 else None
        if found is None:
            found = inspect(stream, status.st_size, role.name, role.beside, self._advance)
            if _state(os.fstat(stream.fileno())) != _state(status):
                raise Unread("it changed while it was read")
            self.memory.learn(status, role, found)
            self.read += 1
        else:
            self._advance(status.st_size)
            self.known += 1
        renamed = _renamed(place, found.sha256, stream, status.st_size)
        return Read(place=place, found=found, changed=status.st_mtime_ns, renamed=renamed)

    def _advance(self, count: int) -> None:
        self._done += count
        self.told(self._done, self._total, self._name)

    def _line(self, place: Place, looked: Read | str, more: Finding | None = None) -> Line:
        if isinstance(looked, Read):
            outcome, digest = looked.found.outcome, looked.found.sha256
            findings = [*outcome.findings, *([RENAMED] if looked.renamed else [])]
        else:
            outcome, digest = Outcome(format="unknown"), None
            findings = [_unopened(looked)]
        findings += [more] if more else []
        verdict = gravest(finding.verdict for finding in findings)
        self.verdicts[verdict] += 1
        identity = [self.host, str(place.path), digest, SCANNER, verdict, findings]
        key = sha256(repr(identity).encode("utf-8", "surrogateescape")).hexdigest()
        return {
            "scanner": SCANNER,
            "scanned": self.memory.first_told(key, self.now().isoformat()),
            "host": self.host,
            "realm": self.realm,
            "file": _shown(place.path),
            "blob": _shown(place.real) if place.real != place.path else None,
            "sha256": digest,
            **_owner(place.real),
            "repo": place.repo and _shown(place.repo),
            "kind": place.kind,
            "revision": place.revision and _shown(place.revision),
            "refs": [_shown(ref) for ref in place.refs],
            "path": place.inside and _shown(place.inside),
            "format": outcome.format,
            "verdict": str(verdict),
            "findings": [
                {"name": one.name, "verdict": str(one.verdict), "detail": readable(one.detail)}
                for one in findings
            ],
            "imports": [readable(name) for name in outcome.imports],
            "templates": list(outcome.templates),
        }


def _shown(path: Path | str) -> str:
    """A path as text; bytes that are no UTF-8 as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


class _opened:
    """Opens a regular file and nothing else, and not through a link that was put there since."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> tuple[BinaryIO, os.stat_result]:
        number = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        self._stream = os.fdopen(number, "rb")
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            self._stream.close()
            raise Unread("no regular file")
        return self._stream, status

    def __exit__(self, *ignored: object) -> None:
        self._stream.close()


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _beside(place: Place) -> frozenset[str]:
    """The Python files in the same folder, which a configuration may name."""
    if not place.name.endswith(".json"):
        return frozenset()
    with os.scandir(place.path.parent) as entries:
        names = (entry.name for entry, _ in zip(entries, range(MOST_BESIDE), strict=False))
        return frozenset(name for name in names if name.endswith(".py"))


def _renamed(place: Place, digest: str, stream: BinaryIO, size: int) -> bool:
    """Whether a blob of a cache, which is named by its hash, has other bytes now."""
    name = place.real.name
    if place.folder is None or place.real.parent.name != "blobs":
        return False
    if OF_LFS.fullmatch(name):
        return name != digest
    if not OF_GIT.fullmatch(name) or size > LARGEST_IN_GIT:
        return False
    git = sha1(b"blob %d\x00" % size, usedforsecurity=False)
    stream.seek(0)
    while block := stream.read(BLOCK):
        git.update(block)
    return git.hexdigest() != name


def _unopened(reason: str) -> Finding:
    left = "leaves" in reason
    verdict = Verdict.SUSPICIOUS if left else Verdict.UNREADABLE
    return Finding("link_leaves" if left else "unread", verdict, reason)


def _owner(path: Path) -> Line:
    """Who owns it, when it was changed, and its size."""
    try:
        status = path.lstat()
    except OSError:
        return {"size": None, "modified": None, "uid": None, "owner": None}
    return {
        "size": status.st_size,
        "modified": _time(status.st_mtime),
        "uid": status.st_uid,
        "owner": _user(status.st_uid),
    }


def _time(seconds: float) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=4096)
def _user(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None
