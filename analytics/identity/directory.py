"""The people of a site and their accounts: who was behind an account at a time."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.identity.accounts import ATTRIBUTED, KEPT, Link, Use
from analytics.identity.people import Person, Position

ON_BEHALF_OF = "actor.on_behalf_of"


@dataclass(frozen=True)
class Directory:
    """The people of a site, their accounts, and what they were before they moved."""

    people: dict[str, Person] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    positions: tuple[Position, ...] = ()

    @cached_property
    def _by_account(self) -> dict[str, list[Link]]:
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            found[link.account].append(link)
        return dict(found)

    @cached_property
    def _by_person(self) -> dict[str, tuple[Link, ...]]:
        found: dict[str, list[Link]] = defaultdict(list)
        for link in self.links:
            if link.person:
                found[link.person].append(link)
        return {person: tuple(links) for person, links in found.items()}

    def links_of(self, person: str) -> tuple[Link, ...]:
        """The accounts of a person, none for an unknown one."""
        return self._by_person.get(person, ())

    def links_to(self, account: str) -> tuple[Link, ...]:
        """Whose the account is or was, and how it is used."""
        return tuple(self._by_account.get(account, ()))

    def who(self, account: str | None, at: datetime) -> str | None:
        """Who did what the account did at a time; None where nobody or more than one did."""
        return self._one(account, at, ATTRIBUTED)

    def behind(self, account: str | None, at: datetime) -> str | None:
        """Who stands behind an account: whoever acts with it, or keeps that bot or service.

        A review by an account behind which its author stands is nobody else's review.
        """
        return self._one(account, at, KEPT)

    def _one(self, account: str | None, at: datetime, uses: frozenset[Use]) -> str | None:
        links = self._by_account.get(account or "", ())
        people = {link.person for link in links if link.use in uses and link.holds(at)} - {""}
        return people.pop() if len(people) == 1 else None

    def persons(self, accounts: pa.ChunkedArray, times: pa.ChunkedArray) -> pa.Array:
        """`who` for columns: an array of person ids, null where unknown.

        An account that always belonged to the same person costs one look-up, however many rows.
        """
        encoded = pc.dictionary_encode(accounts.combine_chunks())
        encoded = encoded if isinstance(encoded, pa.DictionaryArray) else encoded.combine_chunks()
        codes = np.asarray(encoded.indices.fill_null(len(encoded.dictionary)))
        names: list[str | None] = []
        changing: list[int] = []
        for code, name in enumerate(encoded.dictionary.to_pylist()):
            links = self._by_account.get(name, [])
            steady = len(links) == 1 and links[0].always
            names.append((links[0].person or None) if steady and _attributed(links[0]) else None)
            if links and not steady:
                changing.append(code)
        names.append(None)
        if changing:
            rows = np.flatnonzero(np.isin(codes, changing))
            accounts = encoded.dictionary.take(pa.array(codes[rows])).to_pylist()
            moments = times.take(pa.array(rows)).to_pylist()
            codes = codes.astype(np.int64)
            codes[rows] = np.arange(len(names), len(names) + len(rows))
            names.extend(map(self.who, accounts, moments))
        return pa.array(names, pa.string()).take(pa.array(codes))

    def joined(self, events: pa.Table) -> pa.Table:
        """The events with `person` and `owner` (behind owner.account).

        The person is who acted; where that account is nobody's own (a bot, a service), whoever
        it acted for, if `events` have that column.
        """
        times = events["@timestamp"]
        person = self.persons(events["actor.account"], times)
        if ON_BEHALF_OF in events.column_names:
            person = pc.coalesce(person, self.persons(events[ON_BEHALF_OF], times))
        owner = self.persons(events["owner.account"], times)
        return events.append_column("person", person).append_column("owner", owner)

    def as_of(self, day: date) -> "Directory":
        """With everybody's team, role and manager as they were on that day."""
        former = {one.person: one for one in self.positions if one.holds(day)}
        if not former:
            return self
        people = {
            person.id: former[person.id].of(person) if person.id in former else person
            for person in self.people.values()
        }
        return replace(self, people=people)

    def peers(self, person: str) -> list[str]:
        """The people of the same role, or of the same team where the role stands alone."""
        me = self.people.get(person)
        if me is None:
            return []
        role = [other.id for other in self.people.values() if other.role == me.role]
        return (
            role
            if len(role) > 2
            else [other.id for other in self.people.values() if other.team == me.team]
        )

    def reports(self, manager: str) -> list[str]:
        """Those whom the person manages."""
        return [person.id for person in self.people.values() if person.manager == manager]


def _attributed(link: Link) -> bool:
    return link.use in ATTRIBUTED
