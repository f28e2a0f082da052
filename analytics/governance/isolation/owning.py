"""Whose it was, for each kind of act: `owner` (a person) and `owner_team`, null where unknown."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import REALM, account
from analytics.governance import ownership
from analytics.governance.around import Around
from analytics.governance.isolation import choosing, presence, typed
from analytics.governance.makers import base_of, makers_of
from analytics.resources import Resource
from analytics.selection import both, done, either, filled, has

CHANGED_ENDS = ("TIMEOUT", "DEADLINE", "REQUEUED", "REQUEUE_HOLD", "SUSPENDED")
SOON = timedelta(hours=1)
NAMESPACE = "objectRef.namespace"


def of_events(events: pa.Table, around: Around) -> pa.Table:
    """Of what they name themselves."""
    return ownership.of_events(events, around.site.directory, around.site.resources)


def of_paths(events: pa.Table, around: Around) -> pa.Table:
    """Of files, by resources.csv, else by themselves."""
    return ownership.of_paths(events, around.site.directory, around.site.resources)


def of_users(events: pa.Table, around: Around) -> pa.Table:
    """Of the rights that were used."""
    return ownership.of_users(events, around.site.directory, around.site.resources)


def of_jobs(events: pa.Table, around: Around) -> pa.Table:
    """Of jobs and runs: by themselves, else by who submitted or made what has that id."""
    unknown = events.filter(pc.is_null(events["owner"]))["job.id"].drop_null()
    makers = makers_of(pc.unique(unknown).to_pylist(), around)
    found = _looked_up(events["job.id"], makers)
    return ownership.with_owners(events, pc.coalesce(events["owner"], found))


def of_pods(events: pa.Table, around: Around) -> pa.Table:
    """Of pods: by their namespace in resources.csv, else by who made them."""
    spaces = pc.map_lookup(events["labels"], NAMESPACE, "first")
    named = pc.unique(spaces.drop_null()).to_pylist()
    rows = {name: around.site.resources.of("namespace", name) for name in named}
    events = ownership.of_named(events, _owners(spaces, rows), around.site.directory)
    makers = makers_of(pc.unique(events["job.id"].drop_null()).to_pylist(), around)
    found = _looked_up(events["job.id"], makers)
    return ownership.with_owners(
        events,
        pc.if_else(pc.is_valid(events["owner_team"]), None, pc.coalesce(events["owner"], found)),
        events["owner_team"],
    )


def of_nodes(events: pa.Table, around: Around) -> pa.Table:
    """Of the jobs that alone ran on the node; the team that a host belongs to is at home there."""
    hosts = pc.unique(events["host.name"].drop_null()).to_pylist()
    rows = {name: around.site.resources.of("host", name) for name in hosts}
    owned = ownership.of_named(events, _owners(events["host.name"], rows), around.site.directory)
    team = ownership.teams_of(owned, around.site.directory)
    home = either(
        pc.fill_null(pc.equal(team, owned["owner_team"]), False).combine_chunks(),
        pc.fill_null(pc.equal(owned["owner"], owned["person"]), False).combine_chunks(),
    )
    strangers = events.filter(pc.invert(home))
    told = presence.beside_others(strangers, around)
    return ownership.with_owners(told, told["owner"])


def of_changes(events: pa.Table, around: Around) -> pa.Table:
    """Of jobs that were changed: as the controller tells it, or as a typed command says and the
    job's end soon after bears out."""
    told = choosing.changed(events)
    typed_ = _targets(events.filter(pc.invert(told)), around)
    borne_out = typed_.filter(pa.array(_borne_out(typed_, around), pa.bool_()))
    return pa.concat_tables([of_jobs(events.filter(told), around), borne_out])


def of_commands(events: pa.Table, around: Around) -> pa.Table:
    """Of what was typed against jobs or everything of a user: a row for each. What the same
    person really did to the same job that day is left to those checks."""
    told = _targets(events, around)
    deeds = zip(_undone(told, around), _borne_out(told, around), strict=True)
    return told.filter(pa.array([undone and not out for undone, out in deeds], pa.bool_()))


def _targets(events: pa.Table, around: Around) -> pa.Table:
    """The commands, a row for each thing they would touch, with its job and owner."""
    told, targets = typed.spread(events)
    numbers = [target.job for target in targets]
    users = pa.chunked_array([_accounts(told["actor.account"], targets)])
    makers = makers_of([job for job in numbers if job], around)
    of_job = pa.array([makers.get(job) if job else None for job in numbers], pa.string())
    of_user = around.site.directory.persons(users, told["@timestamp"])
    place = told.schema.get_field_index("job.id")
    told = told.set_column(place, "job.id", pa.array(numbers, pa.string()))
    return ownership.with_owners(told, pc.coalesce(of_job, of_user))


def _undone(told: pa.Table, around: Around) -> list[bool]:
    """Rows whose job the person did not end or change that day, as far as is told."""
    acts = either(choosing.cancelled(around.events), choosing.changed(around.events))
    did = around.events.filter(
        both(acts, either(done(around.events), filled(around.events, "job.state")))
    )
    people = around.site.directory.persons(did["actor.account"], did["@timestamp"]).to_pylist()
    jobs = map(base_of, did["job.id"].fill_null("").to_pylist())
    pairs = set(zip(people, jobs, strict=True))
    asked = zip(told["person"].to_pylist(), told["job.id"].to_pylist(), strict=True)
    return [(person, base_of(job or "?")) not in pairs for person, job in asked]


def _borne_out(told: pa.Table, around: Around) -> list[bool]:
    """Rows of `scontrol` whose job soon after ran into its time limit, or was put back: what such
    a command brings about, and what seldom happens by itself in just that hour."""
    fell = around.events.filter(has(around.events, "job.state", *CHANGED_ENDS))
    ends = defaultdict[str, list[datetime]](list)
    for job, time in zip(fell["job.id"].to_pylist(), fell["@timestamp"].to_pylist(), strict=True):
        ends[base_of(job or "?")].append(time)
    names = ("process.command_line", "job.id", "@timestamp")
    rows = zip(*(told[name].to_pylist() for name in names), strict=True)
    return [
        "scontrol" in (line or "")
        and any(time <= end <= time + SOON for end in ends.get(base_of(job or "?"), ()))
        for line, job, time in rows
    ]


def _accounts(actors: pa.ChunkedArray, targets: Sequence[typed.Target]) -> pa.Array:
    """The accounts that are named; a number is one of the realm of the actor's own account."""
    found = []
    for actor, target in zip(actors.to_pylist(), targets, strict=True):
        name = target.user
        if name and name.isdigit():
            realm = (actor or "").removeprefix("uid:").partition("/")[0]
            name = f"uid:{realm if (actor or '').startswith('uid:') else REALM}/{name}"
        elif name:
            name = account("unix", name)
        found.append(name)
    return pa.array(found, pa.string())


def _owners(names: pa.ChunkedArray, rows: dict[str, Resource | None]) -> pa.Array:
    """The owner that resources.csv has for each name."""
    return _looked_up(names, {name: row.owner for name, row in rows.items() if row})


def _looked_up(names: pa.ChunkedArray, known: dict[str, str]) -> pa.Array:
    keys = pa.array(list(known), pa.string())
    places = pc.index_in(names, value_set=keys)
    found = pa.array(list(known.values()), pa.string()).take(places)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
