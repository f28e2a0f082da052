"""Whose unknown accounts may be, from all that is recorded, without what was refused."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Sum

from analytics.identity import Directory
from analytics.identity.proposals import Beside, Proposal, Proposer
from analytics.identity.sightings import TieKind
from analytics.identity.unix import UnixUser
from auditapp.people.models import Refusal, TieDay, UnixUserRow


def proposals(accounts: Iterable[str], known: Directory) -> dict[str, list[Proposal]]:
    """For each account its proposals, the surest first; an account without any is left out."""
    proposer = Proposer(known, _passwd())
    refused = set(Refusal.objects.values_list("account", "person"))
    beside = _beside()
    found = {}
    for account in accounts:
        name = account.partition(":")[2]
        clues = [*beside.get(account, ()), *beside.get(f"mail:{name.lower()}", ())]
        made = [
            one
            for one in proposer.propose(account, clues)
            if (account, one.person) not in refused and one.person in known.people
        ]
        if made:
            found[account] = made
    return found


def _passwd() -> Iterable[tuple[str, UnixUser]]:
    for row in UnixUserRow.objects.all():
        yield (
            row.realm,
            UnixUser(
                name=row.name, uid=row.uid, gid=row.gid, full_name=row.full_name, shell=row.shell
            ),
        )


def _beside() -> dict[str, list[Beside]]:
    """What was seen beside each account, both ways."""
    rows = TieDay.objects.values_list("account", "kind", "other").annotate(Sum("events"))
    ties = list(rows.order_by("account", "kind", "other"))
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for account, kind, other, events in ties:
        totals[account, kind] += events
        totals[other, kind] += events
    found: dict[str, list[Beside]] = defaultdict(list)
    for account, kind, other, events in ties:
        share = events / max(totals[account, kind], totals[other, kind])
        found[account].append(Beside(kind=TieKind(kind), other=other, share=share))
        if kind != TieKind.CALLED:
            found[other].append(Beside(kind=TieKind(kind), other=account, share=share))
    return found
