"""Days that a form asks for."""

from datetime import date

from analytics.moments import day
from auditapp.cases.investigation.fields import Wrong


def asked_day(text: str, name: str) -> date | None:
    """The day (UTC) in the field that the form calls so, None where it is empty. Raises Wrong."""
    try:
        found = day(text)
    except ValueError as error:
        raise Wrong(f"“{name}” is no day, as 2026-11-03") from error
    if found and not 1970 <= found.year < 2200:
        raise Wrong(f"“{name}” is not between 1970 and 2199")
    return found
