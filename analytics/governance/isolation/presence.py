"""Sign-ins to nodes on which, as far as can be known, only jobs of others ran."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance import jobs
from analytics.governance.around import Around
from analytics.store.query import All, Exists, OneOf

LOOKED_BACK = 7  # days: longer than partitions let jobs run as a rule
GRACE = timedelta(hours=1)  # before and after an own job: to prepare it, to look what became of it
KNOWN_DAYS = (
    28  # a node that somebody signed in to in the weeks before is known to be theirs to use
)
ODD = 0.1  # of the others' sign-ins to nodes with jobs may be without an own one
MOST_NODES = 500


def beside_others(events: pa.Table, around: Around) -> pa.Table:
    """The sign-ins (with `person`) to nodes where a job of somebody else was running for certain
    and none of the person's own can have been: a row for each owner, with `owner`.

    A node of which nothing ran is no node that is another's: nothing is said of it. Neither is
    where the person signed in during the weeks before, or where people sign in without jobs.
    """
    hosts = pc.unique(events["host.name"].drop_null()).to_pylist()[:MOST_NODES]
    running = _runs(hosts, around) if hosts else {}
    names = ("host.name", "@timestamp", "person")
    signed = list(zip(*(events[name].to_pylist() for name in names), strict=True))
    found = [_others(running.get(short(host), ()), person, time) for host, time, person in signed]
    pairs = {
        (person, short(host)): owners
        for (host, _, person), owners in zip(signed, found, strict=True)
        if owners is not None
    }
    known = _signed_in_before({host for (_, host), owners in pairs.items() if owners}, around)
    rows: list[int] = []
    owned: list[str] = []
    for row, ((host, _, person), owners) in enumerate(zip(signed, found, strict=True)):
        if owners and (person, short(host)) not in known and _is_odd(person, pairs):
            rows.extend([row] * len(owners))
            owned.extend(owners)
    place = events.schema.get_field_index("owner")
    taken = events.take(pa.array(rows, pa.int64()))
    return taken.set_column(place, "owner", pa.array(owned, pa.string()))


def _is_odd(person: str, pairs: Mapping[tuple[str, str], list[str]]) -> bool:
    """Whether others, as a rule, sign in to nodes on which they have jobs: where they do not, the
    site does not bind sign-ins to jobs, and one more means nothing."""
    others = [owners for (who, _), owners in pairs.items() if who != person]
    return sum(bool(owners) for owners in others) <= ODD * len(others)


def _signed_in_before(hosts: set[str], around: Around) -> set[tuple[str, str]]:
    """Who signed in to which of these nodes in the weeks before."""
    if not hosts:
        return set()
    query = OneOf("event.action", ("logged-in", "session.start"))
    columns = ("@timestamp", "actor.account", "host.name")
    past = around.before(KNOWN_DAYS, query, columns)
    names = pc.utf8_lower(pc.struct_field(pc.extract_regex(past["host.name"], r"^(?P<h>[^.]*)"), 0))
    past = past.append_column("node", names)
    past = past.filter(pc.is_in(past["node"], value_set=pa.array(sorted(hosts), pa.string())))
    people = around.site.directory.persons(past["actor.account"], past["@timestamp"])
    pairs = pa.table({"person": people, "node": past["node"]}).group_by(["person", "node"])
    return {(row["person"], row["node"]) for row in pairs.aggregate([]).to_pylist()}


def short(host: str) -> str:
    """A host without its domain: Slurm names nodes so, sshd's host may be either."""
    return host.partition(".")[0].lower()


def _others(runs: Iterable[tuple[str, jobs.Job]], person: str, time: datetime) -> list[str] | None:
    """Who else's jobs ran there then; nobody where one's own may have, None where none did."""
    found = set()
    for owner, job in runs:
        if owner == person:
            since = job.since and job.since - GRACE
            until = job.until and job.until + GRACE
            if (since is None or since <= time) and (until is None or time <= until):
                return []
        elif job.since and job.holds(time):
            found.add(owner)
    return sorted(found) or None


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
