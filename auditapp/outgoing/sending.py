"""Sends one request to an address that somebody typed in, and to no place it must not reach.

The name is resolved once, every address it has must be a public one (or allowed by
FOUREYES_OUTGOING_ALLOWED), and the connection goes to that very address: a name that changes
between the check and the call gains nothing. No proxy, no redirect; time and size are limited.
"""

import ipaddress
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

SECONDS = 10.0  # for all of it, however slowly it trickles
LARGEST_ANSWER = 64 << 10
SLOW = "it took too long to answer"
Address = IPv4Address | IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """The address must not be called; the message says why."""


class Failed(Exception):
    """It did not answer; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a URL leads, checked. `host` is the name, `address` what it stands for."""

    secure: bool
    host: str
    port: int
    path: str
    address: Address


def check(url: str) -> tuple[bool, str, int, str]:
    """Scheme (https or not), host, port and path of a URL. Raises Refused for what cannot be one
    of a webhook; asks no name server."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(f"it is no address: {error}") from error
    if not url.isascii() or not url.isprintable() or " " in url:
        raise Refused("it holds characters that an address cannot have")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Refused("it must begin with https://")
    if parts.scheme == "http" and not settings.OUTGOING_HTTP:
        raise Refused("it must begin with https://, as FOUREYES_OUTGOING_HTTP is not set")
    if parts.username is not None or parts.password is not None:
        raise Refused("it must hold no name or password")
    if port == 0:
        raise Refused("port 0 is none")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return secure, parts.hostname, port or (443 if secure else 80), path


def resolve(url: str) -> Target:
    """Where the URL leads now. Raises Refused where one of its addresses must not be called, and
    Failed where its name has none."""
    secure, host, port, path = check(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed(f"the name {host} has no address: {error}") from error
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        if not _callable(address):
            raise Refused(f"{host} stands for {address}, which is not public and not allowed")
    if not addresses:
        raise Failed(f"the name {host} has no address")
    return Target(secure=secure, host=host, port=port, path=path, address=addresses[0])


def _callable(address: Address) -> bool:
    inner = _inside(address)
    networks = [ipaddress.ip_network(text, strict=False) for text in settings.OUTGOING_ALLOWED]
    if any(inner in network for network in networks if network.version == inner.version):
        return True
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _inside(address: Address) -> Address:
    """The IPv4 address that an IPv6 one may carry: that is where it ends up."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address.sixtofour:
            return address.sixtofour
        if address.teredo:
            return address.teredo[1]
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """The status of the answer, and what its Retry-After says. Raises Refused and Failed."""
    target = resolve(url)
    connection = _connection(target)
    late = threading.Event()
    held: list[socket.socket] = []  # the connection lets go of it once an answer has begun

    def stop() -> None:
        late.set()
        hang_up()

    def hang_up() -> None:
        for one in held:
            with suppress(OSError):  # it was over already
                one.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(SECONDS, stop)
    timer.daemon = True
    timer.start()
    try:
        connection.connect()
        held.append(connection.sock)
        connection.request(
            "POST",
            target.path,
            body=body,
            headers={"Host": name(target), **headers},
            preload_content=False,  # an answer may be endless
            decode_content=False,
        )
        answer = connection.getresponse()
        wait = answer.headers.get("Retry-After", "")
        answer.read(LARGEST_ANSWER)
        if late.is_set():
            raise Failed(SLOW)
        return answer.status, wait
    except (OSError, HTTPException, HTTPError, ValueError) as error:
        raise Failed(SLOW if late.is_set() else str(error) or type(error).__name__) from error
    finally:
        timer.cancel()
        hang_up()
        connection.close()


def name(target: Target) -> str:
    """What the Host header says: the name, and the port where it is not the usual one."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = 443 if target.secure else 80
    return host if target.port == usual else f"{host}:{target.port}"


def _connection(target: Target) -> HTTPConnection:
    """To the address; a certificate must be the name's."""
    if not target.secure:
        return HTTPConnection(str(target.address), target.port, timeout=SECONDS)
    return HTTPSConnection(
        str(target.address),
        target.port,
        timeout=SECONDS,
        cert_reqs="CERT_REQUIRED",
        ca_certs=settings.OUTGOING_CERTIFICATES or None,
        server_hostname=target.host,
        assert_hostname=target.host,
    )
