"""What a run depends on: its nodes, the folders it works in, loads from and writes to, and the
repositories whose code it runs."""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.victims.failures import coded
from analytics.governance.victims.joining import Codes, Ragged

PATH = re.compile(r"(?:^|[\s=:,'\"])(/[^\s'\"=:,;|&<>()*?$]+)")
FILE = re.compile(r"\.[A-Za-z0-9_]{1,12}$")
LEAST_DEEP = 2  # folders above are everybody's: /shared, /home
SYSTEM = (
    *("/bin/", "/dev/", "/etc/", "/proc/", "/run/", "/sbin/"),
    *("/sys/", "/tmp/", "/usr/", "/var/"),  # noqa: S108 (nothing is written there)
)
MOST_PATHS = 20  # of a command
MOST_DEEP = 24
LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Things:
    """Things by code, nodes first: names of nodes, and of folders and repositories, and what each
    run depends on."""

    nodes: tuple[str, ...]
    folders: tuple[str, ...]
    of_run: Ragged

    def name(self, code: int) -> str:
        """The node or folder with this code."""
        if code < len(self.nodes):
            return self.nodes[code]
        return self.folders[code - len(self.nodes)]


def of_runs(runs: pa.Table, touched: pa.Table, code: pa.Table) -> Things:
    """The things that runs depend on; `touched` has more of their folders, `code` repositories:
    columns `row` (of runs) and `path`."""
    lists = runs["nodes"].combine_chunks()
    parents = np.asarray(pc.list_parent_indices(lists), dtype=np.int64)
    flat = pc.dictionary_encode(pc.list_flatten(lists).drop_null())
    nodes = tuple(flat.dictionary.to_pylist())
    rows, folders = _folders(runs, touched)
    used = runs["uses"].combine_chunks()
    rows = np.concatenate(
        (rows, np.asarray(code["row"], dtype=np.int64), np.asarray(pc.list_parent_indices(used)))
    )
    more = (code["path"], pc.list_flatten(used))
    folders = np.concatenate((folders, *(np.array(one.to_pylist(), dtype=object) for one in more)))
    known, codes = np.unique(folders, return_inverse=True) if len(folders) else (folders, rows)
    pairs = (
        np.concatenate((parents, rows)),
        np.concatenate((np.asarray(flat.indices, dtype=np.int64), codes + len(nodes))),
    )
    return Things(nodes, tuple(known.tolist()), Ragged(*pairs, runs.num_rows))


def _folders(runs: pa.Table, touched: pa.Table) -> tuple[Codes, npt.NDArray[np.object_]]:
    rows: list[int] = []
    found: list[str] = []
    for column, split in (("folder", _own), ("command", _named)):
        codes = coded(runs[column])
        values = pc.dictionary_encode(runs[column].combine_chunks()).dictionary.to_pylist()
        folders = [split(value) for value in values]
        for row in np.flatnonzero(codes >= 0).tolist():
            rows.extend([row] * len(folders[codes[row]]))
            found.extend(folders[codes[row]])
    for row, path in zip(touched["row"].to_pylist(), touched["path"].to_pylist(), strict=True):
        if folder := folder_of(path):
            rows.append(row)
            found.append(folder)
    return np.array(rows, dtype=np.int64), np.array(found, dtype=object)


def _own(path: str) -> list[str]:
    folder = path.rstrip("/")
    return [folder] if _is_somebodys(folder) else []


def _named(command: str) -> list[str]:
    """The folders of absolute paths in a command."""
    paths = PATH.findall(command[:LONGEST])[:MOST_PATHS]
    return sorted({folder for path in paths if (folder := folder_of(path))})


@lru_cache(maxsize=100_000)  # a run after another writes to the same ones
def folder_of(path: str) -> str | None:
    """The folder that a path is, or that its file is in; None where that is everybody's."""
    clean = path.rstrip("/")
    folder = clean.rpartition("/")[0] if FILE.search(clean) else clean
    return folder if _is_somebodys(folder) else None


def _is_somebodys(folder: str) -> bool:
    own = folder.startswith("/") and not f"{folder}/".startswith(SYSTEM)
    return own and folder.count("/") >= LEAST_DEEP


def above(paths: pa.ChunkedArray, things: Things) -> tuple[Codes, Codes]:
    """For each path, by its row, the folders among the things that it is or is below."""
    known = {folder: code for code, folder in enumerate(things.folders, len(things.nodes))}
    encoded = pc.dictionary_encode(paths.combine_chunks())
    codes = np.asarray(pc.fill_null(encoded.indices.cast(pa.int64()), -1))
    cache: dict[str, tuple[int, ...]] = {}
    hits: list[tuple[int, ...]] = []
    for path in encoded.dictionary.to_pylist():
        folder = path.rpartition("/")[0]
        if folder not in cache:
            cache[folder] = tuple(_ancestors(folder, known))
        own = known.get(path)
        hits.append(cache[folder] if own is None else (*cache[folder], own))
    rows = np.flatnonzero(codes >= 0)
    counts = np.array([len(hit) for hit in hits], dtype=np.int64)
    flat = np.array([code for hit in hits for code in hit], dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum(counts)))
    of_row = codes[rows]
    many = counts[of_row]
    first = np.repeat(starts[of_row] - np.concatenate(([0], np.cumsum(many)[:-1])), many)
    return np.repeat(rows, many), flat[first + np.arange(int(many.sum()))]


def _ancestors(folder: str, known: dict[str, int]) -> list[int]:
    found = []
    for _ in range(MOST_DEEP):
        if folder.count("/") < LEAST_DEEP:
            break
        if folder in known:
            found.append(known[folder])
        folder = folder.rpartition("/")[0]
    return found
