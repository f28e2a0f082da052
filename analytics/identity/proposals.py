"""Whose an unknown account may be: proposals with reasons, for people to accept or refuse."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from analytics.identity.accounts import ATTRIBUTED, kind_and_name
from analytics.identity.directory import Directory
from analytics.identity.names import (
    SHORTEST,
    compact,
    local_part,
    login_forms,
    words_of,
    written_ways,
)
from analytics.identity.sightings import TieKind
from analytics.identity.unix import UnixUser

SAME_MAIL, SEEN_MAIL, PASSWD, NUMBERED, SAME_USER = 0.95, 0.9, 0.95, 0.85, 0.85
PUSHED, SAME_LOGIN, SHORT_LOGIN, FULL_NAME, SHORT_NAME = 0.7, 0.6, 0.3, 0.6, 0.35
LEAST, SUREST, MOST = 0.2, 0.99, 3
LOGINLIKE = frozenset({"unix", "slurm", "pbs"})  # the same name is the same user there


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What was seen beside an account: see sightings.Tie. `share` is how much of all that is
    tied to the other so comes from this account."""

    kind: TieKind
    other: str
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An account may be this person's: how sure, from 0 to 1, and why."""

    account: str
    person: str
    confidence: float
    reasons: tuple[str, ...]


@dataclass
class _Clues:
    """What is known of everybody, by what an account may share with it."""

    directory: Directory
    passwd: dict[str, list[UnixUser]] = field(default_factory=lambda: defaultdict(list))
    owners: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    logins: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    full_names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    short_names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


Clue = tuple[set[str], float, str]


class Proposer:
    """Proposes owners; made once of all that is known, then asked for each account."""

    def __init__(self, directory: Directory, passwd: Iterable[tuple[str, UnixUser]] = ()) -> None:
        """`passwd` are users, each with the realm of its number."""
        self._clues = _Clues(directory)
        for realm, user in passwd:
            self._clues.passwd[f"uid:{realm}/{user.uid}"].append(user)
        for link in directory.links:
            if link.use in ATTRIBUTED and link.person:
                self._learn(link.account, link.person)
        for person in directory.people.values():
            for way, whole in written_ways(person.name):
                names = self._clues.full_names if whole else self._clues.short_names
                names[way].add(person.id)

    def _learn(self, account: str, person: str) -> None:
        kind, name = kind_and_name(account)
        self._clues.owners[account].add(person)
        if "@" in name:
            self._clues.owners[f"mail:{name.lower()}"].add(person)
        if kind != "uid":
            self._clues.logins[compact(local_part(name))].add(person)

    def propose(self, account: str, beside: Iterable[Beside] = ()) -> list[Proposal]:
        """Whose it may be, the surest first, at most three."""
        unsure: dict[str, float] = defaultdict(lambda: 1.0)
        reasons: dict[str, list[str]] = defaultdict(list)
        for people, confidence, reason in self._found(account, tuple(beside)):
            for person in sorted(people):
                unsure[person] *= 1 - confidence / len(people)
                if reason not in reasons[person]:
                    reasons[person].append(reason)
        proposals = [
            Proposal(
                account=account,
                person=person,
                confidence=min(1 - rest, SUREST),
                reasons=tuple(reasons[person]),
            )
            for person, rest in unsure.items()
            if 1 - rest >= LEAST
        ]
        return sorted(proposals, key=lambda one: (-one.confidence, one.person))[:MOST]

    def _found(self, account: str, beside: tuple[Beside, ...]) -> Iterator[Clue]:
        kind, name = kind_and_name(account)
        if kind == "uid":
            yield from self._numbered(account)
        else:
            yield from self._named(kind, name)
        for one in beside:
            yield from self._beside(one)

    def _numbered(self, account: str) -> Iterator[Clue]:
        for user in self._clues.passwd.get(account, ()):
            owners = self._clues.owners.get(f"unix:{user.name}", set())
            yield owners, PASSWD, f"a passwd file says that it is unix:{user.name}"
            if not owners and user.human:
                yield from self._called(user.full_name, "its passwd entry gives")

    def _named(self, kind: str, name: str) -> Iterator[Clue]:
        if "@" in name:
            yield self._clues.owners.get(f"mail:{name.lower()}", set()), SAME_MAIL, "same e-mail"
        login = compact(local_part(name))
        if kind in LOGINLIKE:
            same = (self._clues.owners.get(f"{other}:{name}", set()) for other in LOGINLIKE)
            yield set().union(*same), SAME_USER, "the same user of the cluster"
        elif len(login) >= SHORTEST:
            sure = SAME_LOGIN if len(login) > SHORTEST else SHORT_LOGIN
            what = "same local part" if "@" in name else "same login"
            yield self._clues.logins.get(login, set()), sure, what
        for form, part in login_forms(local_part(name)):
            if len(form) >= SHORTEST:
                people = self._clues.full_names.get(form, set())
                yield people, FULL_NAME * part, "it is the person's name"
                people = self._clues.short_names.get(form, set())
                yield people, SHORT_NAME * part, "it is made of the person's name"

    def _beside(self, one: Beside) -> Iterator[Clue]:
        owners = self._clues.owners.get(one.other, set())
        if one.kind is TieKind.MAIL:
            mail = one.other.startswith("mail:")
            seen = "an e-mail of this person" if mail else f"the same e-mail as {one.other}"
            yield owners, SEEN_MAIL, f"its events carry {seen}"
        elif one.kind is TieKind.NUMBERED:
            yield owners, NUMBERED, f"one record names it and {one.other}"
        elif one.kind is TieKind.PUSHED:
            yield owners, PUSHED * one.share, f"seen in one push with {one.other}"
        else:
            yield from self._called(one.other, "its events give")

    def _called(self, name: str, where: str) -> Iterator[Clue]:
        words = words_of(name)
        if len(words) > 1:
            people = self._clues.full_names.get(words[0] + words[-1], set())
            yield people, FULL_NAME, f"{where} the person's name"
