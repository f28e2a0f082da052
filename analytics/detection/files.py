"""The files below folders of rules, and whether they are still what they were."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Stamp = tuple[int, ...]


def files(folders: Iterable[Path]) -> list[Path]:
    """Every file below the folders, in order of folder and name; one named itself is that file.

    Hidden ones are left out: among them are the files of editors and the folders behind the links
    of a Kubernetes ConfigMap. Raises OSError for a folder that cannot be listed.
    """
    return [
        path
        for folder in folders
        for path in (sorted(_below(folder, ())) if folder.is_dir() else [folder])
    ]


def stamps(folders: Iterable[Path]) -> Mapping[Path, Stamp]:
    """What changes whenever one of these files does: it is written, replaced, or its link is led
    elsewhere. Raises OSError as `files` does."""
    return {path: _stamp(path) for path in files(folders)}


def _below(folder: Path, above: tuple[Stamp, ...]) -> Iterator[Path]:
    """Links to folders are followed, but for those that lead back up."""
    about = folder.stat()
    here = (about.st_dev, about.st_ino)
    if here in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _below(Path(entry), (*above, here))
            else:
                yield Path(entry)


def _stamp(path: Path) -> Stamp:
    try:
        about = path.stat()
    except OSError:  # a link that leads nowhere, or a file that went meanwhile
        return ()
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns
