"""What each part of a line of an access log tells, as values of columns."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.values import numbers
from analytics.event import account, readable
from analytics.hubtraffic.hub import Asked, action_of, asked, known, libraries

REQUEST = re.compile(r"([A-Z_-]+) (.+) HTTP/[^ ]*", re.DOTALL)
ESCAPED = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(["\\]))')
ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+")
PORT = re.compile(r"(?<=[^:]):[0-9]{1,5}$")
TYPES = {"hf-upload": "change", "hf-change": "change"}
NO_CLIENT = frozenset(["", "-", "unix:"])
NOBODY = frozenset(
    [
        "",
        "-",
        '""',
        "anonymous",
        "_anonymous_",
        "non_authenticated_user",
        "*unknown",
        "anonymoususer",
    ]
)
NOTHING = frozenset([None, "", "-"])
WORD = re.compile(r'(?:([A-Za-z_][\w.-]{0,40})(?:=|: ))?(?:"([^"]*)"|([^\s"]+))', re.ASCII)
WORDS = 24  # of what a site adds to a line
OF_RESULT = re.compile(r"[_-]")
STATUS = re.compile(r"[0-9]{1,9}")
NUMBER = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")
CACHES = frozenset(
    ["hit", "miss", "expired", "bypass", "stale", "updating", "revalidated", "none", "dynamic"]
)
ADDED = {  # what sites call the variables that they add to a line
    **dict.fromkeys(("rt", "request_time", "duration"), "request_seconds"),
    **dict.fromkeys(("urt", "upstream_response_time"), "upstream_seconds"),
    **dict.fromkeys(("ua", "upstream", "upstream_addr"), "upstream"),
    **dict.fromkeys(("cs", "cache", "cache_status", "ucs", "upstream_cache_status"), "cache"),
    **dict.fromkeys(("xff", "forwarded", "x_forwarded_for", "forwarded_for"), "forwarded_for"),
}
OWN = frozenset(  # of labels: a client may call itself anything else
    [
        *(*ADDED.values(), "referrer", "further", "result", "hierarchy"),
        *("content_type", "request_bytes", "thread", "trace"),
    ]
)
Value = str | None
Labels = tuple[tuple[str, ...], tuple[str, ...]]  # names, and as many texts


def unescaped(text: str) -> str:
    r"""Text without the \xNN, \uNNNN, \" and \\\\ that servers write for what breaks lines."""
    if "\\" not in text:
        return text
    return readable(
        ESCAPED.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else m[3], text)
    )


def told(text: Value) -> str | None:
    """What stands there, None for the signs of nothing."""
    return None if text in NOTHING or text is None else unescaped(text)


@lru_cache(maxsize=50_000)
def client(text: Value) -> tuple[str | None, str | None]:
    """The virtual host, and the first client's address, of what names the client.

    In a list (`X-Forwarded-For`) the first is who asked and the others are proxies. A word in
    front of the list, without a comma behind it, is the virtual host.
    """
    words = (text or "").split()
    if len(words) > 1 and words[0][0] != '"' and words[0][-1] != ",":
        return PORT.sub("", words[0]) or None, _first_address(words[1:])
    return None, _first_address(words)


def _without_port(word: str) -> str:
    if word[:1] == "[":
        return word[1:].partition("]")[0]
    return word if ADDRESS.fullmatch(word) else PORT.sub("", word)


def _first_address(words: list[str]) -> str | None:
    listed = [_without_port(word.strip('",')) for word in words]
    named = next((word for word in reversed(listed) if word not in NO_CLIENT), None)
    return next(filter(ADDRESS.fullmatch, listed), named)


@lru_cache(maxsize=50_000)
def user(text: Value) -> tuple[str | None, str | None, str | None]:
    """Account, how it is known, and name of who signed in to the web server."""
    name = (text or "").removeprefix("token:")
    if name.lower() in NOBODY:
        return None, None, None
    return account("unix", name), "http user", name


@lru_cache(maxsize=50_000)
def request(text: Value) -> tuple[str | None, ...]:
    """What a request line says, and a line that is none."""
    text = unescaped(text or "")
    line = REQUEST.fullmatch(text)
    return about(line[1], line[2], asked(line[2])) if line else about("", text, Asked(text))


