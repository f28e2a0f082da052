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
    return _owned(events, events["owner"], pa.nulls(events.num_rows, pa.string()))


def of_paths(events: pa.Table, directory: Directory, resources: Resources) -> pa.Table:
    """The events with the owners that the most specific row for their file.path names; without
    such a row, with those they name themselves."""
    encoded = pc.dictionary_encode(events["file.path"].combine_chunks())
    found: list[Resource | None] = [
        resources.of("path", path) for path in encoded.dictionary.to_pylist()
    ]
    codes = np.asarray(pc.fill_null(encoded.indices, len(found)), dtype=np.int64)
    named = [None if row is None else row.owner for row in found]
    owners = pa.array(np.array([*named, None], dtype=object)[codes], pa.string())
    in_team = pc.fill_null(pc.starts_with(owners, TEAM), False)
    nobody = pa.scalar(None, pa.string())
    accounts = pa.chunked_array([pc.if_else(in_team, nobody, owners)])
    persons = directory.persons(accounts, events["@timestamp"])
    own = events["owner"].combine_chunks()
    teams = pc.utf8_slice_codeunits(pc.if_else(in_team, owners, nobody), len(TEAM))
    return _owned(events, pc.if_else(pc.is_valid(owners), persons, own), teams)


def of_users(events: pa.Table, directory: Directory, resources: Resources) -> pa.Table:
    """The events with the person whose rights were used (sudo, su) for an owner.

    A number is one of the realm that the actor's own account is of.
    """
    named = pc.binary_join_element_wise("unix", events["user.effective.name"], ":")
    realms = pc.struct_field(
        pc.extract_regex(events["actor.account"], r"^(?P<realm>uid:[^/]*)/"), 0
    )
    realms = pc.fill_null(realms, f"uid:{REALM}")
    numbered = pc.binary_join_element_wise(realms, events["user.effective.id"], "/")
    accounts = pc.coalesce(named, numbered)
    persons = directory.persons(accounts, events["@timestamp"])
    return _owned(events, persons, pa.nulls(events.num_rows, pa.string()))


def of_strangers(events: pa.Table, directory: Directory) -> pa.Table:
    """Those on what belongs to another person, or to a team that the actor is not of."""
    encoded = pc.dictionary_encode(events["person"].combine_chunks())
    people = (directory.people.get(person) for person in encoded.dictionary.to_pylist())
    teams = pa.array([person.team if person else None for person in people], pa.string())
    stranger = known(pc.not_equal(events["person"], events["owner"]))
    outsider = known(pc.not_equal(teams.take(encoded.indices), events["owner_team"]))
    return events.filter(either(stranger, outsider))


def _owned(events: pa.Table, owner: pa.Array | pa.ChunkedArray, team: pa.Array) -> pa.Table:
    place = events.schema.get_field_index("owner")
    return events.set_column(place, "owner", owner).append_column("owner_team", team)
