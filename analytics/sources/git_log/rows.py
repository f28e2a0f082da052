"""The event of a commit."""

import re
from datetime import datetime
from functools import lru_cache

from analytics.event import Context, Row, account, readable
from analytics.sources.git_log.commit import LONGEST, Commit, unfolded
from analytics.sources.git_log.dates import time_of

PERSON = re.compile(r"([^<]*)<([^<>]*)>(?: (-?\d{1,12} [+-]\d{4}))?")
TRAILER = re.compile(
    r"(co-authored|reviewed|signed-off|acked|tested|approved|suggested|reported)-by:"
    r"[^<]*<([^<>\s]+)>",
    re.IGNORECASE,
)
PULL_REQUEST = re.compile(r"Merge pull request #(\d{1,9})\b|.{0,300}\(#(\d{1,9})\)$")
BOT = re.compile(r"\[bot\]@|^(?:\d+\+)?(?:copilot|noreply@anthropic\.com)\b", re.IGNORECASE)
LONGEST_LABEL = 1024


@lru_cache(maxsize=4096)
def _person(text: str) -> tuple[str | None, str | None, str | None]:
    """Name, e-mail address, and in the raw format the date."""
    match = PERSON.fullmatch(text.strip())
    if match is None:
        return text.strip() or None, None, None
    name = unfolded(match[1].strip()).strip().strip('"')
    return name or None, match[2].strip() or None, match[3]


def row_of(commit: Commit, context: Context) -> Row | None:
    """The commit's event, or None where it has no date."""
    told, changes = commit.told, commit.changes
    name, email, authored = _person(told.get("author") or told.get("from") or "")
    _, committer, committed = _person(told.get("commit") or told.get("committer") or "")
    dates = (committed or told.get("commitdate"), authored or told.get("authordate"))
    times = [time_of(date, context.timezone) if date else None for date in dates]
    time = times[0] or times[1] or time_of(told.get("date", ""), context.timezone)
    if time is None:
        return None
    subject = commit.subject
    added, deleted = changes.lines
    pull_request = PULL_REQUEST.match(subject)
    who = account("git", email)
    trailers = _trailers(commit)
    labels = _labels(commit, trailers, times[1] if times[1] != time else None)
    return {
        "@timestamp": time,
        "event.id": context.event_id("git", context.feed, commit.sha),
        "event.category": "configuration",
        "event.type": "change",
        "event.action": "git-commit",
        "event.outcome": "success",
        "event.original": readable(b"\n".join(commit.raw).rstrip(b"\n")),
        "message": f"{name or email or 'somebody'} committed: {subject}",
        "actor.account": who,
        "actor.basis": "commit author" if who else None,
        "actor.on_behalf_of": _principal(email, trailers),
        "user.name": name,
        "user.email": email,
        "git.branch": _branch(commit.source),
        "git.commit": commit.sha,
        "git.author": who,
        "git.committer": account("git", committer),
        "git.pull_request": int(pull_request[1] or pull_request[2]) if pull_request else None,
        "git.files": list(changes.files or changes.short) or None,
        "git.added": readable(b"\n".join(changes.added)) if changes.added else None,
        "git.lines_added": added,
        "git.lines_deleted": deleted,
        "batch.line": commit.number,
        "labels": labels,
    }


def _branch(source: str | None) -> str | None:
    if source and source.startswith("refs/heads/"):
        return source.removeprefix("refs/heads/")
    return None


def _principal(email: str | None, trailers: dict[str, list[str]]) -> str | None:
    """Of a commit by a bot the first human whom it names as its co-author."""
    if not email or not BOT.search(email):
        return None
    people = (mail for mail in trailers.get("co_authored_by", ()) if not BOT.search(mail))
    return account("git", next(people, None))


def _trailers(commit: Commit) -> dict[str, list[str]]:
    """E-mail addresses by trailer. Only claims: whoever commits can write any."""
    found: dict[str, list[str]] = {}
    for line in commit.message:
        if "y:" in line and (match := TRAILER.match(line)):
            kind = match[1].lower().replace("-", "_") + "_by"
            found.setdefault(kind, []).append(match[2])
    return found


def _labels(
    commit: Commit, trailers: dict[str, list[str]], authored: datetime | None
) -> list[tuple[str, str]] | None:
    told, changes = commit.told, commit.changes
    labels = {
        "refs": commit.refs,
        "source": commit.source,
        "merge": told.get("merge"),
        "signature": told.get("signature"),
        "reflog": told.get("reflog"),
        "author_date": authored.isoformat() if authored else None,
        "cut": str(commit.size) if commit.size > LONGEST else None,
        "added_cut": f"{changes.omitted} more lines" if changes.omitted else None,
    }
    labels |= {name: ", ".join(mails) for name, mails in trailers.items()}
    labels |= {name: ", ".join(paths) for name, paths in changes.noted.items()}
    return [(name, value[:LONGEST_LABEL]) for name, value in labels.items() if value] or None