@lru_cache(maxsize=50_000)
def call(text: Value) -> tuple[str | None, ...]:
    """What a method and an address say, a space or a bar between them."""
    text = text or ""
    method, _, target = text.replace("|", " ", 1).partition(" ")
    if target and method.isupper():
        return about(method, target, asked(target))
    return about("", text, Asked(text))


def about(method: str, target: str, found: Asked) -> tuple[str | None, ...]:
    """What a request tells, by its method, its address and what that names."""
    what, repo, kind, revision, path, verb, sha256 = found
    action = action_of(verb, method)
    sentence = f"{known().verbs[action]} {what}"
    type_of = TYPES.get(action, "access")
    started = ("web", type_of, action, method or None, target or None, sentence)
    return (*started, repo, kind, revision, path, found.format, sha256)


@lru_cache(maxsize=1_000)
def status(text: Value) -> tuple[int | None, str]:
    """The status, and whether it means success."""
    if not text or not STATUS.fullmatch(text):
        return None, "unknown"
    number = int(text)
    told_apart = "success" if number < 400 else "failure"
    return number, told_apart if 100 <= number < 600 else "unknown"


def agent(text: Value) -> tuple[str | None]:
    """The client's own words."""
    return (told(text),)


@lru_cache(maxsize=50_000)
def agent_labels(text: Value) -> Labels:
    """The library that a client says it is, and the versions of what it runs on."""
    found = libraries(told(text) or "").items()
    kept = {name: value for name, value in found if value and name not in OWN}
    return tuple(kept), tuple(kept.values())


@lru_cache(maxsize=1_000)
def cache_word(text: str) -> str | None:
    """`hit`, `miss` … of what a cache says of itself, as `TCP_MEM_HIT:…` or `HIT`."""
    words = OF_RESULT.split(text.lower().partition(":")[0].partition("/")[0])
    return next((word for word in reversed(words) if word in CACHES), None)


def added_labels(further: str) -> dict[str, str]:
    """What a site adds behind the user agent, with and without names."""
    labels: dict[str, str] = {}
    for name, quoted, bare in WORD.findall(further[:2000])[:WORDS]:
        value, known_as = quoted or bare, ADDED.get(name.lower())
        if value in NOTHING:
            continue
        if known_as == "cache" or (not name and cache_word(value)):
            labels.setdefault("cache", cache_word(value) or value.lower())
        elif known_as:
            labels.setdefault(known_as, value)
        elif not name and ADDRESS.fullmatch(value.partition(",")[0]):
            labels.setdefault("forwarded_for", value)
        elif not name and NUMBER.fullmatch(value):
            labels.setdefault("request_seconds", value)
    return labels


def in_seconds(milliseconds: pa.Array) -> pa.Array:
    """Whole milliseconds as seconds, `0.214`; null for what is no number of them."""
    return pc.divide(numbers(milliseconds, digits=15).cast(pa.float64()), 1000).cast(pa.string())


def labels_of(found: Mapping[str, str | None]) -> Labels:
    """Names and texts, without those that say nothing."""
    kept = {name: value[:1024] for name, value in found.items() if value and value != "-"}
    return tuple(kept), tuple(kept.values())


class Named(NamedTuple):
    """A label of that name, of what `texts` makes of a part; mostly another one on each line."""

    name: str
    texts: Callable[[pa.Array], pa.Array] | None = None


OF_REQUEST = (
    *("event.category", "event.type", "event.action", "http.request.method", "url.original"),
    *("message", "hf.repo", "hf.kind", "hf.revision", "hf.path", "hf.format", "file.hash.sha256"),
)
Maker = Callable[[Any], tuple[Any, ...]]
# The columns that are made of a part, and what makes their values.
MADE: dict[str, tuple[tuple[str, ...], Maker]] = {
    "client": (("host.name", "source.ip"), client),
    "user": (("actor.account", "actor.basis", "user.name"), user),
    "status": (("http.response.status_code", "event.outcome"), status),
    "agent": (("user_agent.original",), agent),
}
