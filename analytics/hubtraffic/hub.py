"""What a request to a Hugging Face hub or mirror means: which repository, file and client."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

import yaml

from analytics.event import readable

GIT = {"git-receive-pack": "upload", "git-upload-pack": "fetch"}
LIBRARIES = 24  # name/version pairs taken out of a user agent
LIBRARY = re.compile(r"([A-Za-z][\w.+-]{0,40})/([^\s;()]{1,60})", re.ASCII)
# What Nexus and Artifactory put before the hub's own paths.
MOUNTED = re.compile(r"/repository/[^/]+(?=/)|(?:/artifactory)?/api/huggingfaceml/[^/]+(?=/)")
STORED = re.compile(r"/repos/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}/([0-9a-f]{64})")
USUAL = re.compile(r"/([^/?%]+)/([^/?%]+)/resolve/([^/?%]+)/([^?%]+)")  # read at once
FILE_NAME = re.compile(r"filename=\"?([^\";]+)")


class Known(NamedTuple):
    """The tables beside this file."""

    formats: dict[str, str]  # by ending
    kinds: dict[str, str]
    pages: frozenset[str]
    calls: dict[str, str]
    scopes: frozenset[str]
    asking: frozenset[str]
    verbs: dict[str, str]


@cache
def known() -> Known:
    """What hub.yml says."""
    told = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    endings = {end: name for name, ends in told["formats"].items() for end in ends.split()}
    calls = {call: verb for verb, names in told["calls"].items() for call in names.split()}
    return Known(
        formats=endings,
        kinds=told["kinds"],
        pages=frozenset(told["pages"]),
        calls=calls,
        scopes=frozenset(told["scopes"].split()),
        asking=frozenset(told["asking"].split()),
        verbs=told["verbs"],
    )


class Asked(NamedTuple):
    """What a request asks the hub for; all but `what` is None where it is no hub request."""

    what: str
    repo: str | None = None
    kind: str | None = None
    revision: str | None = None
    path: str | None = None
    verb: str | None = None  # page, fetch, read, call or upload
    sha256: str | None = None  # of the file's content, where the address names it

    @property
    def format(self) -> str | None:
        """Format of the file, as its ending says."""
        return known().formats.get(self.path.rpartition(".")[2].lower()) if self.path else None


def asked(target: str) -> Asked:
    """What an address (path, or whole address) names on the hub."""
    usual = USUAL.fullmatch(target)
    if usual and usual[1] not in known().kinds:
        owner, name, revision, file = usual.groups()
        repo = f"{owner}/{name}"
        return Asked(f"{file} of {repo}", repo, "model", revision, file, "page")
    path, _, query = target.partition("?")
    path = "/" + path.partition("://")[2].partition("/")[2] if "://" in path[:12] else path
    mounted = MOUNTED.match(path)
    path = path[mounted.end() :] if mounted else path
    parts = path.strip("/").split("/")
    if "%" in path:
        parts = [readable(unquote(part)) for part in parts]
    for at, part in enumerate(parts):
        after = parts[at + 1 :]
        if part in known().pages and at and after:
            kind, repo = _before(parts[:at])
            return _file(kind, repo, after if kind != "bucket" else ["", *after])
        if part.endswith(".git"):
            kind, repo = _before([*parts[:at], part[:-4]])
            return Asked(repo, repo, kind, verb=GIT.get(parts[-1], "read"))
        if part == "api" and after:
            return _of_api(after, target)
    return _of_page(parts, target) or _of_storage(path, query, target)


def _file(kind: str, repo: str, rest: list[str]) -> Asked:
    path = "/".join(rest[1:]) or None
    return Asked(f"{path} of {repo}" if path else repo, repo, kind, rest[0] or None, path, "page")


def _before(parts: list[str]) -> tuple[str, str]:
    """Kind and name of the repository that these parts of a path end with."""
    for length in (3, 2):
        if len(parts) >= length and parts[-length] in known().kinds:
            return known().kinds[parts[-length]], "/".join(parts[1 - length :])
    return "model", "/".join(parts[-2:])


def _of_api(parts: list[str], target: str) -> Asked:
    """What follows `api`: a repository's own part of it, or one of the hub's others."""
    scope = parts[0]
    if scope == "resolve-cache" and len(parts) > 5:
        return _file(known().kinds.get(parts[1], "model"), "/".join(parts[2:4]), parts[4:])
    if scope in known().kinds and len(parts) > 1:
        return _of_repository(parts)
    if scope in known().scopes or scope in known().kinds:
        asking = any(part in known().asking for part in parts)
        return Asked("/".join(parts), verb="read" if asking else "call")
    return Asked(target)


def _of_repository(parts: list[str]) -> Asked:
    """Of `models/<owner>/<name>/<call>/<revision>/<path>`; old models have no owner."""
    calls, kind = known().calls, known().kinds[parts[0]]
    at = next((n for n in (2, 3) if n < len(parts) and parts[n] in calls), None)
    repo = "/".join(parts[1 : at or 3])
    if at is None:
        asking = any(part in known().asking for part in parts[3:])
        return Asked(repo, repo, kind, verb="read" if asking else "call")
    verb, rest = calls[parts[at]], parts[at + 1 :]
    rest = rest if kind != "bucket" else ["", *rest]
    return Asked(repo, repo, kind, "/".join(rest[:1]) or None, "/".join(rest[1:]) or None, verb)


def _of_page(parts: list[str], target: str) -> Asked | None:
    """Signing in for an application, and requests for access to a gated repository."""
    if parts[0] == "oauth" and len(parts) > 1:
        return Asked("/".join(parts), verb="read" if parts[1] == "userinfo" else "call")
    if len(parts) > 2 and parts[-1] in ("ask-access", "user-access-report"):
        kind, repo = _before(parts[:-1])
        return Asked(repo, repo, kind, verb="call")
    return None


def _of_storage(path: str, query: str, target: str) -> Asked:
    """A large file at its store, known by its content's hash; the query may say its name."""
    stored = STORED.search(path)
    if stored is None:
        return Asked(target)
    told = parse_qs(query[:4000], max_num_fields=50).get("response-content-disposition", [""])[0]
    named = FILE_NAME.search(told)
    name = readable(named[1]) if named else None
    return Asked(name or f"object {stored[1]}", path=name, verb="page", sha256=stored[1])


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
