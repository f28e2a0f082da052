"""Which repositories' code runs use: known by the commit that a training tells, else by a folder,
or a module that is run, which is called like the repository."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.victims.things import LONGEST, MOST_PATHS, PATH

MODULE = re.compile(r"\s-m\s+([A-Za-z_]\w{0,100})")
SHORTEST = 3  # shorter names are called alike by chance
USUAL = ("main", "master")  # what default branches are called where none is said to be protected


def shared(events: pa.Table) -> pa.BooleanArray:
    """Pushes that change what others run: to protected branches, or such as are called so."""
    usual = pc.is_in(events["git.branch"], value_set=pa.array(USUAL))
    protected = pc.fill_null(events["git.protected"], False)
    pushed = pc.fill_null(pc.equal(events["event.action"], "push"), False)
    found = pc.and_(pushed, pc.or_(usual, protected))
    named = pc.and_(found, pc.is_valid(events["git.repository"]))
    return named.combine_chunks() if isinstance(named, pa.ChunkedArray) else named


def of_runs(runs: pa.Table, events: pa.Table, training: pa.Table) -> pa.Table:
    """Rows of runs with the name of each repository that they use: columns `row` and `path`."""
    pushed = events.select(["git.repository", "git.commit"]).filter(shared(events))
    rows: list[int] = []
    names: list[str] = []
    if pushed.num_rows:
        for row, name in [*_by_name(runs, pushed), *_by_commit(runs, pushed, training)]:
            rows.append(row)
            names.append(name)
    return pa.table({"row": pa.array(rows, pa.int64()), "path": pa.array(names, pa.string())})


def _by_name(runs: pa.Table, pushed: pa.Table) -> list[tuple[int, str]]:
    called: dict[str, list[str]] = {}
    for name in pc.unique(pushed["git.repository"]).sort().to_pylist():
        short = name.rpartition("/")[2].lower()
        if len(short) >= SHORTEST:
            called.setdefault(short, []).append(name)
    found: list[tuple[int, str]] = []
    for column, split in (("folder", _parts), ("command", _words)):
        encoded = pc.dictionary_encode(runs[column].combine_chunks())
        used = [
            [name for part in split(text.lower()) & called.keys() for name in called[part]]
            for text in encoded.dictionary.to_pylist()
        ]
        for row, code in enumerate(encoded.indices.to_pylist()):
            if code is not None:
                found.extend((row, name) for name in used[code])
    return found


def _parts(path: str) -> set[str]:
    return set(path.split("/"))


def _words(command: str) -> set[str]:
    """Parts of the paths in a command, and modules that it runs."""
    told = command[:LONGEST]
    parts = {part for path in PATH.findall(told)[:MOST_PATHS] for part in path.split("/")}
    return parts | set(MODULE.findall(told))


def _by_commit(runs: pa.Table, pushed: pa.Table, training: pa.Table) -> list[tuple[int, str]]:
    landed = dict(
        zip(pushed["git.commit"].to_pylist(), pushed["git.repository"].to_pylist(), strict=True)
    )
    told = training.filter(pc.is_valid(training["git.commit"]))
    places = pc.index_in(told["job.id"], value_set=runs["id"].combine_chunks()).to_pylist()
    return [
        (place, landed[commit])
        for place, commit in zip(places, told["git.commit"].to_pylist(), strict=True)
        if place is not None and commit in landed
    ]
