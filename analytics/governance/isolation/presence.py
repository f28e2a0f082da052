"""Sign-ins to nodes on which, as far as can be known, only jobs of others ran."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance import jobs
from analytics.governance.around import Around
from analytics.store.query import All, Exists, OneOf

LOOKED_BACK = 7  # days: longer than partitions let jobs run as a rule
GRACE = timedelta(hours=1)  # before and after an own job: to prepare it, to look what became of it
MOST_NODES = 500


def beside_others(events: pa.Table, around: Around) -> pa.Table:
    """The sign-ins (with `person`) to nodes where a job of somebody else was running for certain
    and none of the person's own can have been: a row for each owner, with `owner`.

    A node of which nothing ran is no node that is another's: nothing is said of it.
    """
    hosts = pc.unique(events["host.name"].drop_null()).to_pylist()[:MOST_NODES]
    running = _runs(hosts, around) if hosts else {}
    rows: list[int] = []
    owners: list[str] = []
    if running:
        told = zip(
            *(events[name].to_pylist() for name in ("host.name", "@timestamp", "person")),
            strict=True,
        )
        for row, (host, time, person) in enumerate(told):
            found = _others(running.get(short(host or ""), ()), person, time)
            rows.extend([row] * len(found))
            owners.extend(found)
    place = events.schema.get_field_index("owner")
    taken = events.take(pa.array(rows, pa.int64()))
    return taken.set_column(place, "owner", pa.array(owners, pa.string()))


def short(host: str) -> str:
    """A host without its domain: Slurm names nodes so, sshd's host may be either."""
    return host.partition(".")[0].lower()


def _others(runs: Iterable[tuple[str, jobs.Job]], person: str, time: datetime) -> list[str]:
    """Who else's jobs ran there then; nobody where one's own may have."""
    found = set()
    for owner, job in runs:
        if owner == person:
            since = job.since and job.since - GRACE
            until = job.until and job.until + GRACE
            if (since is None or since <= time) and (until is None or time <= until):
                return []
        elif job.since and job.holds(time):
            found.add(owner)
    return sorted(found)


def _runs(hosts: list[str], around: Around) -> dict[str, list[tuple[str, jobs.Job]]]:
    """By node: the jobs of these days, each with the person whose it is."""
    names = sorted({*hosts, *map(short, hosts)})
    query = All((Exists("job.state"), OneOf("job.nodes", tuple(names))))
    earlier = around.before(LOOKED_BACK, query, jobs.COLUMNS)
    nodes = jobs.nodes_of(
        jobs.current(pa.concat_tables([earlier, around.events.select(jobs.COLUMNS)]))
    )
    found: dict[str, list[tuple[str, jobs.Job]]] = {}
    for (node, account), held in nodes.jobs.items():
        for job in held.values():
            at = job.since or job.until or around.begin
            owner = around.site.directory.who(account, at)
            if owner:
                found.setdefault(short(node), []).append((owner, job))
    return found
