"""Plans for resources, hosts, duty, leave, incidents, watch-list, passwd and group files."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, Q

from analytics import circumstances
from analytics.identity.accounts import IdentityError
from analytics.identity.unix import UnixUser, groups_of, passwd_of, realm_of
from analytics.resources import resources_of
from analytics.tables import Problem, Table
from auditapp.people.importing.plan import PORTION, Change, Fate, Options, Plan, plan_rows
from auditapp.people.models import (
    AccountLink,
    DutyRow,
    HostRow,
    IncidentRow,
    LeaveRow,
    ResourceRow,
    UnixGroupRow,
    UnixUserRow,
    WatchRow,
)

T = TypeVar("T")
ORIGIN = "passwd"


def plan_resources(text: str, options: Options) -> Plan:
    """Whose things are whose; patterns that are not in the file stay as they are."""
    table = _mapped(
        resources_of(text),
        lambda one: ResourceRow(
            kind=one.kind, pattern=one.pattern, owner=one.owner, criticality=one.criticality.value
        ),
    )
    return plan_rows(table, ("kind", "pattern"), ("owner", "criticality"))


def plan_hosts(text: str, options: Options) -> Plan:
    """What should log."""
    table = _mapped(
        circumstances.hosts_of(text),
        lambda host: HostRow(
            name=host.name,
            address=host.address,
            kind=host.kind,
            sources=list(host.sources),
            realm=realm_of(host.realm) if host.realm else "",
        ),
    )
    return plan_rows(table, ("name",), ("address", "kind", "sources", "realm"))


def plan_leave(text: str, options: Options) -> Plan:
    """Who is away when."""
    table = _mapped(
        circumstances.absences_of(text),
        lambda one: LeaveRow(person=one.person, since=one.since, until=one.until, kind=one.kind),
    )
    return plan_rows(table, ("person", "since"), ("until", "kind"))


def plan_duties(text: str, options: Options) -> Plan:
    """Who is on call when."""
    table = _mapped(
        circumstances.duties_of(text),
        lambda one: DutyRow(person=one.person, since=one.since, until=one.until),
    )
    return plan_rows(table, ("person", "since"), ("until",))


def plan_watches(text: str, options: Options) -> Plan:
    """Who needs care, and why."""
    table = _mapped(
        circumstances.watches_of(text),
        lambda one: WatchRow(
            person=one.person, reason=one.reason, since=one.since, until=one.until
        ),
    )
    return plan_rows(table, ("person", "reason"), ("since", "until"))


def plan_incidents(text: str, options: Options) -> Plan:
    """What went wrong for everybody."""
    table = _mapped(
        circumstances.incidents_of(text),
        lambda one: IncidentRow(
            id=one.id, title=one.title, host=one.host, since=one.since, until=one.until
        ),
    )
    return plan_rows(table, ("id",), ("title", "host", "since", "until"))


def plan_groups(text: str, options: Options) -> Plan:
    """The groups of a realm and who is in them."""
    realm = realm_of(options.realm)
    table = _mapped(
        groups_of(text),
        lambda one: UnixGroupRow(
            realm=realm, name=one.name, gid=one.gid, members=list(one.members)
        ),
    )
    return plan_rows(table, ("realm", "name"), ("gid", "members"))


def plan_passwd(text: str, options: Options) -> Plan:
    """The users of a realm. A number goes to the person who owns the name now, unless it is
    somebody's already."""
    realm = realm_of(options.realm)
    users = passwd_of(text)
    plan = plan_rows(
        _mapped(users, lambda one: _user_row(one, realm)),
        ("realm", "name"),
        ("uid", "gid", "full_name", "shell"),
    )
    wanted, stale = _numbers(users, realm)
    changes = [_with_link(change, wanted) for change in plan.changes]

    def write() -> None:
        plan.write()
        AccountLink.objects.filter(pk__in=stale).delete()
        links = (link for found in wanted.values() for link in found)
        AccountLink.objects.bulk_create(links, batch_size=PORTION)

    return Plan(changes=changes, problems=plan.problems, write=write)


def _user_row(user: UnixUser, realm: str) -> UnixUserRow:
    return UnixUserRow(
        realm=realm,
        name=user.name,
        uid=user.uid,
        gid=user.gid,
        full_name=user.full_name,
        shell=user.shell,
    )


def _numbers(users: Table[UnixUser], realm: str) -> tuple[dict[str, list[AccountLink]], list[int]]:
    """By realm and name: the links that these numbers lack; and those that an earlier passwd file
    gave and that hold no more. One number with two names is nobody's own."""
    owned = Q(account__startswith="unix:") | Q(account__startswith=f"uid:{realm}/")
    known: dict[str, list[AccountLink]] = {}
    for link in AccountLink.objects.filter(owned):
        known.setdefault(link.account, []).append(link)
    uids = Counter(user.uid for _, user in users.rows)
    wanted: dict[str, list[AccountLink]] = {}
    stale: list[int] = []
    for _, user in users.rows:
        number = f"uid:{realm}/{user.uid}"
        present = known.get(number, [])
        if any(link.origin != ORIGIN for link in present) or uids[user.uid] > 1:
            continue
        owners = [
            AccountLink(
                account=number,
                person_id=link.person_id,
                since=link.since,
                until=link.until,
                use=link.use,
                origin=ORIGIN,
            )
            for link in known.get(f"unix:{user.name}", ())
            if link.use in AccountLink.ATTRIBUTED
        ]
        if set(map(_held, owners)) != set(map(_held, present)):
            wanted[f"{realm} {user.name}"] = owners
            stale.extend(link.pk for link in present)
    return wanted, stale


def _held(link: AccountLink) -> tuple[object, ...]:
    return link.person_id, link.since, link.until, link.use


def _with_link(change: Change, links: dict[str, list[AccountLink]]) -> Change:
    found = links.get(change.key)
    if found is None:
        return change
    told = f"{found[0].account} goes to the owner of the name" if found else "its owner has left it"
    details = (*change.details, told)
    fate = Fate.CHANGED if change.fate is Fate.UNCHANGED else change.fate
    return Change(line=change.line, fate=fate, key=change.key, details=details)


def _mapped(table: Table[T], make: Callable[[T], Model]) -> Table[Model]:
    found: Table[Model] = Table(problems=list(table.problems))
    for line, one in table.rows:
        try:
            found.rows.append((line, make(one)))
        except IdentityError as error:
            found.problems.append(Problem(line, str(error)))
    return found
