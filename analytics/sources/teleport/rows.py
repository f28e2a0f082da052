"""Rows of Teleport's events."""

import posixpath
from collections.abc import Iterator
from typing import Any

from analytics.event import Context, readable
from analytics.jsonlog.documents import Row
from analytics.jsonlog.values import Payload, address, known, labels, mapping, number, text, time_of
from analytics.reading import Document
from analytics.sources.teleport.deeds import kind_of, outcome_of, touched_file
from analytics.sources.teleport.people import people_of, target_of

OF_FILES = frozenset({"scp", "sftp", "sftp.summary", "session.disk"})
RENAMED = {"sid": "session", "dst_addr": "destination", "dst_port": "port"}
ELSEWHERE = frozenset(  # what has a column, or says nothing of what was done
    {"event", "time", "uid", "user", "ei", "user_kind", "namespace", "addr.local", "pid", "ppid"}
    | {"expires", "cgroup_id", "server_version", "private_key_policy", "version", "size"}
    | {"attributes", "device", "identity", "headers", "body", "kubernetes_labels", "db_labels"}
    | {"server_labels", "client_metadata", "user_agent", "user_traits", "addr.remote", "login"}
    | {"server_hostname", "argv", "path", "program", "command", "verb", "request_path", "success"}
    | {"response_code", "status_code", "working_directory", "initial_command"}
)
LONGEST_SENTENCE = 200
MOST_WORDS = 4096


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of an event."""
    event = mapping(document.value)
    name, time = text(event.get("event")), time_of(event.get("time"))
    if name is None or time is None:
        return f"no {'event' if name is None else 'time'}"
    category, kind = kind_of(name)
    if name in OF_FILES:
        category, kind = "file", touched_file(event)
    outcome = outcome_of(event)
    identity = text(event.get("uid"))
    cluster = text(event.get("cluster_name"))
    row: dict[str, Any] = people_of(event, name, outcome)
    row |= _object(event, name)
    row |= {
        "@timestamp": time,
        "event.id": context.event_id("teleport", cluster, identity, event.get("ei"), name)
        if identity
        else context.line_id(document.offset, document.raw),
        "event.category": category,
        "event.type": kind,
        "event.action": name,
        "event.outcome": outcome,
        "event.original": readable(document.raw),
        "user.target.name": target_of(event, name),
        "host.name": text(event.get("server_hostname")),
        "source.ip": address(event.get("addr.remote")) or address(event.get("remote_addr")),
        "user_agent.original": text(event.get("user_agent")),
        "batch.line": document.number,
        "labels": labels(_kept(event)),
    }
    row["message"] = _sentence(row, event)
    return [row]


def _object(event: Payload, name: str) -> dict[str, Any]:
    """What was run, touched or asked for."""
    columns: dict[str, Any] = {
        "process.command_line": text(event.get("command")) or _initial(event),
        "process.pid": number(event.get("pid")),
        "process.parent.pid": number(event.get("ppid")),
    }
    path = text(event.get("path"))
    if name == "session.command":
        program = text(event.get("program"))
        columns["process.name"] = program
        columns["process.executable"] = path
        columns["process.args"] = [program or path or "", *_words(event.get("argv"))]
        columns["process.command_line"] = " ".join(columns["process.args"]).strip() or None
    elif name in OF_FILES:
        columns["process.name"] = text(event.get("program"))
        columns["file.path"] = _full(path, text(event.get("working_directory")))
        if name == "scp":  # the command is Teleport's own
            columns["process.command_line"] = None
    elif name == "kube.request" or name.startswith(("app.session", "db.session")):
        columns["url.original"] = text(event.get("request_path")) or path
        columns["http.request.method"] = text(event.get("verb")) or text(event.get("method"))
        columns["http.response.status_code"] = number(event.get("response_code")) or number(
            event.get("status_code")
        )
    return columns


def _initial(event: Payload) -> str | None:
    return " ".join(_words(event.get("initial_command"))) or None


def _words(value: Any) -> Iterator[str]:
    """The words of a command."""
    return filter(None, map(known, value[:MOST_WORDS])) if isinstance(value, list) else iter(())


def _full(path: str | None, directory: str | None) -> str | None:
    if path is None or path[0] in "/~" or directory is None:
        return path
    return posixpath.normpath(posixpath.join(directory, path))


def _kept(event: Payload) -> dict[str, Any]:
    return {
        RENAMED.get(name, name): value
        for name, value in event.items()
        if name not in ELSEWHERE and value not in (None, "", [], {})
    }


def _sentence(row: Row, event: Payload) -> str:
    who = row["actor.account"] or row["user.name"] or "somebody"
    behalf = row.get("actor.on_behalf_of")
    what = (
        *(row.get("process.command_line"), row.get("file.path"), row.get("url.original")),
        *(text(event.get("db_query")), row["user.target.name"], text(event.get("name"))),
        *(text(event.get("kubernetes_cluster")), text(event.get("db_service"))),
    )
    touched = next(filter(None, what), "").split("\n", 1)[0][:LONGEST_SENTENCE]
    login, host = row["user.effective.name"], row["host.name"]
    parts = (
        who,
        f"for {behalf}" if behalf else "",
        row["event.action"],
        touched,
        f"as {login}" if login else "",
        f"on {host}" if host else "",
        "(failed)" if row["event.outcome"] == "failure" else "",
    )
    return " ".join(filter(None, parts))
