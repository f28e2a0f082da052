"""The organisation's rows as the domain sees them."""

from analytics.identity import Directory, Link, Use
from analytics.identity import Person as DomainPerson
from analytics.resources import Criticality, Resource, Resources
from auditapp.people.models import AccountLink, Person, ResourceRow


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
        for row in Person.objects.all()
    }
    links = tuple(
        Link(
            account=row.account,
            person=row.person_id,
            since=row.since,
            until=row.until,
            use=Use(row.use),
        )
        for row in AccountLink.objects.all()
    )
    return Directory(people, links)


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
