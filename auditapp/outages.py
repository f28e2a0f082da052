"""Tells an outage of the database from an error in what it was asked for."""

from django.db import InterfaceError, OperationalError

# Classes of SQLSTATE: a lost connection (08), no more room, memory or connections (53), being shut
# down (57P), the system below it (58). Without a state the connection was lost.
STATES = ("08", "53", "57P", "58")
SQLITE = ("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")


def is_outage(error: BaseException | None) -> bool:
    """Whether the same may work later, as it is the database that failed."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    if name := getattr(error.__cause__, "sqlite_errorname", ""):
        return str(name).startswith(SQLITE)
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or str(state).startswith(STATES)
