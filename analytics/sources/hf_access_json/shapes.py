"""Where the fields of a request stand in a JSON access log, whoever wrote it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from analytics.event import readable

# Keys, lower case and with _ for any other sign, in order of trust: nginx names its variables as
# the site wishes (mostly as they are called), Traefik, Envoy and others have names of their own.
NAMES: dict[str, str] = {
    "time": "startutc time_iso8601 start_time @timestamp timestamp msec ts time time_local date",
    "host": "host http_host server_name authority requesthost vhost request_host",
    "client": (
        "remote_addr clienthost client_ip remote_ip clientip client remote_address clientaddr "
        "downstream_remote_address_without_port downstream_remote_address remoteaddr ip"
    ),
    "user": "remote_user clientusername user_id user username auth_user",
    "request": "request request_line requestline",
    "method": "request_method method requestmethod http_method verb",
    "target": "request_uri requestpath uri path url request_path",
    "status": "status downstreamstatus response_code status_code http_status code",
    "size": (
        "body_bytes_sent downstreamcontentsize bytes_sent size bytes response_bytes bytessent"
    ),
    "referrer": "http_referer http_referrer referer referrer request_referer",
    "agent": "http_user_agent user_agent agent request_user_agent useragent",
    "cache": "upstream_cache_status cache_status x_cache downstream_x_cache cache",
    "duration": "request_time duration response_time request_duration",
    "upstream": "upstream_addr serviceaddr upstream_host upstream",
    "forwarded": "http_x_forwarded_for x_forwarded_for request_x_forwarded_for xff",
}
NEEDED = ("time", "status")
SECOND = {"startutc": 1_000_000_000, "response_flags": 1_000}  # parts of one, by a key of its own
FOREIGN = ("ecs", "ecs.version", "@version", "kind", "apiVersion", "auditID")


class Fields(NamedTuple):
    """The key of each field, None where there is none; `second` is what a duration counts of."""

    keys: tuple[str | None, ...]
    second: int


class Request(NamedTuple):
    """A request as it was logged, still in the log's own words."""

    time: str
    client: str
    user: str | None
    call: str
    status: str | None
    size: str | None
    referrer: str | None
    agent: str | None
    cache: str | None
    seconds: str | None
    upstream: str | None
    forwarded: str | None


@lru_cache(maxsize=1_000)
def fields_of(keys: tuple[str, ...]) -> Fields | None:
    """Which key holds what, or None where an object with these keys is no request."""
    if any(name in keys for name in FOREIGN):
        return None
    spelt = {
        "".join(sign if sign.isalnum() or sign == "@" else "_" for sign in key.lower()): key
        for key in reversed(keys)
    }
    found = {
        field: next((spelt[name] for name in names.split() if name in spelt), None)
        for field, names in NAMES.items()
    }
    asked = found["request"] or (found["method"] and found["target"])
    if not asked or not all(found[name] for name in NEEDED):
        return None
    second = next((parts for name, parts in SECOND.items() if name in spelt), 1)
    return Fields(tuple(found.values()), second)


def request_of(document: Any) -> Request | None:
    """The request that an object tells of; None where it tells of none."""
    if not isinstance(document, dict):
        return None
    fields = fields_of(tuple(document))
    if fields is None:
        return None
    get = document.get
    # A key that is missing is None, and None is no key of an object that was JSON.
    (time, host, client, user, request, method, target, status, size, referrer, agent) = map(
        get, fields.keys[:11]
    )
    cache, duration, upstream, forwarded = map(get, fields.keys[11:])
    if isinstance(request, dict):
        return _of_caddy(document, request)
    if isinstance(method, str) and isinstance(target, str):
        call = f"{method} {target}"
    elif isinstance(request, str):
        call = request.rpartition(" HTTP/")[0] or request
    else:
        return None
    return Request(
        stamp(time),
        f"{host} {client}" if host and host != "-" else str(client or ""),
        told(user),
        call,
        told(status),
        plain(size),
        told(referrer),
        told(agent),
        told(cache),
        in_seconds(duration, fields.second),
        told(upstream),
        told(forwarded),
    )


def _of_caddy(document: Mapping[str, Any], request: Mapping[str, Any]) -> Request | None:
    """Caddy keeps what was asked in an object, headers as lists."""
    method, target = request.get("method"), request.get("uri")
    if not isinstance(method, str) or not isinstance(target, str):
        return None
    sent, answered = _headers(request.get("headers")), _headers(document.get("resp_headers"))
    address = request.get("client_ip") or request.get("remote_ip") or request.get("remote_addr")
    host = request.get("host")
    return Request(
        stamp(document.get("ts")),
        f"{host} {address}" if host else str(address or ""),
        told(document.get("user_id")),
        f"{method} {target}",
        told(document.get("status")),
        plain(document.get("size")),
        _header(sent, "Referer"),
        _header(sent, "User-Agent"),
        _header(answered, "X-Cache") or _header(answered, "Cache-Status"),
        in_seconds(document.get("duration"), 1),
        None,
        _header(sent, "X-Forwarded-For"),
    )


def stamp(value: Any) -> str:
    """A time as it is written."""
    return str(value)[:64]


def plain(value: Any) -> str | None:
    """A text or a number as text; None for what should be one and is not."""
    return str(value) if isinstance(value, str | int | float) else None


def in_seconds(duration: Any, second: int) -> str | None:
    """A duration that is counted in so many parts of a second."""
    if isinstance(duration, int | float) and second > 1:
        return f"{duration / second:g}"
    found = plain(duration)
    return found[:40] if found else found


def _headers(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _header(headers: Mapping[str, Any], name: str) -> str | None:
    value = headers.get(name)
    return told(value[0] if isinstance(value, list) and value else value)


def told(value: Any) -> str | None:
    """A text as it is, anything else as Python writes it."""
    return value if isinstance(value, str) else None if value is None else str(value)[:1024]


def cleaned(value: Any, depth: int = 4) -> Any:
    """The same value with texts that can be stored, as deep as requests are told of."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict) and depth:
        return {readable(key): cleaned(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list) and depth:
        return [cleaned(inner, depth - 1) for inner in value]
    return value
