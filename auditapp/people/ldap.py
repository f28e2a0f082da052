"""Asks an LDAP directory for its people: paged, encrypted, and never writing."""

import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from analytics.event import REALM, readable
from analytics.identity.ldap import SCHEMAS, Schema, Values, attribute_map, wanted
from analytics.identity.unix import realm_of

with warnings.catch_warnings():
    # It imports names of pyasn1 that are to go; what it does with them is unchanged.
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3
    from ldap3.core.exceptions import LDAPException

PAGE = 500
SECONDS = 30
COMPLETE = 0  # the result of a search that gave everything


class DirectoryUnavailable(Exception):
    """The directory did not answer, or not as it should; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the directory is, and how to ask it."""

    url: str
    base: str
    bind: str = ""
    password: str = field(default="", repr=False)
    start_tls: bool = True
    certificates: str = ""
    schema: Schema = SCHEMAS["posix"]
    realm: str = REALM


def configured() -> Place:
    """What the settings LDAP_… say. Raises DirectoryUnavailable where they say too little, and
    IdentityError where they make no sense."""
    if not settings.LDAP_URL or not settings.LDAP_BASE:
        raise DirectoryUnavailable("LDAP_URL and LDAP_BASE are not set")
    if settings.LDAP_SCHEMA not in SCHEMAS:
        raise DirectoryUnavailable(f"LDAP_SCHEMA is none of {', '.join(SCHEMAS)}")
    schema = attribute_map(SCHEMAS[settings.LDAP_SCHEMA], settings.LDAP_ATTRIBUTES)
    if settings.LDAP_FILTER:
        schema = Schema(filter=settings.LDAP_FILTER, attributes=schema.attributes)
    return Place(
        url=settings.LDAP_URL,
        base=settings.LDAP_BASE,
        bind=settings.LDAP_BIND,
        password=settings.LDAP_PASSWORD,
        start_tls=settings.LDAP_START_TLS,
        certificates=settings.LDAP_CERTIFICATES,
        schema=schema,
        realm=realm_of(settings.LDAP_REALM),
    )


def entries(place: Place) -> Iterator[tuple[str, Values]]:
    """Every entry that the filter finds: its distinguished name and its attributes as text.

    Raises DirectoryUnavailable, also midway.
    """
    try:
        with _connected(place) as connection:
            found = connection.extend.standard.paged_search(
                search_base=place.base,
                search_filter=place.schema.filter,
                search_scope=ldap3.SUBTREE,
                attributes=wanted(place.schema),
                paged_size=PAGE,
                generator=True,
            )
            for entry in found:
                if entry.get("type") == "searchResEntry":
                    yield readable(entry["dn"]), _texts(entry["raw_attributes"])
            if connection.result["result"] != COMPLETE:
                reason = connection.result["description"]
                raise DirectoryUnavailable(f"not everybody was read: {reason}")
    except (LDAPException, OSError) as error:
        raise DirectoryUnavailable(_reason(error)) from error


@contextmanager
def _connected(place: Place) -> Iterator[Any]:
    """Bound, and encrypted unless the place says that it need not be: an address with ldap://
    starts TLS, before any password is sent."""
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=place.certificates or None)
    server = ldap3.Server(place.url, tls=tls, connect_timeout=SECONDS, get_info=ldap3.NONE)
    connection = ldap3.Connection(
        server,
        user=place.bind or None,
        password=place.password or None,
        auto_referrals=False,
        check_names=False,
        read_only=True,
        receive_timeout=SECONDS,
        raise_exceptions=True,
    )
    try:
        with warnings.catch_warnings():  # ssl.match_hostname goes with Python 3.12
            warnings.simplefilter("ignore", DeprecationWarning)
            connection.open(read_server_info=False)
            if place.start_tls and not server.ssl:
                connection.start_tls(read_server_info=False)
        connection.bind(read_server_info=False)
        yield connection
    finally:
        socket = connection.socket
        with suppress(LDAPException, OSError):
            connection.unbind()
        if socket is not None:
            socket.close()  # which ldap3 leaves open where binding failed


def _texts(attributes: dict[str, list[bytes]]) -> dict[str, list[str]]:
    return {name: [readable(value) for value in values] for name, values in attributes.items()}


def _reason(error: Exception) -> str:
    text = readable(str(error)).strip()
    return (text.splitlines()[0] if text else type(error).__name__)[:300]
