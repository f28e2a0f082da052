"""Events as acts: which person came to which node, changed what in which folder, pushed where."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.victims import code
from analytics.governance.victims import things as depended
from analytics.governance.victims.acts import FOLDER, NODE, Acts
from analytics.governance.victims.asking import WRITING
from analytics.governance.victims.controls import Risk
from analytics.governance.victims.failures import MINUTE, NEVER, Flags, micro
from analytics.governance.victims.joining import MILLISECOND, SPAN, Codes, Times
from analytics.governance.victims.pods import THING
from analytics.governance.victims.things import PATH, Things
from analytics.selection import both, done, filled, has
from analytics.site import Site

LEAVING = 15 * MINUTE  # so long after a run its owner may still look at what is left on the node


def of_events(events: pa.Table, people: pa.Array, things: Things, risk: Risk, site: Site) -> Acts:
    """The acts that `events`, which have a column `person`, tell of.

    People on duty and administrators come to nodes because they are called, and whoever has a run
    on a node is there for it: they count for what they do to files, not for being there.
    """
    who = numbered(events["person"], people)
    times = micro(events["@timestamp"], 0)
    fine = np.asarray(done(events)) & (who >= 0)
    written = _written(events, things, fine)
    in_cluster = _in_cluster(events, things, fine)
    nodes = np.maximum(_nodes(events["host.name"], things), in_cluster[0])
    process = ~np.asarray(has(events, "event.category", "file")) & ~np.asarray(
        has(events, "event.action", "push")
    )
    there = np.flatnonzero(fine & process & (nodes >= 0))
    there = there[~_called(who[there], times[there], people, site)]
    for_own = _own_runs(nodes[there], who[there], times[there], things, risk)
    reaching = np.asarray(has(events, "event.action", "sent-signal", "traced-process"))[there]
    there = there[~for_own | reaching]
    changed = np.concatenate((written[0], in_cluster[1]))
    rows = np.concatenate((there, changed))
    return Acts(
        thing=np.concatenate((nodes[there], written[1], in_cluster[2])),
        person=who[rows],
        time=times[rows],
        kind=np.repeat(np.array([NODE, FOLDER]), (len(there), len(changed))),
        row=rows,
    )


def numbered(persons: pa.Array | pa.ChunkedArray, people: pa.Array) -> Codes:
    """The number of each person among the people, −1 for nobody known."""
    places = pc.fill_null(pc.index_in(persons, value_set=people).cast(pa.int64()), -1)
    return np.asarray(places.to_numpy(), dtype=np.int64)


def short(hosts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Names of hosts without their domains, in lower case."""
    return pc.utf8_lower(pc.replace_substring_regex(hosts, r"\.[A-Za-z].*$", ""))


def _nodes(hosts: pa.ChunkedArray, things: Things) -> Codes:
    return numbered(short(hosts), pa.array(things.nodes, pa.string()))


def _written(events: pa.Table, things: Things, fine: Flags) -> tuple[Codes, Codes]:
    """Rows and folders: of files changed, of paths in commands that change files, of pushes."""
    changed = np.flatnonzero(fine & np.asarray(has(events, "event.category", "file")))
    files = events["file.path"].take(pa.array(changed))
    rows, codes = depended.above(files, things)
    typed = both(has(events, "process.name", *WRITING), filled(events, "process.command_line"))
    commands = np.flatnonzero(fine & np.asarray(typed))
    told: list[int] = []
    paths: list[str] = []
    texts = events["process.command_line"].take(pa.array(commands)).to_pylist()
    for row, text in zip(commands.tolist(), texts, strict=True):
        named = PATH.findall(text[: depended.LONGEST])[: depended.MOST_PATHS]
        told.extend([row] * len(named))
        paths.extend(path.rstrip("/") for path in named)
    places, more = depended.above(pa.chunked_array([pa.array(paths, pa.string())]), things)
    typed_rows = np.array(told, dtype=np.int64)[places]
    pushed, repositories = _pushed(events, things, fine)
    return (
        np.concatenate((changed[rows], typed_rows, pushed)),
        np.concatenate((codes, more, repositories)),
    )


def _in_cluster(events: pa.Table, things: Things, fine: Flags) -> tuple[Codes, Codes, Codes]:
    """Of each row the node that a request to a cluster was about, −1 where none; and rows and
    codes of what else of a cluster was changed, where acts have the column of such things."""
    if THING not in events.column_names:
        return np.full(events.num_rows, -1), np.zeros(0, np.int64), np.zeros(0, np.int64)
    nodes = _nodes(events[THING], things)
    found = numbered(events[THING], pa.array(things.folders, pa.string()))
    rows = np.flatnonzero(fine & (found >= 0))
    return nodes, rows, found[rows] + len(things.nodes)


def _pushed(events: pa.Table, things: Things, fine: Flags) -> tuple[Codes, Codes]:
    """Rows and repositories of pushes to what others run."""
    rows = np.flatnonzero(fine & np.asarray(code.shared(events)))
    names = events["git.repository"].take(pa.array(rows))
    found = numbered(names, pa.array(things.folders, pa.string()))
    return rows[found >= 0], found[found >= 0] + len(things.nodes)


def _called(who: Codes, times: Times, people: pa.Array, site: Site) -> Flags:
    """Whether somebody's work, or duty at the time, is to look after nodes."""
    names = people.to_pylist()
    always = np.array([site.looks_after(name) for name in names], dtype=bool)
    called = always[who] if len(names) else np.zeros(len(who), dtype=bool)
    number = {name: place for place, name in enumerate(names)}
    for duty in site.duties:
        if duty.person in number:
            since = int(duty.since.timestamp() * 1e6)
            until = int(duty.until.timestamp() * 1e6) if duty.until else NEVER
            called |= (who == number[duty.person]) & (times >= since) & (times < until)
    return np.asarray(called)


def _own_runs(
    nodes: Codes, who: Codes, times: Times, things: Things, risk: Risk
) -> npt.NDArray[np.bool_]:
    """Whether the person had a run of their own on the node then, or a moment before."""
    places, codes = things.of_run.of(np.arange(len(risk.began)))
    chosen = (codes < len(things.nodes)) & (risk.owner[places] >= 0)
    places, codes = places[chosen], codes[chosen]
    if not len(places) or not len(nodes):
        return np.zeros(len(nodes), dtype=bool)
    many = int(max(who.max(), risk.owner.max())) + 1
    pairs, asked = codes * many + risk.owner[places], nodes * many + who
    names = np.unique(pairs)
    origin = int(min(risk.began.min(), times.min())) // MILLISECOND - 1

    def keyed(pair: Codes, time: Times) -> Codes:
        since = np.clip(time // MILLISECOND - origin, 0, SPAN - 1)
        return np.asarray(np.searchsorted(names, pair) * SPAN + since)

    order = np.argsort(keyed(pairs, risk.began[places]), kind="stable")
    began = keyed(pairs, risk.began[places])[order]
    ends = np.minimum(risk.ended[places], NEVER - LEAVING) + LEAVING
    latest = np.maximum.accumulate(keyed(pairs, ends)[order])
    known = np.isin(asked, names)
    moment = keyed(asked, times)
    before = np.searchsorted(began, moment, "right") - 1
    return np.asarray(known & (before >= 0) & (latest[np.maximum(before, 0)] >= moment))
