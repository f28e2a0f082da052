"""The audit log of Bitbucket and Stash before 7.0: values between bars, a line an act."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from analytics.event import Batch, Collector, Context, account, readable
from analytics.forges.values import Payload, labels, mapping, text, time_of
from analytics.jsonlog.values import address
from analytics.reading import Line, lines
from analytics.sources.bitbucket_audit.acts import action_of, category_of, outcome_of, type_told

LINE = re.compile(
    r"(?P<address>[^|]{1,400}) \| (?P<event>[A-Za-z]\w{1,100}) \| (?P<user>[^|]{1,400}) \| "
    r"(?P<time>\d{12,14}) \| (?P<scope>[^|]{1,400}) \| (?P<details>.*) \| "
    r"(?P<request>[^|]{1,400}) \| (?P<session>[^|]{1,400})"
)
HEAD = re.compile(
    rb"[^|\n]{1,400} \| [A-Za-z]\w{1,100}Event \| [^|\n]{1,400} \| \d{12,14} \| [^|\n]{1,400} \| "
)
BRANCHES = "refs/heads/"
RULES = {"restrictedref": "restriction"}
WORDS = {"added": "created", "removed": "deleted", "updated": "modified"}


def classic(stream: BinaryIO, collector: Collector) -> Iterator[Batch]:
    """An event for each line."""
    for line in lines(stream):
        match = (
            None if line.too_long else LINE.fullmatch(readable(line.text).removeprefix("\ufeff"))
        )
        time = time_of(int(match["time"]) / 1000) if match else None
        if match and time:
            collector.add({"@timestamp": time, **_row(match, line, collector.context)})
        elif line.text.strip():
            collector.reject(line.number, "no act between bars, or a time that is none", line.text)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def _row(match: re.Match[str], line: Line, context: Context) -> dict[str, Any]:
    event, details = match["event"], _details(match["details"])
    action = action_of(_key(event), None)
    who = None if match["user"] == "-" else match["user"]
    repository = _repository(match["scope"], details)
    about = {name: details.get(name) for name in ("value", "name", "permission", "group")}
    value, scope = text(details.get("value")) or "", match["scope"]
    where = repository or (scope if scope != "-" else "Bitbucket")
    return {
        "event.id": context.event_id("bitbucket", readable(line.text)),
        "event.category": category_of(action),
        "event.type": type_told(action),
        "event.action": action,
        "event.outcome": outcome_of(action, None),
        "event.original": readable(line.text),
        "message": f"{who or 'somebody'}: {action} ({where})",
        "actor.account": account("bitbucket", who),
        "actor.basis": "audit author" if who else "the record names no author",
        "user.name": who,
        "user.target.name": text(details.get("user")) or text(details.get("affectedUser")),
        "source.ip": address(match["address"].partition(",")[0].strip()),
        "git.repository": repository,
        "git.branch": value.removeprefix(BRANCHES) if value.startswith(BRANCHES) else None,
        "batch.line": line.number,
        "labels": labels({"event": event, "scope": scope, **about}),
    }


def _key(event: str) -> str:
    """The event's name as keys of later versions end: `repositorycreated`."""
    key = event.removesuffix("Event").lower()
    for old, new in RULES.items():
        if key.startswith(old):
            done = key.removeprefix(old)
            return f"{new}{WORDS.get(done, done)}"
    return key


def _repository(scope: str, details: Payload) -> str | None:
    """The repository as project/name; a scope names it whole, or the product and its project."""
    project, name = mapping(details.get("project")).get("key"), text(details.get("name"))
    told = scope.removeprefix("REPOSITORY/") if scope.startswith("REPOSITORY/") else None
    if told:
        return told
    return f"{project}/{name}" if isinstance(project, str) and name else None


def _details(text: str) -> Payload:
    try:
        return mapping(orjson.loads(text)) if text[:1] == "{" else {}
    except orjson.JSONDecodeError:
        return {}
