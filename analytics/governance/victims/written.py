"""Folders in which runs wrote, and earlier runs of the same owner, which they may read."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.victims import sightings, things
from analytics.governance.victims.failures import DAY, NEVER, Times, micro

WRITTEN = 7 * DAY  # folders in which an owner's earlier runs wrote are read by later ones
MOST_FOLDERS = 20


def folders(ran: pa.Table, events: pa.Table, training: pa.Table) -> pa.Table:
    """Folders in which runs wrote: those of the training that was told, and on their nodes what
    their owners changed meanwhile or in the days before."""
    rows: list[int] = []
    paths: list[str] = []
    saved = training.filter(pc.is_valid(training["file.path"]))
    place = pc.index_in(saved["job.id"], value_set=ran["id"].combine_chunks()).to_pylist()
    for row, path in zip(place, saved["file.path"].to_pylist(), strict=True):
        if row is not None:
            rows.append(row)
            paths.append(path)
    for row, folder in _of_owners(ran, events):
        rows.append(row)
        paths.append(folder)
    return pa.table({"row": pa.array(rows, pa.int64()), "path": pa.array(paths, pa.string())})


def _of_owners(ran: pa.Table, events: pa.Table) -> list[tuple[int, str]]:
    """Of each run the folders in which its owner wrote on nodes, within days before it began."""
    nodes = pa.array(sorted(set(pc.list_flatten(ran["nodes"].combine_chunks()).to_pylist())))
    here = pc.is_in(sightings.short(events["host.name"]), value_set=nodes.cast(pa.string()))
    wrote = pc.and_(pc.is_valid(events["file.path"]), pc.and_(here, pc.is_valid(events["person"])))
    told = events.filter(wrote)
    span: dict[str, dict[str, tuple[int, int]]] = {}
    times = micro(told["@timestamp"], 0).tolist()
    persons, files = told["person"].to_pylist(), told["file.path"].to_pylist()
    for who, path, time in zip(persons, files, times, strict=True):
        if folder := things.folder_of(path):
            own = span.setdefault(who, {})
            first, last = own.get(folder, (time, time))
            own[folder] = (min(first, time), max(last, time))
    written = {who: _newest_first(own) for who, own in span.items()}
    found: list[tuple[int, str]] = []
    began, ended = micro(ran["began"], 0), micro(ran["ended"], NEVER)
    for row, who in enumerate(ran["owner"].to_pylist()):
        if who in written:
            folders, since, until = written[who]
            near = (since <= ended[row]) & (until >= began[row] - WRITTEN)
            found.extend((row, folders[at]) for at in np.flatnonzero(near)[:MOST_FOLDERS].tolist())
    return found


def _newest_first(own: Mapping[str, tuple[int, int]]) -> tuple[list[str], Times, Times]:
    """Folders with their first and last times, what was written last first."""
    ordered = sorted(own, key=lambda folder: own[folder][1], reverse=True)
    spans = np.array([own[folder] for folder in ordered], dtype=np.int64)
    return ordered, spans[:, 0], spans[:, 1]
