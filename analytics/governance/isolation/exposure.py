"""Who could touch the work of others, as rights seen in logs tell; nobody did anything yet.

Shown beside who did, and never scored: many people have such rights for good reasons.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from analytics.event import account
from analytics.governance.ownership import TEAM
from analytics.selection import both, done, either, has, matches
from analytics.site import Site
from analytics.store.base import EventStore, Question
from analytics.store.query import Any as AnyOf
from analytics.store.query import OneOf

TABLE = pa.schema(
    [
        ("who", pa.string()),
        ("owner", pa.string()),
        ("how", pa.string()),
        ("where", pa.string()),
        ("times", pa.int64()),
        ("last", pa.timestamp("us", tz="UTC")),
        ("event", pa.string()),
    ]
)
EVERYBODY = "everybody"
COLUMNS = (
    *("@timestamp", "event.id", "event.action", "event.outcome", "actor.account", "host.name"),
    *("user.target.name", "user.effective.name", "user.effective.id"),
    *("process.name", "process.command_line", "process.working_directory", "labels"),
)
# Groups that make root, or as good as root (containers and disks), on the usual distributions.
ROOT_GROUPS = frozenset({"root", "sudo", "wheel", "admin", "docker", "lxd", "libvirt", "disk"})
LEVELS = {
    "operator": "operator of the scheduler",
    "administrator": "administrator of the scheduler",
}
ROLES = frozenset({"cluster-admin", "admin", "edit"})  # Kubernetes' own roles that may change pods
BINDINGS = tuple(
    f"{verb} {kind}"
    for verb in ("create", "patch", "update")
    for kind in ("rolebindings", "clusterrolebindings")
)
JOINED = ("added-to-group", "changed-members-of-group")
CHMOD = re.compile(r"(?:^|[\s;&|/])chmod\s+((?:-\S+\s+)*)(\S+)\s+([^;&|<>]+)")
OPEN_MODE = re.compile(r"0*[0-7]?[0-7]{2}[2367]|(?:[ugoa]*[ao][ugoa]*\+\w*w\w*|\+\w*w\w*)")
AS_ROOT = ("@timestamp_count", "@timestamp_first", "event.id_first")
STICKY = re.compile(r"0*[1357][0-7]{3}|.*\+\w*t.*")  # as of /tmp: nobody removes others' files

Fact = tuple[str, str, str, str]  # who, whose, how, where
Seen = tuple[int, datetime, str]  # how often, when last, that event


def exposure(since: datetime, until: datetime, site: Site, store: EventStore) -> pa.Table:
    """Rows with the columns of `TABLE`, the newest first: `who` (a person or everybody) could touch
    what belongs to `owner` (a person, `team:…` or everybody) on or in `where`; how often and when
    it was last seen, and that event. Rights that were there before `since` are not known."""
    wanted = (*BINDINGS, *JOINED, "admin-level-set", "ran-command")
    query = AnyOf((OneOf("event.action", wanted), OneOf("process.name", ("chmod",))))
    question = Question(since=since, until=until, query=query)
    found: dict[Fact, Seen] = {}
    for events in store.scan(question, COLUMNS):
        events = events.filter(done(events))  # noqa: PLW2901
        for fact, seen in (*_as_root(events, site), *_told(events, site)):
            before = found.get(fact, (0, since, ""))
            newest = max(before[1:], seen[1:])
            found[fact] = (before[0] + seen[0], *newest)
    rows = [dict(zip(TABLE.names, (*fact, *seen), strict=True)) for fact, seen in found.items()]
    order = [("last", "descending"), ("who", "ascending"), ("how", "ascending")]
    return pa.Table.from_pylist(rows, schema=TABLE).sort_by(order)


def _told(events: pa.Table, site: Site) -> Iterator[tuple[Fact, Seen]]:
    """Facts of the few events that change rights."""
    opening = matches(events, "process.command_line", r"\bchmod\b")
    few = either(has(events, "event.action", *READERS), opening)
    for row in events.filter(few).to_pylist():
        facts = set(_opened(row, site))
        if read := READERS.get(row["event.action"]):
            facts.update(read(row, dict(row["labels"] or ()), site))
        yield from ((fact, (1, row["@timestamp"], row["event.id"])) for fact in facts)


def _as_root(events: pa.Table, site: Site) -> Iterator[tuple[Fact, Seen]]:
    """Commands as root: there may be many, so each account and host is one row."""
    root = either(has(events, "user.effective.name", "root"), has(events, "user.effective.id", "0"))
    ran = events.filter(both(has(events, "event.action", "ran-command"), root))
    grouped = (
        ran.sort_by([("@timestamp", "descending")])
        .group_by(["actor.account", "host.name"], use_threads=False)
        .aggregate([("@timestamp", "count"), ("@timestamp", "first"), ("event.id", "first")])
    )
    for account_, host, times, last, event in zip(
        *(grouped[name].to_pylist() for name in ("actor.account", "host.name")),
        *(grouped[name].to_pylist() for name in AS_ROOT),
        strict=True,
    ):
        if who := site.directory.who(account_, last):
            yield (who, EVERYBODY, "commands as root", host or ""), (times, last, event)


def _person(kind: str, name: str | None, row: dict[str, Any], site: Site) -> Iterator[str]:
    if person := site.directory.who(account(kind, name), row["@timestamp"]):
        yield person


def _joined_group(row: dict[str, Any], labels: Mapping[str, str], site: Site) -> Iterator[Fact]:
    group = labels.get("group") or ""
    if group in ROOT_GROUPS and labels.get("what") != "removed":
        for who in _person("unix", row["user.target.name"], row, site):
            yield who, EVERYBODY, f"group {group}", row["host.name"] or ""


def _level(row: dict[str, Any], labels: Mapping[str, str], site: Site) -> Iterator[Fact]:
    how = LEVELS.get(labels.get("admin_level") or "")
    if how:
        for who in _person("slurm", row["user.target.name"], row, site):
            yield who, EVERYBODY, how, labels.get("cluster") or ""


def _bound(row: dict[str, Any], labels: Mapping[str, str], site: Site) -> Iterator[Fact]:
    role = labels.get("requestObject.roleRef.name") or ""
    if role not in ROLES:
        return
    space = labels.get("objectRef.namespace") or ""
    everywhere = "cluster" in (row["event.action"] or "")
    owner = None if everywhere else site.resources.of("namespace", space)
    whose = owner.owner if owner else EVERYBODY
    if not whose.startswith(TEAM) and whose != EVERYBODY:
        whose = site.directory.who(whose, row["@timestamp"]) or whose
    for subject in (labels.get("requestObject.subjects") or "").split(", "):
        kind, _, name = subject.partition(":")
        if kind == "User":
            for who in _person("k8s", name, row, site):
                yield who, whose, f"role {role}", "" if everywhere else space


def _opened(row: dict[str, Any], site: Site) -> Iterator[Fact]:
    """Paths with an owner that a command let everybody write to."""
    for _, mode, paths in CHMOD.findall((row["process.command_line"] or "")[:4_000]):
        if not OPEN_MODE.fullmatch(mode) or STICKY.fullmatch(mode):
            continue
        for path in paths.split()[:50]:
            if not path.startswith("/") and (here := row["process.working_directory"]):
                path = f"{here.rstrip('/')}/{path}"  # noqa: PLW2901
            if resource := site.resources.of("path", path):
                owner = resource.owner
                if not owner.startswith(TEAM):
                    owner = site.directory.who(owner, row["@timestamp"]) or ""
                if owner:
                    yield EVERYBODY, owner, "writable for everybody", path


Reader = Callable[[dict[str, Any], Mapping[str, str], Site], Iterator[Fact]]
READERS: Mapping[str, Reader] = {
    "admin-level-set": _level,
    **dict.fromkeys(JOINED, _joined_group),
    **dict.fromkeys(BINDINGS, _bound),
}
