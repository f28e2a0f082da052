"""WHO: many accounts belong to one person, each for a time. Joined when events are read."""

from analytics.identity.accounts import ATTRIBUTED, IdentityError, Link, Use, normalise
from analytics.identity.directory import Directory
from analytics.identity.people import Person, Position
from analytics.identity.reading import PEOPLE_HEADER, read_people

__all__ = [
    "ATTRIBUTED",
    "PEOPLE_HEADER",
    "Directory",
    "IdentityError",
    "Link",
    "Person",
    "Position",
    "Use",
    "normalise",
    "read_people",
]
