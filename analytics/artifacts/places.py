"""Finds the files to look into: below a folder, or in a Hugging Face cache with its links."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analytics.artifacts.magic import concerns

CACHED = re.compile(
    r"(?P<repository>.*/(?P<kind>models|datasets|spaces)--(?P<name>[^/]+))/"
    r"(?:snapshots/(?P<revision>[^/]+)/(?P<inside>.+)|blobs/(?P<blob>[^/]+))",
    re.DOTALL,
)
KINDS = {"models": "model", "datasets": "dataset", "spaces": "space"}
UNFINISHED = (".incomplete", ".lock")
LONGEST_REF = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file by the name under which programs find it, and where its bytes are.

    Of a cache also the repository, its kind, revision and path there, and the branches and tags
    that stand for the revision. `reason` says why it is not opened.
    """

    path: Path
    real: Path
    size: int = 0
    repo: str | None = None
    kind: str | None = None
    revision: str | None = None
    inside: str | None = None
    refs: tuple[str, ...] = ()
    folder: str | None = None  # of the repository in the cache
    reason: str = ""

    @property
    def name(self) -> str:
        """What its ending is read from; a blob has none."""
        return self.inside if self.inside else ("" if self.folder else self.path.name)


def find(given: Path) -> Iterator[Place]:
    """The file itself, or each file below the folder that concerns models; of one repository of a
    cache all together. Links are followed only to what lies in the same folder or repository.
    Raises FileNotFoundError where there is nothing."""
    given.lstat()  # its error names the whole path
    root = given.resolve(strict=True)
    if not root.is_dir():
        yield _place(root, root.parent)
        return
    seen: set[tuple[int, int]] = set()  # files that a snapshot leads to

    def refuse(error: OSError) -> None:
        path = Path(error.filename)
        refused.append(Place(path=path, real=path, reason=(error.strerror or "unreadable").lower()))

    refused: list[Place] = []
    for at, folders, files in os.walk(root, onerror=refuse):
        yield from refused
        refused.clear()
        folders.sort(key=lambda name: (name == "blobs", name))  # snapshots first
        for name in sorted(folders):
            link = Path(at, name)
            if link.is_symlink() and not _within(link.resolve(), root):
                yield Place(path=link, real=link, reason="a link that leaves the folder")
        for name in sorted(files):
            path = Path(at, name)
            cached = CACHED.fullmatch(str(path))
            if name.endswith(UNFINISHED) or not concerns("" if cached and cached["blob"] else name):
                continue
            place = _place(path, root)
            if cached and not _first(place, seen, bool(cached["blob"])):
                continue
            yield place
    yield from refused


def _first(place: Place, seen: set[tuple[int, int]], is_blob: bool) -> bool:
    """Whether it is not a blob that was met under its name already."""
    if place.reason:
        return True
    status = place.real.stat()
    identity = (status.st_dev, status.st_ino)
    if is_blob and identity in seen:
        return False
    seen.add(identity)
    return True


def _place(path: Path, root: Path) -> Place:
    cached = CACHED.fullmatch(str(path))
    folder = cached["repository"] if cached else None
    bound = Path(folder) if folder else root
    real, size, reason = path, 0, ""
    try:
        real = path.resolve(strict=True)
        status = real.lstat()
        size = status.st_size
        if not _within(real, bound):
            reason = "a link that leaves the folder"
        elif not stat.S_ISREG(status.st_mode):
            reason = "no regular file"
    except FileNotFoundError:
        reason = "a link to nothing"
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        reason = (getattr(error, "strerror", None) or "links in a circle").lower()
    if reason:
        real = path
    if cached is None:
        return Place(path=path, real=real, size=size, reason=reason)
    revision = cached["revision"]
    return Place(
        path=path,
        real=real,
        size=size,
        repo=cached["name"].replace("--", "/"),
        kind=KINDS[cached["kind"]],
        revision=revision,
        inside=cached["inside"],
        refs=_refs(cached["repository"]).get(revision or "", ()),
        folder=folder,
        reason=reason,
    )


def _within(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


@lru_cache(maxsize=8)
def _refs(repository: str) -> dict[str, tuple[str, ...]]:
    """The branches and tags of a repository in the cache, by commit."""
    refs = Path(repository, "refs")
    found: dict[str, tuple[str, ...]] = {}
    for at, _, files in os.walk(refs):
        for name in sorted(files):
            path = Path(at, name)
            try:
                if not stat.S_ISREG(path.lstat().st_mode):
                    continue
                with path.open("rb") as file:
                    commit = file.read(LONGEST_REF).decode("ascii", "replace").strip()
            except OSError:
                continue
            found[commit] = (*found.get(commit, ()), path.relative_to(refs).as_posix())
    return found
