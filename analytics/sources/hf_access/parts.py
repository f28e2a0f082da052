"""What each part of a line of an access log tells, as values of columns."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from analytics.event import account, readable
from analytics.sources.hf_access.hub import Asked, action_of, asked, known, libraries

QUOTED = rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
TAIL = re.compile(rb"(?: " + QUOTED + rb" " + QUOTED + rb")?(.*)", re.DOTALL)
ESCAPED = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|(["\\]))')
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+")
TYPES = {"hf-upload": "change", "hf-change": "change"}
Labels = list[tuple[str, str]]


def _unescaped(raw: bytes) -> str:
    r"""Text without the \xNN, \" and \\\\ that web servers write for what could break a line."""
    text = readable(raw)
    if "\\" not in text:
        return text
    return readable(ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], text))


def _told(field: bytes | None) -> str | None:
    return None if field in (None, b"", b"-") else _unescaped(field)


@lru_cache(maxsize=50_000)
def _client(raw: bytes) -> tuple[str | None, str]:
    """The virtual host, and the first client's address, of what stands before the identity."""
    words = readable(raw).replace(",", " ").split()
    addresses = [word for word in words if ADDRESS.fullmatch(word)]
    if not addresses or len(words) == 1:
        return None, words[-1] if words else "-"
    return words[0] if words[0] not in addresses else None, addresses[0]


def _user(raw: bytes) -> tuple[str | None, str | None, str | None]:
    if raw in (b"-", b'""'):
        return None, None, None
    name = readable(raw)
    return account("unix", name), "http user", name


@lru_cache(maxsize=50_000)
def _request(raw: bytes) -> tuple[str | None, ...]:
    text = _unescaped(raw)
    method, _, rest = text.partition(" ")
    target, _, version = rest.rpartition(" ")
    if method.isupper() and target and version.startswith("HTTP/"):
        about = asked(target)
    else:
        method, target, about = "", text, Asked(text)
    action = action_of(about.verb, method)
    sentence = f"{known().verbs[action]} {about.what}"
    hub = (about.repo, about.kind, about.revision, about.path, about.format)
    return "web", TYPES.get(action, "access"), action, method or None, target, sentence, *hub


def _status(raw: bytes) -> tuple[int | None, str]:
    if not b"100" <= raw < b"600":
        return _size(raw)[0], "unknown"
    return int(raw), "success" if raw < b"400" else "failure"


def _size(raw: bytes) -> tuple[int | None]:
    return (None if raw == b"-" else int(raw),)


@lru_cache(maxsize=4_096)
def _tail(raw: bytes) -> tuple[str | None, Labels | None]:
    """The client, and as labels what it says of itself and what the site added."""
    match = TAIL.fullmatch(raw)
    referrer, agent, further = match.groups() if match else (None, None, raw)
    labels = libraries(_told(agent) or "")
    labels |= {"referrer": _told(referrer), "further": readable(further.strip())}
    return _told(agent), [(name, value) for name, value in labels.items() if value] or None


OF_REQUEST = (
    *("event.category", "event.type", "event.action", "http.request.method", "url.original"),
    *("message", "hf.repo", "hf.kind", "hf.revision", "hf.path", "hf.format"),
)
# The columns that are made of a part, and what makes their values.
MADE: dict[str, tuple[tuple[str, ...], Callable[[bytes], tuple[Any, ...]]]] = {
    "prefix": (("host.name", "source.ip"), _client),
    "user": (("actor.account", "actor.basis", "user.name"), _user),
    "request": (OF_REQUEST, _request),
    "status": (("http.response.status_code", "event.outcome"), _status),
    "size": (("http.response.body.bytes",), _size),
    "tail": (("user_agent.original", "labels"), _tail),
}
