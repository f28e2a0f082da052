"""What many messages tell, program by program; for one that nobody knows little is done."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from analytics.columnar.kinds import Kinds
from analytics.event import account
from analytics.histories import words
from analytics.syslogging.elevation import Elevation, concerns
from analytics.syslogging.envelope import Labels
from analytics.syslogging.forms import (
    UNTOLD,
    Compiled,
    Groups,
    Told,
    address_of,
    row_of,
)
from analytics.syslogging.messages import FINDERS, PLAIN, is_read, named, told

ONE_BY_ONE = ("pam_", "PAM ", "message repeated ", "last message ", "-")  # how such texts begin
PLAIN_ROW = row_of(PLAIN) | {"actor.basis": UNTOLD}
Columns = dict[str, Iterable[Any]]


class Messages:
    """The messages of some lines, each with its program and the labels of its envelope."""

    def __init__(
        self,
        programs: Sequence[str | None],
        messages: Sequence[str],
        labels: Sequence[Labels],
        realm: str,
    ) -> None:
        self._programs, self._texts = programs, [message.strip() for message in messages]
        self._labels, self._realm = labels, realm
        self._labelled = any(labels)
        self._kinds = Kinds(len(programs))
        self._alone: dict[int, Told] = {}  # what rows tell that were read one by one
        self._read()

    def complete(
        self, elevation: Elevation, hosts: Sequence[str | None], times: Sequence[int]
    ) -> None:
        """Says who is behind root, where messages of sudo tell it."""
        rows = sorted(row for row, told in self._alone.items() if concerns(told))
        changed = elevation.completed(
            [self._alone[row] for row in rows],
            [hosts[row] for row in rows],
            [times[row] for row in rows],
        )
        self._alone.update(zip(rows, changed, strict=True))

    def columns(self) -> dict[str, pa.Array]:
        """A column for each field that any message fills."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        for row, told_there in self._alone.items():
            places[id(told_there)].append(row)
        for same in places.values():
            self._kinds.put(same, self._alone[same[0]])
        return self._kinds.columns()

    def _read(self) -> None:
        places: defaultdict[str | None, list[int]] = defaultdict(list)
        for place, program in enumerate(self._programs):
            places[program].append(place)
        for program, rows in places.items():
            name, path = named(program)
            shared = {"process.name": name, "process.executable": path}
            find = FINDERS.get(name or "") or FINDERS.get((name or "").lower())
            if find is None and name and is_read(name):
                self._one_by_one(rows)
            else:
                self._of_program(rows, shared, find)

    def _of_program(
        self,
        rows: list[int],
        shared: Mapping[str, Any],
        find: Callable[[str], tuple[Compiled, Groups] | None] | None,
    ) -> None:
        texts = self._texts
        alone = [row for row in rows if texts[row].startswith(ONE_BY_ONE)]
        if alone:
            self._one_by_one(alone)
            others = set(alone)
            rows = [row for row in rows if row not in others]
        if find is None:
            self._plain(rows, shared)
            return
        plain: list[int] = []
        formed: dict[int, tuple[Compiled, list[int], list[Groups]]] = {}
        for row in rows:
            if found := find(texts[row]):
                one, groups = found
                of_form = formed.setdefault(id(one), (one, [], []))
                of_form[1].append(row)
                of_form[2].append(groups)
            else:
                plain.append(row)
        self._plain(plain, shared)
        for one, places, told_there in formed.values():
            self._formed(one, places, told_there, shared)

    def _one_by_one(self, rows: Iterable[int]) -> None:
        for row in rows:
            text, labels = self._texts[row], self._labels[row]
            self._alone[row] = told(self._programs[row], text, labels, self._realm)

    def _plain(self, rows: list[int], shared: Mapping[str, Any]) -> None:
        if rows:
            messages = [self._texts[row] for row in rows]
            self._kinds.put(rows, {**PLAIN_ROW, **shared}, {"message": messages})
            self._label(rows)

    def _label(self, rows: Iterable[int]) -> None:
        """Takes the labels of envelopes, those that rows share at once."""
        if not self._labelled:
            return
        places: defaultdict[int, list[int]] = defaultdict(list)
        for row in rows:
            places[id(self._labels[row])].append(row)
        for same in places.values():
            for name, text in self._labels[same[0]]:
                self._kinds.label(same, name, [text] * len(same))

    def _formed(
        self, one: Compiled, rows: list[int], told_there: list[Groups], shared: Mapping[str, Any]
    ) -> None:
        groups = list(zip(*told_there, strict=True))
        own: Columns = {field: groups[place] for place, field in one.fields}
        if "process.command_line" in own:
            own["process.args"] = [words(line) if line else None for line in own[COMMAND]]
        if one.actor is not None:
            own["actor.account"] = [account("unix", name) for name in groups[one.actor]]
        own["message"] = _sentences(one, groups, len(rows))
        hosts: list[str | None] = []
        if one.address is not None:
            own["source.ip"], hosts = _addresses(groups[one.address])
        self._kinds.put(rows, {**shared, **one.row, "actor.basis": one.basis}, own)
        for place, name in one.labels:
            self._kinds.label(rows, name, [text or None for text in groups[place]])
        if hosts:
            self._kinds.label(rows, "source_host", hosts)
        self._label(rows)


def _addresses(texts: Sequence[str | None]) -> tuple[list[str | None], list[str | None]]:
    """The internet addresses, and the names of hosts that stand in the place of some."""
    found = [address_of(text) if text else None for text in texts]
    if None not in found:
        return found, []
    pairs = zip(found, texts, strict=True)
    return found, [None if address else text or None for address, text in pairs]


COMMAND = "process.command_line"


def _sentences(one: Compiled, groups: Sequence[Groups], size: int) -> Iterable[str]:
    if not one.parts:
        return [one.template % ()] * size
    parts = (groups[place] for place in one.parts)
    told_parts = (part if all(part) else [word or "?" for word in part] for part in parts)
    return map(one.template.__mod__, zip(*told_parts, strict=True))
