"""The site's own tables: people, resources, hosts, duty, leave, incidents, watch-list."""

import csv
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from analytics.simulation.calendar import written
from analytics.simulation.organisation import PROJECTS, REPOSITORIES, SHARED_LIBRARIES, Person
from analytics.simulation.world import World

CRITICALITY = {"llm-70b": "extreme", "llm-13b": "high", "vit-scale": "high", "speech-xl": "high"}


def write(folder: Path, world: World) -> None:
    """Writes every table into the site folder."""
    people = world.organisation.people
    _table(
        folder / "people.csv",
        ("person", "name", "team", "role", "manager", "start", "end", "accounts", "moved"),
        (
            (
                one.id,
                one.name,
                one.team,
                one.role,
                one.manager,
                one.start,
                "",
                one.accounts,
                world.moved if one != _at_first(world, one) else "",
            )
            for one in people
        ),
    )
    _table(folder / "resources.csv", ("kind", "pattern", "owner", "criticality"), _resources(world))
    _table(
        folder / "hosts.csv",
        ("host", "address", "kind", "sources"),
        (
            (host, world.organisation.address_of(host), _kind(host), world.sources_of_hosts)
            for host in world.organisation.hosts
        ),
    )
    _table(folder / "oncall.csv", ("person", "start", "end"), _duty(world))
    _table(
        folder / "leave.csv",
        ("person", "start", "end", "kind"),
        ((leave.person, leave.start, leave.end, leave.kind) for leave in world.calendar.leaves),
    )
    _table(
        folder / "incidents.csv",
        ("id", "start", "end", "title", "host"),
        (
            (f"INC-{number:03d}", written(one.start), written(one.end), one.title, one.host)
            for number, one in enumerate(world.incidents, 1)
        ),
    )
    privileged = (
        (one.id, "privileged", one.start, "") for one in world.organisation.administrators
    )
    watched = (*privileged, *world.watched)
    _table(folder / "watchlist.csv", ("person", "reason", "start", "end"), watched)


def _resources(world: World) -> Iterable[Sequence[object]]:
    """Whose everything is: the most specific pattern counts."""
    yield "path", "/shared/envs/*", "team:infra", "extreme"
    yield "path", "/shared/data/*", "team:data", "high"
    for team, projects in PROJECTS.items():
        for project in projects:
            level = CRITICALITY.get(project, "medium")
            yield "path", f"/shared/ckpt/{project}/*", f"team:{team}", level
            yield "path", f"/shared/projects/{project}/*", f"team:{team}", "medium"
            yield "model", f"northlab/{project}-*", f"team:{team}", level
    for person in world.organisation.people:
        yield "path", f"/home/{person.login}/*", f"unix:{person.login}", "medium"
        account = f"unix:{person.login}"
        for own in dict.fromkeys((person.project, _at_first(world, person).project)):
            level = CRITICALITY.get(own, "medium")
            yield "path", f"/shared/ckpt/{own}/{person.login}-*", account, level
            yield "path", f"/shared/projects/{own}/{person.login}/*", account, "medium"
    for name, team in REPOSITORIES.items():
        level = "extreme" if name in SHARED_LIBRARIES else "high"
        yield "repository", f"lab/{name}", f"team:{team}", level
    for node in world.organisation.nodes:
        yield "host", node, "team:infra", "high"
    for team in PROJECTS:
        yield "namespace", f"team-{team}", f"team:{team}", "medium"
    yield "host", "login01", "team:infra", "medium"
    yield "partition", "large", "team:infra", "high"


def _at_first(world: World, person: Person) -> Person:
    """What somebody was on the first day."""
    return world.calendar.organisation.by_login[person.login]


def _duty(world: World) -> Iterable[Sequence[object]]:
    """A row a week."""
    monday = world.calendar.first - timedelta(days=world.calendar.first.weekday())
    while monday <= world.calendar.last:
        yield world.calendar.on_call(monday).id, monday, monday + timedelta(days=6)
        monday += timedelta(days=7)


def _kind(host: str) -> str:
    return {"login01": "login", "build01": "build"}.get(host, "compute")


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)
