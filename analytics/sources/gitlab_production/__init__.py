"""GitLab's own logs of requests: production_json.log, api_json.log and gitlab-shell.log."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source
from analytics.forges.values import UNTOLD, mapping, time_of
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.reading import Document, sampled
from analytics.sources.gitlab_production.acts import FETCH
from analytics.sources.gitlab_production.rows import SHELL_DONE, row_of_request, row_of_shell

STATUS = re.compile(rb'"status"\s*:\s*(?:\d{3}|null)')
PARAMS = re.compile(rb'"params"\s*:\s*\[')
CONTROLLER = re.compile(rb'"controller"\s*:\s*"[A-Z]\w*(?:::\w+)*(?:Controller|Channel)')
ROUTE = re.compile(rb'"route"\s*:\s*"/api/')
OWN = re.compile(rb'"(?:gitaly_calls|db_duration_s|meta\.caller_id|worker_id)"\s*:')
SHELL = re.compile(rb'"(?:gl_project_path|gl_repository|gl_key_id)"\s*:')
COMMAND = re.compile(rb'"command"\s*:\s*"git')
PROXIED = ("remote_ip", "meta.remote_ip")
LOOKS = Looks(
    at=("method", "controller", "action", "route", "status", "command", "level", "params.key"),
    words={
        "params.value": "git-upload-pack",
        **dict.fromkeys(PROXIED, r"(?s:.*,.*)"),
        "msg": re.escape(SHELL_DONE) + "|" + re.escape(FETCH),
        "user_id": r"(?s:user-.*)",
        "user_email": re.escape(UNTOLD),
    },
    signs=dict.fromkeys(PROXIED, ","),
    times=("time",),
    counts=("params.value",),
    without={
        "meta.project": {
            "path": r"(?s:/api/.*|.*\.git/.*|.*/-/.*|/groups/.*)",
            "params.value": r"(?s:.*\.git)",
        }
    },
    only=(
        *("method", "path", "controller", "action", "route", "status", "time", "params", "msg"),
        *("correlation_id", "username", "user_id", "ua", "remote_ip", "level", "command", "error"),
        *("meta.user", "meta.user_id", "meta.project", "meta.remote_ip", "exception.class"),
        *("token_type", "token_id", "url", "user_email", "git_protocol", "gl_key_id"),
        *("gl_key_type", "gl_project_path", "gl_repository"),
    ),
)


def read(document: Document, context: Context) -> list[Row] | str:
    """The event of a request or of a command of gitlab-shell."""
    item = mapping(document.value)
    time = time_of(item.get("time"))
    if "status" in item and ("controller" in item or "route" in item or "path" in item):
        return "no time" if time is None else [row_of_request(item, time, document, context)]
    if "msg" in item and "level" in item:
        return "no time" if time is None else [row_of_shell(item, time, document, context)]
    return "not a line of GitLab's request logs"


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each line."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def _ours(value: Any) -> bool:
    item = mapping(value)
    controller, route = item.get("controller"), item.get("route")
    if isinstance(item.get("params"), list) and "status" in item and "time" in item:
        rails = isinstance(controller, str) and isinstance(item.get("action"), str)
        return rails or (isinstance(route, str) and route.startswith("/api/"))
    shell = "gl_project_path" in item or "gl_repository" in item or "gl_key_id" in item
    return shell and "msg" in item and "command" in item and "grpc.method" not in item


def recognises(head: bytes, path: str) -> float:
    """Sure of requests with controller or route and parameters, and of gitlab-shell's commands."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return 0.0
    values = sampled(head)
    if values:
        return 0.95 if any(map(_ours, values)) else 0.0
    asked = CONTROLLER.search(head) or ROUTE.search(head)
    request = asked and STATUS.search(head) and PARAMS.search(head) and OWN.search(head)
    return 0.9 if request or (SHELL.search(head) and COMMAND.search(head)) else 0.0


SOURCE = Source(
    name="gitlab_production",
    family="git",
    title="GitLab request logs",
    recognises=recognises,
    parse=parse,
)
