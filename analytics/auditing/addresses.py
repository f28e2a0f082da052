"""Socket addresses as the kernel logs them, and internet addresses as programs do."""

import ipaddress
import socket
from functools import lru_cache

from analytics.auditing.values import HEX
from analytics.event import readable


def address_of(saddr: str) -> tuple[str, int | None] | None:
    """Address and port of a socket, the path and None of a local one, else None."""
    if not HEX.fullmatch(saddr):
        return None
    raw = bytes.fromhex(saddr)
    family = int.from_bytes(raw[:2], "little")
    if family == socket.AF_INET and len(raw) >= 8:
        return str(ipaddress.IPv4Address(raw[4:8])), int.from_bytes(raw[2:4], "big")
    if family == socket.AF_INET6 and len(raw) >= 24:
        return str(ipaddress.IPv6Address(raw[8:24])), int.from_bytes(raw[2:4], "big")
    if family == socket.AF_UNIX:
        path = raw[2:].split(b"\x00", 1)[0] or raw[2:].strip(b"\x00")
        return (readable(path), None) if path else None
    return None


@lru_cache(maxsize=4096)
def internet_address(text: str | None) -> str | None:
    """The address, where the text is one."""
    try:
        return str(ipaddress.ip_address(text.strip('",'))) if text else None
    except ValueError:
        return None
