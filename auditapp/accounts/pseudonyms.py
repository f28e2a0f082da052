"""How people are called on the screen: by name over synthetic data, else by a pseudonym."""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Iterable

from django.conf import settings

from auditapp.people.models import Person


def pseudonym(person: str) -> str:
    """A stable name that says nothing, `P-XXXX-XXXX`; without SECRET_KEY it cannot be reversed."""
    key = settings.SECRET_KEY.encode()
    digest = hmac.digest(key, b"pseudonym\x1f" + person.encode(), hashlib.sha256)
    text = b32encode(digest[:5]).decode()
    return f"P-{text[:4]}-{text[4:]}"


def shown_all(persons: Iterable[str]) -> dict[str, str]:
    """What to call each of these person ids."""
    wanted = set(persons)
    if not settings.DEMO:
        return {person: pseudonym(person) for person in wanted}
    names = dict(Person.objects.filter(id__in=wanted).values_list("id", "name"))
    return {person: names.get(person, person) for person in wanted}


def shown(person: str) -> str:
    """What to call this person id."""
    return shown_all([person])[person]


def reference(person: str) -> str:
    """What stands for the person in addresses: the id over synthetic data, else the pseudonym."""
    return person if settings.DEMO else pseudonym(person)


def dereference(text: str) -> Person | None:
    """The person that a reference stands for. Outside synthetic data an id finds nobody, so
    that an address is no oracle for who is behind a pseudonym."""
    if settings.DEMO:
        return Person.objects.filter(id=text, merged_into=None).first()
    ids = Person.objects.filter(merged_into=None).values_list("id", flat=True)
    found = next((person for person in ids if pseudonym(person) == text), None)
    return Person.objects.get(id=found) if found is not None else None
