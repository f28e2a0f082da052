"""Whose it was. Each function gives `owner` (a person) and `owner_team`, null where unknown."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import REALM
from analytics.identity import Directory
from analytics.resources import Resource, Resources
from analytics.selection import either, known

TEAM = "team:"


def of_events(events: pa.Table, directory: Directory, resources: Resources) -> pa.Table:
    """The events with the owners they name themselves."""
    return with_owners(events, events["owner"])


def of_paths(events: pa.Table, directory: Directory, resources: Resources) -> pa.Table:
    """The events with the owners that the most specific row for their file.path names; without
    such a row, with those they name themselves."""
    encoded = pc.dictionary_encode(events["file.path"].combine_chunks())
    found: list[Resource | None] = [
        resources.of("path", path) for path in encoded.dictionary.to_pylist()
    ]
    codes = np.asarray(pc.fill_null(encoded.indices, len(found)), dtype=np.int64)
    named = [None if row is None else row.owner for row in found]
    return of_named(
        events, pa.array(np.array([*named, None], dtype=object)[codes], pa.string()), directory
    )


def of_named(events: pa.Table, owners: pa.Array, directory: Directory) -> pa.Table:
    """The events with these owners as resources.csv names them (an account, or `team:…`), else
    with those they name themselves."""
    in_team = pc.fill_null(pc.starts_with(owners, TEAM), False)
    nobody = pa.scalar(None, pa.string())
    accounts = pa.chunked_array([pc.if_else(in_team, nobody, owners)])
    persons = directory.persons(accounts, events["@timestamp"])
    own = events["owner"].combine_chunks()
    teams = pc.utf8_slice_codeunits(pc.if_else(in_team, owners, nobody), len(TEAM))
    return with_owners(events, pc.if_else(pc.is_valid(owners), persons, own), teams)


def of_users(events: pa.Table, directory: Directory, resources: Resources) -> pa.Table:
    """The events with the person whose rights were used (sudo, su, `kubectl --as`) for an owner.

    A number is one of the realm that the actor's own account is of.
    """
    in_cluster = known(pc.starts_with(events["actor.account"], "k8s:"))
    kinds = pc.if_else(in_cluster, "k8s", "unix")
    named = pc.binary_join_element_wise(kinds, events["user.effective.name"], ":")
    realms = pc.struct_field(
        pc.extract_regex(events["actor.account"], r"^(?P<realm>uid:[^/]*)/"), 0
    )
    realms = pc.fill_null(realms, f"uid:{REALM}")
    numbered = pc.binary_join_element_wise(realms, events["user.effective.id"], "/")
    accounts = pc.coalesce(named, numbered)
    persons = directory.persons(accounts, events["@timestamp"])
    return with_owners(events, persons)


def teams_of(events: pa.Table, directory: Directory) -> pa.Array:
    """The team of each row's `person`."""
    encoded = pc.dictionary_encode(events["person"].combine_chunks())
    people = (directory.people.get(person) for person in encoded.dictionary.to_pylist())
    teams = pa.array([person.team if person else None for person in people], pa.string())
    return teams.take(encoded.indices)


def of_strangers(events: pa.Table, directory: Directory) -> pa.Table:
    """Those on what belongs to another person, or to a team that the actor is not of."""
    stranger = known(pc.not_equal(events["person"], events["owner"]))
    outsider = known(pc.not_equal(teams_of(events, directory), events["owner_team"]))
    return events.filter(either(stranger, outsider))


def with_owners(
    events: pa.Table, owner: pa.Array | pa.ChunkedArray, team: pa.Array | None = None
) -> pa.Table:
    """The events with these owners and, where any is, teams that own."""
    team = pa.nulls(events.num_rows, pa.string()) if team is None else team
    place = events.schema.get_field_index("owner")
    events = events.set_column(place, "owner", owner)
    if "owner_team" in events.column_names:
        return events.set_column(events.schema.get_field_index("owner_team"), "owner_team", team)
    return events.append_column("owner_team", team)
