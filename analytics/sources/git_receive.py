"""What our hook on a git server writes: an event for each update of a ref and for its commits."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.forges.pushes import branch_of, landed, pushed
from analytics.forges.values import (
    Payload,
    Row,
    at,
    labels,
    mapping,
    number,
    objects,
    plausible,
    text,
    written,
)
from analytics.reading import Document, documents, sampled

FORMAT = "git-receive/"
MARK = re.compile(rb'\{\s*"foureyes"\s*:\s*"git-receive/\d')
MOST_FILES = 10_000
LONGEST_SUBJECT = 300
# The variable by which the server named the pusher: kind of account, and how the actor is known.
NAMED: dict[str, tuple[str, str]] = {
    "GL_USERNAME": ("gitlab", "GitLab's name of the pusher"),
    "GL_ID": ("gitlab", "GitLab's id of the pusher"),
    "GITEA_PUSHER_NAME": ("gitea", "Gitea's name of the pusher"),
    "GL_USER": ("unix", "gitolite's name of the pusher"),
    "REMOTE_USER": ("unix", "who signed in to the web server"),
    "operating system": ("unix", "user under whom the server ran the hook"),
}
TYPES = {"create": "creation", "update": "change", "delete": "deletion"}
ENVIRONMENT = {
    "GL_ID": "pusher_id",
    "GITEA_PUSHER_ID": "pusher_id",
    "GITEA_PR_ID": "pull_request_id",
    "GL_PROTOCOL": "protocol",
    "SSH_ORIGINAL_COMMAND": "ssh_command",
    "GIT_PUSH_CERT_STATUS": "certificate",
    "GIT_PUSH_CERT_SIGNER": "certificate_signer",
    "GIT_PUSH_CERT_KEY": "certificate_key",
}
# What an update changes, what would take that back, what a branch would bring to the default one.
HASHES = ("patch", "undo", "proposal")
CO_AUTHOR = re.compile(r"(?im)^co-authored-by:[^<\n]*<([^<>\s]+)>")


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each updated ref, and after it one for each commit that the update brought."""
    collector = Collector(context, SOURCE)
    for document in documents(stream):
        record = mapping(document.value)
        time = plausible(record.get("time"), context)
        if document.error or not (text(record.get("foureyes")) or "").startswith(FORMAT):
            reason = document.error or "not a record of the post-receive hook"
            collector.reject(document.number, reason, document.raw)
        elif time is None:
            collector.reject(document.number, "a push without a time that can be", document.raw)
        else:
            push = {"@timestamp": time, **_row_of(record, document, context)}
            collector.add(push)
            for commit in objects(record.get("commits")):
                collector.add(_row_of_commit(commit, push, context))
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def _row_of(record: Payload, document: Document, context: Context) -> Row:
    """The event of an update; its time is that of the record."""
    kind, ref = text(record.get("kind")) or "cut", text(record.get("ref"))
    realm, basis = NAMED.get(text(record.get("pusher_from")) or "", ("unix", "named by the hook"))
    name, branch = text(record.get("pusher")), branch_of(ref)
    who, repository = account(realm, name), text(record.get("repository"))
    commits = objects(record.get("commits"))
    parts = ("host", "repository", "ref", "old", "new", "time", "kind")
    forced, protected = record.get("forced"), record.get("protected")
    environment = mapping(record.get("environment"))
    where = f"{branch or ref} of {repository}"
    if kind == "delete":
        said = f"deleted {where}"
    else:
        said = pushed(len(commits), where, commits[0].get("message") if commits else None)
    return {
        "event.id": context.event_id("git_receive", *(record.get(part) for part in parts)),
        "event.category": "configuration",
        "event.type": TYPES.get(kind, "change"),
        "event.action": "delete" if kind == "delete" else "push",
        "event.outcome": "success",
        "event.original": readable(document.raw),
        "message": f"{name} {said}",
        "actor.account": who,
        "actor.basis": basis if who else None,
        "user.name": name,
        "user.email": text(environment.get("GITEA_PUSHER_EMAIL")),
        "host.name": text(record.get("host")),
        "source.ip": _address(environment),
        "git.repository": repository,
        "git.branch": branch,
        "git.commit": landed(record.get("new")) or landed(record.get("old")),
        "git.pusher": who,
        "git.protected": protected if isinstance(protected, bool) else None,
        "git.forced": forced if isinstance(forced, bool) else None,
        "git.files": _paths(commits),
        **_counts(commits),
        "batch.line": document.number,
        "labels": _labels(record, environment, branch),
    }


