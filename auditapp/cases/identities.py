"""Changes of who is who: each leaves author and time, and requeues the days it concerns.

No event is rewritten: persons are joined when events are read, and scores follow.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from analytics.identity import ATTRIBUTED, IdentityError, Use, normalise
from auditapp.cases.assessment import touch_all
from auditapp.cases.correlating import recording
from auditapp.cases.dismissing import deciding as judging
from auditapp.cases.excepting import deciding
from auditapp.cases.intake import touch
from auditapp.cases.investigation import persons
from auditapp.people import seen
from auditapp.people.models import (
    AccountLink,
    DutyRow,
    FormerPosition,
    IdentityChange,
    LeaveRow,
    Person,
    Refusal,
    WatchRow,
)

Action = IdentityChange.Action
LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """An account is somebody's (or nobody's own) from a time on, always without one."""

    account: str
    person: str = ""
    since: datetime | None = None
    use: Use = Use.PERSONAL


def give(gift: Gift, author: str, action: Action = Action.ASSIGNED) -> None:
    """Makes the account theirs; whoever had it then has it until then. Later imports change
    nothing about it. Raises IdentityError."""
    account = normalise(gift.account)
    if len(account) > LONGEST:
        raise IdentityError(f"an account has at most {LONGEST} characters")
    person = _person(gift.person) if gift.person else None
    if person is None and gift.use in ATTRIBUTED:
        article = "an" if gift.use is Use.AGENT else "a"
        raise IdentityError(f"{article} {gift.use} account is somebody's")
    with transaction.atomic():
        for link in AccountLink.objects.select_for_update().filter(account=account):
            _shorten(link, gift.since)
        AccountLink.objects.create(
            account=account,
            person=person,
            since=gift.since,
            use=gift.use.value,
            origin=AccountLink.DECISION,
        )
        since = f" from {gift.since:%Y-%m-%d %H:%M}" if gift.since else ""
        _changed(author, action, account=account, person=gift.person, detail=f"{gift.use}{since}")
        requeue([account], gift.since)


def _shorten(link: AccountLink, since: datetime | None) -> None:
    """Ends what held, so that it does not reach beyond that time."""
    begins_later = since is None or (link.since is not None and link.since >= since)
    if begins_later:
        link.delete()
        return
    link.until = min(link.until or since, since) if since else None
    link.origin = AccountLink.DECISION
    link.save(update_fields=["until", "origin"])


def accept(account: str, person: str, author: str) -> None:
    """The account is that person's, as proposed: from when the last one had it no more."""
    ends = AccountLink.objects.filter(account=account).values_list("until", flat=True)
    since = None if None in ends else max(filter(None, ends), default=None)
    give(Gift(account=account, person=person, since=since), author, Action.ACCEPTED)


def refuse(account: str, person: str, author: str) -> None:
    """The account is not that person's; it is not proposed again. Raises IdentityError."""
    with transaction.atomic():
        _, made = Refusal.objects.get_or_create(
            account=normalise(account), person=_person(person), defaults={"author": author}
        )
        if made:
            _changed(author, Action.REFUSED, account=account, person=person)


def merge(one: str, into: str, author: str) -> None:
    """Both are the same human being; `one` is shown nowhere any more. Raises IdentityError."""
    if one == into:
        raise IdentityError("a person cannot be merged into themselves")
    gone, stays = _person(one), _person(into)
    with transaction.atomic():
        accounts = set(gone.links.values_list("account", flat=True))
        accounts |= set(stays.links.values_list("account", flat=True))
        for link in list(gone.links.all()):
            same = stays.links.filter(account=link.account, since=link.since)
            if same.exists():
                link.delete()
            else:
                link.person = stays
                link.save(update_fields=["person"])
        _carry_over(gone, stays)
        persons.merge(one, into)
        deciding.merge(one, into)
        judging.merge(one, into)
        Person.objects.filter(Q(pk=one) | Q(merged_into=gone)).update(merged_into=stays)
        _changed(author, Action.MERGED, person=into, other=one)
        requeue(accounts)


def _carry_over(gone: Person, stays: Person) -> None:
    """What only the one was known to be, and what stands under their id."""
    for name in ("team", "role", "manager", "start", "end"):
        if not getattr(stays, name):
            setattr(stays, name, getattr(gone, name))
    stays.save()
    for row in list(gone.positions.all()):
        if not stays.positions.filter(until=row.until).exists():
            FormerPosition.objects.filter(pk=row.pk).update(person=stays)
    Person.objects.filter(manager=gone.id).update(manager=stays.id)
    FormerPosition.objects.filter(manager=gone.id).update(manager=stays.id)
    gone.refusals.all().delete()
    had = set(DutyRow.objects.filter(person=stays.id).values_list("since", flat=True))
    DutyRow.objects.filter(person=gone.id).exclude(since__in=had).update(person=stays.id)
    away = set(LeaveRow.objects.filter(person=stays.id).values_list("since", flat=True))
    LeaveRow.objects.filter(person=gone.id).exclude(since__in=away).update(person=stays.id)
    watched = set(WatchRow.objects.filter(person=stays.id).values_list("reason", flat=True))
    WatchRow.objects.filter(person=gone.id).exclude(reason__in=watched).update(person=stays.id)


def requeue(accounts: Iterable[str], since: datetime | None = None) -> int:
    """Marks the days on which these accounts were seen for assessment; how many."""
    if not seen.kept_anything():  # what was taken in before accounts were kept
        touch_all()
    days = seen.reach_of(accounts, since.date() if since else None).days
    recording.touch(days)
    touch(days)
    return len(days)


def _person(text: str) -> Person:
    found = Person.objects.filter(pk=text, merged_into=None).first()
    if found is None:
        raise IdentityError("nobody is known by that id")
    return found


def _changed(author: str, action: Action, **about: str) -> None:
    IdentityChange.objects.create(author=author, action=action, **about)
