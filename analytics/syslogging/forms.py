"""What kinds of messages tell: patterns whose groups are fields of an event."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from analytics.event import account

Told = Mapping[str, Any]  # field name → value; what an event's message says beside its envelope
Groups = tuple[str | Any, ...]
LONGEST_LABEL = 1024
UNTOLD = "not told"
OF_ROOT = "root session, not told"
CONTROL = re.compile(r"#(0[0-3][0-7]|040|177)")
FIELDS = {
    "user": "user.name",
    "uid": "user.id",
    "effective": "user.effective.name",
    "effective_id": "user.effective.id",
    "target": "user.target.name",
    "command": "process.command_line",
    "directory": "process.working_directory",
    "executable": "process.executable",
    "path": "file.path",
    "job": "job.id",
}


class Deed(NamedTuple):
    """Category, type, action and outcome of an event."""

    category: str
    type: str
    action: str
    outcome: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A kind of message. Groups named as in `FIELDS` are fields, the others are labels.

    `actor` names the group that holds the user who acted, `basis` says how that is known.
    """

    pattern: str
    deed: Deed
    sentence: str
    actor: str | None = None
    basis: str = UNTOLD
    module: str | None = None
    kind: str | None = None  # of fault, kept as label
    user: str | None = None  # who is meant, where no group says it


class Compiled(NamedTuple):
    """A form made ready: places of groups instead of their names."""

    match: Callable[[str], re.Match[str] | None]
    row: dict[str, Any]  # what every message of the form tells
    fields: tuple[tuple[int, str], ...]
    labels: tuple[tuple[int, str], ...]
    address: int | None
    actor: int | None
    basis: str
    template: str
    parts: tuple[int, ...]


class Forms:
    """Some forms, looked up by a message's first word."""

    def __init__(self, *forms: Form) -> None:
        self._by_word: dict[str, list[Compiled]] = {}
        self._others: list[Compiled] = []
        for form in forms:
            first = re.match(r"[A-Za-z]+(?= )", form.pattern)
            place = self._by_word.setdefault(first[0], []) if first else self._others
            place.append(_compiled(form))

    def read(self, message: str) -> dict[str, Any] | None:
        """What the message tells, None where it has none of the forms."""
        found = self.found(message)
        return _told(*found) if found else None

    def found(self, message: str) -> tuple[Compiled, Groups] | None:
        """The form that a message has, with its groups."""
        for one in self._by_word.get(message[: message.find(" ")], ()):
            if match := one.match(message):
                return one, match.groups()
        for one in self._others:
            if match := one.match(message):
                return one, match.groups()
        return None


def _compiled(form: Form) -> Compiled:
    pattern = re.compile(form.pattern, re.DOTALL)
    places = {name: number - 1 for name, number in pattern.groupindex.items()}
    row = row_of(form.deed)
    if form.module:
        row["event.module"] = form.module
    if form.user:
        row["user.name"] = form.user
    if form.kind:
        row["labels"] = [("fault", form.kind)]
    names = re.findall(r"\{(\w+)\}", form.sentence)
    return Compiled(
        match=pattern.match,
        row=row,
        fields=tuple((place, FIELDS[name]) for name, place in places.items() if name in FIELDS),
        labels=tuple(
            (place, name)
            for name, place in places.items()
            if name not in FIELDS and name != "address"
        ),
        address=places.get("address"),
        actor=places[form.actor] if form.actor else None,
        basis=form.basis,
        template=re.sub(r"\{\w+\}", "%s", form.sentence.replace("%", "%%")),
        parts=tuple(places[name] for name in names),
    )


def _told(one: Compiled, groups: Groups) -> dict[str, Any]:
    row = one.row.copy()
    for place, field in one.fields:
        row[field] = groups[place]
    labels = [(name, groups[place][:LONGEST_LABEL]) for place, name in one.labels if groups[place]]
    if one.address is not None and (found := groups[one.address]):
        row["source.ip"] = address = address_of(found)
        if address is None:
            labels.append(("source_host", found[:LONGEST_LABEL]))
    if labels:
        row["labels"] = [*row.get("labels", ()), *labels]
    if one.actor is not None:
        row["actor.account"] = account("unix", groups[one.actor])
    row["actor.basis"] = one.basis
    row["message"] = one.template % tuple([groups[place] or "?" for place in one.parts])
    return row


def row_of(deed: Deed) -> dict[str, Any]:
    """The fields of a deed."""
    return {
        "event.category": deed.category,
        "event.type": deed.type,
        "event.action": deed.action,
        "event.outcome": deed.outcome,
    }


@lru_cache(maxsize=65_536)
def address_of(text: str) -> str | None:
    """The internet address, where the text is one."""
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        return None


def unescaped(text: str) -> str:
    """Text with the control characters that sudo and syslog daemons write as #012."""
    if "#" not in text:
        return text
    return CONTROL.sub(lambda match: _character(match[1]), text)


def _character(octal: str) -> str:
    return "\\x00" if octal == "000" else chr(int(octal, 8))
