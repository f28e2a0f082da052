"""The organisation's rows as the domain sees them."""

from analytics.circumstances import Absence, Duty, Host, Incident, Watch
from analytics.identity import Directory, Link, Position, Use
from analytics.identity import Person as DomainPerson
from analytics.resources import Criticality, Resource, Resources
from analytics.site import Site
from auditapp.people.models import (
    AccountLink,
    DutyRow,
    FormerPosition,
    HostRow,
    IncidentRow,
    LeaveRow,
    Person,
    ResourceRow,
    WatchRow,
)


def site() -> Site:
    """All that is known of the site, as it is recorded now."""
    return Site(
        directory=directory(),
        resources=resources(),
        hosts=tuple(hosts()),
        duties=tuple(
            Duty(person=row.person, since=row.since, until=row.until)
            for row in DutyRow.objects.all()
        ),
        absences=tuple(
            Absence(person=row.person, since=row.since, until=row.until, kind=row.kind)
            for row in LeaveRow.objects.all()
        ),
        incidents=tuple(
            Incident(id=row.id, title=row.title, host=row.host, since=row.since, until=row.until)
            for row in IncidentRow.objects.all()
        ),
        watches=tuple(
            Watch(person=row.person, reason=row.reason, since=row.since, until=row.until)
            for row in WatchRow.objects.all()
        ),
    )


def directory() -> Directory:
    """Everybody and their accounts, as they are recorded now."""
    people = {
        row.id: DomainPerson(
            id=row.id,
            name=row.name,
            team=row.team,
            role=row.role,
            manager=row.manager,
            start=row.start,
            end=row.end,
        )
        for row in Person.objects.filter(merged_into=None)
    }
    links = tuple(
        Link(
            account=row.account,
            person=row.person_id or "",
            since=row.since,
            until=row.until,
            use=Use(row.use),
        )
        for row in AccountLink.objects.all()
    )
    positions = tuple(
        Position(
            person=row.person_id,
            since=row.since,
            until=row.until,
            team=row.team,
            role=row.role,
            manager=row.manager,
        )
        for row in FormerPosition.objects.all()
    )
    return Directory(people, links, positions)


def resources() -> Resources:
    """Whose things are whose, as recorded now."""
    return Resources(
        tuple(
            Resource(
                kind=row.kind,
                pattern=row.pattern,
                owner=row.owner,
                criticality=Criticality(row.criticality),
            )
            for row in ResourceRow.objects.all()
        )
    )


def hosts() -> list[Host]:
    """What should log, by name."""
    return [
        Host(
            name=row.name,
            address=row.address,
            kind=row.kind,
            sources=tuple(row.sources),
            realm=row.realm,
        )
        for row in HostRow.objects.all()
    ]


def realm_of(host: str, otherwise: str) -> str:
    """The realm of a host's numeric ids, as hosts.csv has it."""
    row = HostRow.objects.filter(pk=host).exclude(realm="").first() if host else None
    return row.realm if row else otherwise