def _labels(record: Payload, environment: Payload, branch: str | None) -> list[tuple[str, str]]:
    told = {
        "ref": record.get("ref"),
        "before": record.get("old"),
        "after": record.get("new"),
        "default_branch": branch == record.get("default_branch") if branch else None,
        "pusher_from": record.get("pusher_from"),
        "push_options": record.get("push_options"),
        "commits_cut": record.get("commits_cut") or None,
        "git_status": record.get("git_status") or None,
        "refs": record.get("refs"),
    }
    told |= {name: text(record.get(name)) for name in HASHES}
    told |= {label: environment.get(name) for name, label in ENVIRONMENT.items()}
    return labels(told)


def _address(environment: Payload) -> str | None:
    """The pusher's address: the first word of SSH_CONNECTION, or what a web server tells."""
    ssh = (text(environment.get("SSH_CONNECTION")) or "").partition(" ")[0]
    return ssh or text(environment.get("REMOTE_ADDR"))


def _paths(commits: list[Payload]) -> list[str] | None:
    """The files that commits changed, each once; a renamed one by its new name."""
    paths = (text(file.get("path")) for commit in commits for file in objects(commit.get("files")))
    return list(dict.fromkeys(filter(None, paths)))[:MOST_FILES] or None


def _counts(commits: list[Payload]) -> dict[str, int | None]:
    """Lines added and deleted by all; none where no file was counted."""
    files = [file for commit in commits for file in objects(commit.get("files"))]
    return {
        field: sum([number(file.get(name)) or 0 for file in files]) % (1 << 63) if files else None
        for field, name in (("git.lines_added", "added"), ("git.lines_deleted", "deleted"))
    }


def _row_of_commit(commit: Payload, push: Row, context: Context) -> Row:
    """A pushed commit; who made it is what the commit says, who pushed it what the server says."""
    sha, name = text(commit.get("sha")), text(commit.get("author"))
    address, message = text(commit.get("author_email")), text(commit.get("message")) or ""
    author = account("git", address)
    committed = plausible(number(commit.get("committer_time")), context)
    authored = plausible(number(commit.get("author_time")), context)
    time = committed or authored or push["@timestamp"]
    kept = ("host.name", "git.repository", "git.branch", "git.pusher", "git.protected")
    renamed = [
        f"{text(file.get('old'))} → {text(file.get('path'))}"
        for file in objects(commit.get("files"))
        if file.get("old")
    ]
    binary = [f.get("path") for f in objects(commit.get("files")) if f.get("added", 0) is None]
    subject = message.partition("\n")[0][:LONGEST_SUBJECT]
    told = {
        "pushed": push["@timestamp"].isoformat(),
        "author_date": authored.isoformat() if authored and authored != time else None,
        "co_authored_by": ", ".join(CO_AUTHOR.findall(message)),
        "renamed": renamed,
        "binary": binary,
        "files_cut": commit.get("files_cut"),
        "patch": text(commit.get("patch")),
        "signed": commit.get("signed"),
    }
    told |= {label: value for label, value in push["labels"] if label == "default_branch"}
    return {field: push[field] for field in (*kept, "git.forced", "batch.line")} | {
        "@timestamp": time,
        "event.id": context.event_id("git_receive", push["event.id"], sha),
        "event.category": "configuration",
        "event.type": "change",
        "event.action": "git-commit",
        "event.outcome": "success",
        "event.original": written(commit, ""),
        "message": f"{name or 'somebody'} committed: {subject}",
        "actor.account": author,
        "actor.basis": "commit author" if author else None,
        "user.name": name,
        "user.email": address,
        "git.commit": sha,
        "git.author": author,
        "git.committer": account("git", text(commit.get("committer_email"))),
        "git.files": _paths([commit]),
        **_counts([commit]),
        "labels": labels(told),
    }


def recognises(head: bytes, path: str) -> float:
    """Sure of objects that name the hook's format."""
    values = sampled(head)
    if values:
        named = at(mapping(values[0]), "foureyes")
        return 0.98 if isinstance(named, str) and named.startswith(FORMAT) else 0.0
    return 0.95 if MARK.search(head[:64]) else 0.0


SOURCE = Source(
    name="git_receive",
    family="git",
    title="git server's post-receive hook",
    recognises=recognises,
    parse=parse,
)
