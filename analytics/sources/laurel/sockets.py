"""Socket addresses as LAUREL writes them, raw or translated, in the kernel's hexadecimal."""

import socket
from ipaddress import ip_address
from urllib.parse import unquote_to_bytes

from analytics.jsonlog.values import Payload, mapping, number, text


def address_in(body: Payload) -> str | None:
    """The address of a SOCKADDR record."""
    raw = text(body.get("saddr"))
    if raw is not None:
        return unquote_to_bytes(raw).hex().upper()
    told = mapping(body.get("SADDR"))
    family, port = told.get("saddr_fam"), number(told.get("port")) or 0
    if family == "local":
        path = unquote_to_bytes(text(told.get("path")) or "")
        return (socket.AF_UNIX.to_bytes(2, "little") + path).hex().upper()
    if family in ("inet", "inet6") and 0 <= port < 1 << 16:
        return _internet(text(told.get("addr")) or "", port)
    return None


def _internet(address: str, port: int) -> str | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    family = socket.AF_INET if found.version == 4 else socket.AF_INET6
    flow = b"" if found.version == 4 else bytes(4)
    raw = family.to_bytes(2, "little") + port.to_bytes(2, "big") + flow + found.packed
    return raw.hex().upper()
