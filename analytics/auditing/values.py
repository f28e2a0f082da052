"""Values of audit records: quoted, hexadecimal, or as they stand."""

import re

from analytics.event import readable

FIELD = re.compile(r"""([A-Za-z_][\w-]*)=("[^"]*"|[^\s"'\x1d]*)""")
HEX = re.compile(r"(?:[0-9A-F]{2})+")
LONGEST_LABEL = 1024
UNSET = frozenset({"4294967295", "-1", "unset", "", "?"})

Fields = dict[str, str | None]


def plain(value: str | None) -> str | None:
    """A value as it was before the kernel quoted or encoded it; None for `(null)` and `?`."""
    if not value or value in ("?", "(null)", '""'):
        return None
    if value[0] == '"':
        return value.strip('"')
    if HEX.fullmatch(value):
        return readable(bytes.fromhex(value))
    return value


def unquoted(value: str | None) -> str | None:
    """A value that is never encoded, such as a number; None for `(null)` and `?`."""
    return None if not value or value in ("?", "(null)", '""') else value.strip('"')


def encoded_bytes(value: str) -> bytes:
    """The bytes of a quoted or hexadecimal value."""
    if value[:1] == '"':
        return value.strip('"').encode()
    return bytes.fromhex(value) if HEX.fullmatch(value) else value.encode()


def fields(body: str) -> Fields:
    """Each key=value of a record. What a program wrote into msg='…' never hides the kernel's."""
    start = (" " + body).find(" msg='")
    if start < 0:
        return dict(FIELD.findall(body))
    end = body.rfind("'")
    told = FIELD.findall(body[start + 5 : end])
    return dict(told + FIELD.findall(body[:start]) + FIELD.findall(body[end:]))


def number(text: str | None) -> int | None:
    """A process id, or another whole number; None for what is none."""
    if text and len(text) < 19 and text.isascii() and text.isdigit():
        return int(text)
    return None


def is_set(identity: str | None) -> bool:
    """Whether a user id names somebody."""
    return identity is not None and identity not in UNSET
