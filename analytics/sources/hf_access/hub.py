"""What a request to a Hugging Face hub or mirror means: which repository, file and client."""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import yaml

from analytics.event import readable

GIT = {"git-receive-pack": "upload", "git-upload-pack": "fetch"}
LIBRARIES = 24  # name/version pairs taken out of a user agent
LIBRARY = re.compile(r"([A-Za-z][\w.+-]{0,40})/([^\s;()]{1,60})")


class Known(NamedTuple):
    """The tables beside this file."""

    formats: dict[str, str]  # by ending
    kinds: dict[str, str]
    pages: frozenset[str]
    calls: dict[str, bool]
    verbs: dict[str, str]


@cache
def known() -> Known:
    """What hub.yml says."""
    told = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    endings = {end: name for name, ends in told["formats"].items() for end in ends.split()}
    pages = frozenset(told["pages"])
    return Known(endings, told["kinds"], pages, told["calls"], told["verbs"])


class Asked(NamedTuple):
    """What a request asks the hub for; all but `what` is None where it is no hub request."""

    what: str
    repo: str | None = None
    kind: str | None = None
    revision: str | None = None
    path: str | None = None
    verb: str | None = None  # page, fetch, read, call or upload

    @property
    def format(self) -> str | None:
        """Format of the file, as its ending says."""
        return known().formats.get((self.path or "").rpartition(".")[2].lower())


@lru_cache(maxsize=50_000)
def asked(target: str) -> Asked:
    """What an address (path, or whole address) names on the hub."""
    path = target.partition("?")[0]
    path = path.partition("://")[2].partition("/")[2] if "://" in path[:12] else path
    parts = [readable(unquote(part)) for part in path.strip("/").split("/")]
    for at, part in enumerate(parts):
        after = parts[at + 1 :]
        if part in known().pages and at and after:
            kind, repo = _before(parts[:at])
            return _file(kind, repo, after if kind != "bucket" else ["", *after])
        if part.endswith(".git"):
            kind, repo = _before([*parts[:at], part[:-4]])
            return Asked(repo, repo, kind, verb=GIT.get(parts[-1], "read"))
        if part == "api" and after[:1] == ["resolve-cache"] and len(after) > 5:
            return _file(known().kinds.get(after[1], "model"), "/".join(after[2:4]), after[4:])
        if part == "api" and len(after) > 1 and after[0] in known().kinds:
            return _of_api(after)
    return Asked(target)


def _file(kind: str, repo: str, rest: list[str]) -> Asked:
    path = "/".join(rest[1:]) or None
    return Asked(f"{path} of {repo}" if path else repo, repo, kind, rest[0] or None, path, "page")


def _before(parts: list[str]) -> tuple[str, str]:
    """Kind and name of the repository that these parts of a path end with."""
    for length in (3, 2):
        if len(parts) >= length and parts[-length] in known().kinds:
            return known().kinds[parts[-length]], "/".join(parts[1 - length :])
    return "model", "/".join(parts[-2:])


def _of_api(parts: list[str]) -> Asked:
    """Of `models/<owner>/<name>/<call>/<revision>/<path>`; old models have no owner."""
    calls = known().calls
    at = next((n for n in (2, 3) if n < len(parts) and parts[n] in calls), None)
    kind, repo = known().kinds[parts[0]], "/".join(parts[1 : at or 3])
    if at is None:
        return Asked(repo, repo, kind, verb="call")
    revision, path = "/".join(parts[at + 1 : at + 2]) or None, "/".join(parts[at + 2 :]) or None
    return Asked(repo, repo, kind, revision, path, "upload" if calls[parts[at]] else "read")


def action_of(verb: str | None, method: str | None) -> str:
    """hf-download, hf-inspect, hf-upload, hf-change or, outside the hub's paths, http-request."""
    if verb is None:
        return "http-request"
    if verb == "upload":
        return "hf-upload"
    if method in ("PUT", "PATCH", "DELETE") or (method == "POST" and verb == "call"):
        return "hf-change"
    fetched = verb == "fetch" or (method == "GET" and verb == "page")
    return "hf-download" if fetched else "hf-inspect"


def libraries(agent: str) -> dict[str, str | None]:
    """What a client says of itself: its library, and the versions of what it runs on."""
    found = [] if agent.startswith("Mozilla/") else LIBRARY.findall(agent[:2000])[:LIBRARIES]
    told: dict[str, str | None] = {}
    for name, version in found[:1]:
        told |= {"library": name, "library_version": version}
    for name, version in found[1:]:
        told.setdefault(name.lower().replace(".", "_"), version)
    return told
