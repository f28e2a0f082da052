"""Whose a job, pod or run is: who submitted or made it, as this and earlier days' events tell.

Few events that act on a job say whose it is: Slurm's controller names only its number, and
Kubernetes only namespace and name.
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.around import Around
from analytics.selection import both, filled, has, known
from analytics.store.query import All, Any, Exists, OneOf, Term

COLUMNS: tuple[str, ...] = (
    *("@timestamp", "event.action", "event.type", "job.id", "job.owner", "actor.account"),
)
LOOKED_BACK = 30  # days: longer than jobs wait and run
MOST_IDS = 2_000  # that are looked for on earlier days
MOST_ARRAYS = 100  # … and of those that may stand for all tasks of an array


def base_of(job: str) -> str:
    """The job of an array's task (`41_3`), of a step (`41.0`) or of a part (`41+1`)."""
    number = job.partition(".")[0].partition("_")[0].partition("+")[0]
    return number if number.isdigit() else job


def makers_of(ids: Iterable[str], around: Around) -> dict[str, str]:
    """The person of each of these jobs, pods or runs; one that two people may own, as where two
    clusters count alike, has none."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found = _told(around.events.select(COLUMNS), wanted, around)
    missing = [job for job in wanted if job not in found][:MOST_IDS]
    if missing:
        names = sorted({*missing, *map(base_of, missing)})
        tasks = [Term("job.id", f"{job}_*") for job in missing if job.isdigit()][:MOST_ARRAYS]
        maker = Any((Exists("job.owner"), Term("event.type", "creation")))
        query = All((Any((OneOf("job.id", tuple(names)), *tasks)), maker))
        found |= _told(around.before(LOOKED_BACK, query, COLUMNS), missing, around)
    return {job: next(iter(people)) for job, people in found.items() if len(people) == 1}


def _told(events: pa.Table, wanted: list[str], around: Around) -> dict[str, set[str]]:
    """Who these events say owns each; looks at distinct pairs of job and account only."""
    events = events.filter(filled(events, "job.id"))
    bases = {base_of(job) for job in wanted}
    encoded = pc.dictionary_encode(events["job.id"].combine_chunks())
    names = encoded.dictionary.to_pylist()
    meant = np.array([base_of(name) in bases for name in names], dtype=bool)
    events = events.filter(pa.array(meant[np.asarray(encoded.indices)], pa.bool_()))
    made = both(has(events, "event.type", "creation"), pc.invert(_of_a_part(events)))
    maker = pc.if_else(made, events["actor.account"], pa.scalar(None, pa.string()))
    account = pc.coalesce(events["job.owner"], maker)
    people = around.site.directory.persons(pa.chunked_array(account), events["@timestamp"])
    pairs = pa.table({"job": events["job.id"], "person": people})
    pairs = pairs.filter(pc.is_valid(pairs["person"])).group_by(["job", "person"]).aggregate([])
    exact, whole = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for job, person in zip(*(pairs[name].to_pylist() for name in ("job", "person")), strict=True):
        exact[job].add(person)
        whole[base_of(job)].add(person)
    found = {job: exact.get(job) or whole.get(base_of(job)) for job in wanted}
    return {job: people for job, people in found.items() if people}


def _of_a_part(events: pa.Table) -> pa.BooleanArray:
    """`create pods/exec` makes no pod."""
    return known(pc.match_substring(events["event.action"], "/"))
