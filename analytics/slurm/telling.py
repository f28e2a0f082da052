"""What the groups of a daemon's sentences tell, as columns: all lines of a form at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from analytics.columnar.kinds import Kinds
from analytics.event import Context
from analytics.slurm.values import nodes_of

SHOWN = re.compile(r"\([\d]+\)$")  # the plain number behind 41_3
NOT_TOLD = "not told"
Texts = Sequence[str | None]
Columns = dict[str, list[Any]]


class Actor(NamedTuple):
    """Who acted, where that is known from another line."""

    account: str
    basis: str
    uid: str


def acted(uid: str, basis: str, realm: str) -> Actor:
    """The actor behind a numeric id."""
    number = str(int(uid))
    return Actor(f"uid:{realm}/{number}", basis, number)


def tell(
    kinds: Kinds,
    rows: Sequence[int],
    shared: Mapping[str, Any],
    groups: Mapping[str, Texts],
    more: Mapping[str, list[Any]],
    actors: Mapping[int, Actor],
    context: Context,
) -> None:
    """Puts the rows of a form: what they share, what their groups tell, and more columns."""
    own: Columns = dict(more)
    labels: dict[str, Texts] = {}
    host = shared["event.category"] == "host"
    for name, texts in groups.items():
        if teller := TELLERS.get(name):
            _merge(own, teller(texts, context.realm))
        else:
            labels[name] = [text or None for text in texts]
        if name == "job":
            labels["job_raw"] = [text if text and text[-1] == ")" else None for text in texts]
        if name == "node" and host:
            own["host.name"] = [_host(text, context.host) for text in texts]
    for place, row in enumerate(rows):
        if row in actors:
            for name, value in zip(WHO, actors[row], strict=True):
                own.setdefault(name, [None] * len(rows))[place] = value
    if "actor.basis" in own:
        own["actor.basis"] = [basis or NOT_TOLD for basis in own["actor.basis"]]
    kinds.put(rows, {name: shared[name] for name in shared.keys() - own.keys()}, own)
    for name, told in labels.items():
        kinds.label(rows, name, told)


def _merge(own: Columns, more: Columns) -> None:
    for name, values in more.items():
        pairs = zip(own.get(name, values), values, strict=True)
        own[name] = [old if new is None else new for old, new in pairs]


WHO = ("actor.account", "actor.basis", "user.id")


def _uids(texts: Texts, realm: str) -> Columns:
    found = [acted(text, "uid in the message", realm) if text else None for text in texts]
    return {name: [one and one[place] for one in found] for place, name in enumerate(WHO)}


def _users(texts: Texts, realm: str) -> Columns:
    return {
        "actor.account": [f"slurm:{text}" if text else None for text in texts],
        "actor.basis": ["user in the message" if text else None for text in texts],
        "user.name": [text or None for text in texts],
    }


def _owners(texts: Texts, realm: str) -> Columns:
    owners = [f"uid:{realm}/{int(text)}" if text else None for text in texts]
    return {"owner.account": owners, "job.owner": owners}


def _jobs(texts: Texts, realm: str) -> Columns:
    return {
        "job.id": [
            SHOWN.sub("", text) if text and text[-1] == ")" else text or None for text in texts
        ]
    }


def _nodes(texts: Texts, realm: str) -> Columns:
    return {"job.nodes": [list(nodes_of(text)) or None if text else None for text in texts]}


def _host(text: str | None, here: str | None) -> str | None:
    if not text:
        return here
    nodes = nodes_of(text)
    return nodes[0] if len(nodes) == 1 else None


def _as(column: str, make: Callable[[str], Any]) -> Callable[[Texts, str], Columns]:
    return lambda texts, realm: {column: [make(text) if text else None for text in texts]}


TELLERS: dict[str, Callable[[Texts, str], Columns]] = {
    "uid": _uids,
    "user": _users,
    "owner": _owners,
    "job": _jobs,
    "node": _nodes,
    "partition": _as("job.partition", str),
    "address": _as("source.ip", str),
    "target": _as("user.target.name", str),
    "exit": _as("job.exit", int),
    "signal": _as("job.signal", int),
}
