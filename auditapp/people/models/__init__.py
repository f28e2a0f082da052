"""The watched organisation: its people, their accounts, and whose things are whose."""

from auditapp.people.models.changes import IdentityChange, ImportDraft, Refusal
from auditapp.people.models.circumstances import (
    DutyRow,
    HostRow,
    IncidentRow,
    LeaveRow,
    UnixGroupRow,
    UnixUserRow,
    WatchRow,
)
from auditapp.people.models.people import AccountLink, FormerPosition, Person, ResourceRow
from auditapp.people.models.seen import AccountDay, TieDay

__all__ = [
    "AccountDay",
    "AccountLink",
    "DutyRow",
    "FormerPosition",
    "HostRow",
    "IdentityChange",
    "ImportDraft",
    "IncidentRow",
    "LeaveRow",
    "Person",
    "Refusal",
    "ResourceRow",
    "TieDay",
    "UnixGroupRow",
    "UnixUserRow",
    "WatchRow",
]
