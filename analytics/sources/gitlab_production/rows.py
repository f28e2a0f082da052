"""What a line of GitLab's request logs says, field by field."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote

from analytics.event import Context, account, readable
from analytics.forges.values import Payload, email, known, labels, number, text
from analytics.reading import Document
from analytics.sources.gitlab_production.acts import COMMANDS, CONTROLLERS, FETCH, ROUTES, fetched

SHELL_DONE = "executing git command"
REQUESTS, REQUEST = "Projects::MergeRequestsController#", "merge_request_iid"
IAM = ("member", "deploy_key")
RULES = ("branch_protection_rule", "repository.", "branch.")
FAILED = frozenset(["error", "fatal", "warning"])


def _parameters(item: Payload) -> dict[str, Any]:
    """A request's parameters by name; GitLab has filtered secrets out of them."""
    told = item.get("params")
    if not isinstance(told, list):
        return {}
    return {
        pair["key"]: pair.get("value")
        for pair in told
        if isinstance(pair, dict) and isinstance(pair.get("key"), str)
    }


def _repository(item: Payload, path: str, told: dict[str, Any]) -> str | None:
    """The project, which newer versions name and older ones only have in the address."""
    named = item.get("meta.project")
    if isinstance(named, str):
        return text(named)
    if path.startswith("/api/"):
        _, _, rest = path.partition("/projects/")
        project = unquote(rest.partition("/")[0])
        return text(project) if "/" in project else None
    for end in (".git/", "/-/"):
        before, found, _ = path.partition(end)
        if found and not before.startswith("/groups/") and before.count("/") > 1:
            return text(before[1:])
    owner, name = told.get("namespace_id"), told.get("project_id", told.get("id"))
    if isinstance(owner, str) and isinstance(name, str):
        return text(f"{owner}/{name.removesuffix('.git')}")
    return None


def _address(value: Any) -> str | None:
    """The client's address, the first where proxies are named after it."""
    found = text(value)
    return found.partition(",")[0].strip() or None if found else None


def _category(action: str) -> str:
    """Of what a request means, an empty text where that is not known."""
    if action.startswith(IAM):
        return "iam"
    return "configuration" if action.startswith(RULES) else "web"


def _type(action: str, method: str | None) -> str:
    if action.endswith((".created", ".added")):
        return "creation"
    if action.endswith((".deleted", ".removed")):
        return "deletion"
    return "access" if method in ("GET", "HEAD", None) or action == FETCH else "change"


def _identity(item: Payload, document: Document, context: Context, *more: Any) -> str:
    """By the request's own number: a line that is sent again is the same event."""
    correlation = item.get("correlation_id")
    if not isinstance(correlation, str) or not correlation:
        return context.line_id(document.offset, document.raw)
    return context.event_id("gitlab", "request", correlation, known(item.get("time")), *more)


def _branch(action: str, told: dict[str, Any]) -> str | None:
    if not action.startswith(("branch", "repo.download_zip")):
        return None
    found = told.get("name") or told.get("branch") or told.get("ref")
    inner = told.get("protected_branch")
    return text(inner.get("name") if isinstance(inner, dict) else found)


def row_of_request(
    item: Payload, time: datetime, document: Document, context: Context
) -> dict[str, Any]:
    """A request to the web application or its API."""
    method, path = text(item.get("method")), text(item.get("path")) or ""
    controller, route = text(item.get("controller")), text(item.get("route"))
    asked = (
        f"{controller}#{text(item.get('action'))}" if controller else f"{method} {route or path}"
    )
    told, status = _parameters(item), number(item.get("status")) or None  # 0: none was sent
    done = status is not None and status < 400
    act = (CONTROLLERS if controller else ROUTES if route else {}).get(asked, "") if done else ""
    service = text(told.get("service"))
    if done and fetched(asked, service):
        act = FETCH
    who = text(item.get("username")) or text(item.get("meta.user"))
    where = _repository(item, path, told)
    answer = "" if status is None else f" ({status})"
    changes = told if told and method not in ("GET", "HEAD") else None
    named = readable(act or asked)[:300]
    return {
        "@timestamp": time,
        "event.id": _identity(item, document, context, method, path),
        "event.category": _category(act),
        "event.type": _type(act, method),
        "event.action": named,
        "event.outcome": "unknown" if status is None else "success" if done else "failure",
        "event.original": readable(document.raw),
        "message": f"{who or 'somebody'}: {named} of {where or path[:300] or '?'}{answer}",
        "actor.account": account("gitlab", who),
        "actor.basis": "signed-in user" if who else "not signed in",
        "user.name": who,
        "user.id": known(item.get("user_id")) or known(item.get("meta.user_id")),
        "source.ip": _address(item.get("meta.remote_ip") or item.get("remote_ip")),
        "url.original": f"{path}?service={service}" if service else path or None,
        "http.request.method": method,
        "http.response.status_code": status,
        "user_agent.original": text(item.get("ua")),
        "git.repository": where,
        "git.branch": _branch(act, told),
        "git.pull_request": number(told.get("id" if asked.startswith(REQUESTS) else REQUEST)),
        "batch.line": document.number,
        "labels": _labels(item, asked, changes),
    }


def _labels(item: Payload, asked: str, changes: dict[str, Any] | None) -> list[tuple[str, str]]:
    told = {
        "request": asked,
        "correlation_id": item.get("correlation_id"),
        "params": changes,
        "token_type": item.get("token_type"),
        "token_id": item.get("token_id"),
        "exception": item.get("exception.class"),
    }
    return labels(told)


def row_of_shell(
    item: Payload, time: datetime, document: Document, context: Context
) -> dict[str, Any]:
    """A line of gitlab-shell: a git command over SSH, or what it asked the application."""
    said, command = text(item.get("msg")) or "", text(item.get("command"))
    who, where = text(item.get("username")), text(item.get("gl_project_path"))
    ran = command is not None and said == SHELL_DONE
    action = COMMANDS.get(command or "", command or said) if ran else said
    failed = text(item.get("level")) in FAILED or item.get("error") is not None
    key = known(item.get("gl_key_id"))
    told = {
        "command": command,
        "correlation_id": item.get("correlation_id"),
        "error": item.get("error"),
        "gl_key_id": key,
        "gl_key_type": item.get("gl_key_type"),
        "gl_repository": item.get("gl_repository"),
        "git_protocol": item.get("git_protocol"),
    }
    return {
        "@timestamp": time,
        "event.id": _identity(item, document, context, said, command, text(item.get("url"))),
        "event.category": "network" if ran else "web",
        "event.type": "access" if action == FETCH else "change" if ran else "info",
        "event.action": action[:300],
        "event.outcome": "failure" if failed else "success",
        "event.original": readable(document.raw),
        "message": f"{who or 'somebody'}: {action[:300]} of {where or 'GitLab'} over SSH",
        "actor.account": account("gitlab", who),
        "actor.basis": "owner of the SSH key" if who else "the line names no user",
        "user.name": who,
        "user.id": (known(item.get("user_id")) or "").removeprefix("user-") or None,
        "user.email": email(item.get("user_email")),
        "source.ip": _address(item.get("remote_ip")),
        "url.original": text(item.get("url")),
        "http.request.method": text(item.get("method")),
        "http.response.status_code": number(item.get("status")),
        "git.repository": where,
        "batch.line": document.number,
        "labels": labels(told),
    }
