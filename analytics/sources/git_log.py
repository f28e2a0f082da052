"""What `git log` prints: medium, fuller or raw, and with it --numstat, --stat, -p and others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.reading import Line, lines

START = re.compile(rb"commit ([0-9a-f]{7,64})(?: ([0-9a-f ]{7,}))?(?: \((.+)\))?")
HEADER = re.compile(
    r"(?:([A-Z][A-Za-z]*|gpg):|(tree|parent|author|committer|encoding|gpgsig))\s+(.*)"
)
PERSON = re.compile(r"([^<]*)<([^<>]*)>(?: (\d+ [+-]\d{4}))?")
NUMSTAT = re.compile(r"(\d+|-)\t(\d+|-)\t(.+)")
STATUS = re.compile(r"(?::[0-7]{6}.* )?[A-Z]\d{0,3}\t(?:[^\t]+\t)?([^\t]+)")  # also of --raw
STAT = re.compile(r"(\d+|-)\t(\d+|-)\t(.+)")
CHANGED = re.compile(
    r"(?::[0-7]{6}.* )?[A-Z]\d{0,3}\t(?:[^\t]+\t)?([^\t]+)"
)  # --name-status, --raw
STAT = re.compile(r" (\S(?:.*?\S)?) +\| +(?:\d+|Bin)\b")
SUMMARY = re.compile(
    r" \d+ files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?"
)
DIFF = re.compile(r'diff --(?:git "?a/.* "?b/|cc |combined )(.+)')
OCTAL = re.compile(rb"\\([0-3][0-7]{2})")
NO_FILE = re.compile(r"[ \\]|---$|Notes(?: \(.*\))?:$")
TRAILER = re.compile(r"(Co-authored-by|Reviewed-by|Signed-off-by): .*<([^<>\s]+)>", re.IGNORECASE)
PULL_REQUEST = re.compile(r"Merge pull request #(\d{1,9})\b")
RENAMED = re.compile(r"\{[^{}]* => ([^{}]*)\}")
CLOCK = r"(?P<clock>\d\d:\d\d:\d\d)"
USUAL_DATE = re.compile(
    r"\w{3} (?P<month>\w{3}) +(?P<day>\d+) " + CLOCK + r" (?P<year>\d{4})(?: (?P<zone>[+-]\d{4}))?"
)
MAIL_DATE = re.compile(
    r"\w{3}, (?P<day>\d+) (?P<month>\w{3}) (?P<year>\d{4}) " + CLOCK + r" (?P<zone>[+-]\d{4})"
)
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
BEGINS = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*" + START.pattern + rb"\r?\n"
    rb"(?:(?:gpg|Merge|Reflog|Primary key|Good)[^\n]*\n){0,20}(?:Author: |tree [0-9a-f]{40})"
)
MOST_FILES = 10_000
LONGEST_NAME = 4_352  # a path of the longest kind, with counts before it
LONGEST = 16 << 20  # of one commit's text; what is beyond is counted but not kept


@dataclass(slots=True)
class Commit:
    """A commit as far as it has been read."""

    number: int
    sha: str
    refs: str | None
    told: dict[str, str] = field(default_factory=dict)  # header lines by lower-case name
    message: list[str] = field(default_factory=list)
    files: dict[str, None] = field(default_factory=dict)
    counts: dict[str, list[int]] = field(default_factory=dict)  # added, deleted, by who counted
    raw: list[bytes] = field(default_factory=list)
    size: int = 0
    in_hunk: bool = False
    in_diff: bool = False

    def read(self, line: bytes) -> None:
        """Takes the commit's next line."""
        if self.size < LONGEST:
            self.raw.append(line)
        self.size += len(line) + 1
        if self.in_diff and line[:1] in (b"+", b"-", b" ", b"@"):
            self._read_diff(line)
            return
        text = readable(line[:LONGEST_NAME])
        if line.startswith(b"    "):
            self.message.append(text[4:])
        elif not self.message and not self.in_diff and (header := HEADER.fullmatch(text)):
            name = (header[1] or header[2]).lower()
            both = name == "gpg" and name in self.told
            self.told[name] = f"{self.told[name]}; {header[3]}" if both else header[3]
        elif text:
            self._read_change(text)

    def _read_change(self, text: str) -> None:
        if match := DIFF.fullmatch(text):
            self.in_diff, self.in_hunk = True, False
            self._touch(match[1])
        elif match := NUMSTAT.fullmatch(text):
            self._count("numstat", match[1], match[2])
            self._touch(match[3])
        elif match := SUMMARY.fullmatch(text):
            self._count("summary", match[1], match[2])
        elif (match := STATUS.fullmatch(text)) or (match := STAT.match(text)):
            self._touch(match[1])
        elif self.message and not self.in_diff and not NO_FILE.match(text):
            self._touch(text)  # --name-only

    def _read_diff(self, line: bytes) -> None:
        if line.startswith(b"@@"):
            self.in_hunk = True
        elif self.in_hunk and line[:1] != b" ":
            added = line.startswith(b"+")
            self._count("diff", "1" if added else None, None if added else "1")

    def _count(self, who: str, added: str | None, deleted: str | None) -> None:
        counts = self.counts.setdefault(who, [0, 0])
        for place, text in enumerate((added, deleted)):
            counts[place] += int(text[:9]) if text and text != "-" else 0

    def _touch(self, path: str) -> None:
        """A renamed file counts under its new name."""
        path = RENAMED.sub(r"\1", path).replace("//", "/").rpartition(" => ")[2].strip('"')
        if "\\" in path:
            path = readable(OCTAL.sub(lambda m: bytes([int(m[1], 8)]), path.encode()))
        if len(self.files) < MOST_FILES:
            self.files[path] = None


def time_of(text: str, zone: tzinfo) -> datetime | None:
    """A date as git prints it, in UTC; `zone` is for those that name none."""
    text = text.strip()
    try:
        if match := re.fullmatch(r"(\d{5,12})(?: [+-]\d{4})?", text):
            return datetime.fromtimestamp(int(match[1]), UTC)
        if match := USUAL_DATE.fullmatch(text) or MAIL_DATE.fullmatch(text):
            month = MONTHS.find(match["month"]) // 3 + 1
            text = f"{match['year']}-{month:02}-{int(match['day']):02}T{match['clock']}"
            text += match["zone"] or ""
        time = datetime.fromisoformat(re.sub(r" (?=[+-]\d{4}$)", "", text))
        return time.replace(tzinfo=time.tzinfo or zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _person(text: str | None) -> tuple[str | None, str | None, str | None]:
    """Name, e-mail address, and in the raw format the date."""
    match = PERSON.fullmatch((text or "").strip())
    return (
        (match[1].strip() or None, match[2].strip() or None, match[3])
        if match
        else (text, None, None)
    )


def _row(commit: Commit, context: Context) -> dict[str, Any] | None:
    """The commit's event, or None where it has no date."""
    told = commit.told
    name, email, authored = _person(told.get("author"))
    _, committer, committed = _person(told.get("commit") or told.get("committer"))
    author_date = authored or told.get("authordate") or told.get("date")
    dates = (committed or told.get("commitdate"), author_date)
    times = [time_of(date, context.timezone) if date else None for date in dates]
    time = times[0] or times[1]
    if time is None:
        return None
    subject = next((line for line in commit.message if line.strip()), "").strip()
    by = next((who for who in ("numstat", "diff", "summary") if who in commit.counts), None)
    added, deleted = commit.counts[by] if by else (None, None)
    pull_request = PULL_REQUEST.match(subject)
    who = account("git", email)
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
        "user.name": name,
        "user.email": email,
        "git.commit": commit.sha,
        "git.author": who,
        "git.committer": account("git", committer),
        "git.pull_request": int(pull_request[1]) if pull_request else None,
        "git.files": list(commit.files) or None,
        "git.lines_added": added,
        "git.lines_deleted": deleted,
        "batch.line": commit.number,
        "labels": _labels(commit, times[1] if times[1] != time else None),
    }


def _labels(commit: Commit, authored: datetime | None) -> list[tuple[str, str]] | None:
    told = commit.told
    labels = {"refs": commit.refs, "merge": told.get("merge"), "signature": told.get("gpg")}
    labels["author_date"] = authored.isoformat() if authored else None
    labels["cut"] = str(commit.size) if commit.size > LONGEST else None
    for line in commit.message:
        if match := TRAILER.match(line):
            name = match[1].lower().replace("-", "_")
            labels[name] = ", ".join(filter(None, (labels.get(name), match[2])))[:1024]
    return [(name, value) for name, value in labels.items() if value] or None


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each commit."""
    collector = Collector(context, SOURCE)
    commit: Commit | None = None
    for line in lines(stream):
        start = START.fullmatch(line.text.removeprefix(b"\xef\xbb\xbf"))
        if start:
            _finish(commit, collector)
            commit = _begun(line, start)
        elif commit is not None:
            commit.read(line.text)
        elif line.text.strip():
            collector.reject(line.number, "not part of a commit", line.text[:4096])
        if collector.full:
            yield collector.take()
    _finish(commit, collector)
    yield from collector.rest()


def _begun(line: Line, start: re.Match[bytes]) -> Commit:
    commit = Commit(line.number, start[1].decode(), readable(start[3]) if start[3] else None)
    commit.raw.append(line.text)
    return commit


def _finish(commit: Commit | None, collector: Collector) -> None:
    """Makes the commit an event or a rejection."""
    if commit is None:
        return
    row = _row(commit, collector.context)
    if row is not None:
        collector.add(row)
    else:
        text = b"\n".join(commit.raw)[:4096]
        collector.reject(commit.number, "a commit without a date that can be read", text)


def recognises(head: bytes, path: str) -> float:
    """Sure where it begins with a commit and its author."""
    return 0.95 if BEGINS.match(head) else 0.0


SOURCE = Source(
    name="git_log",
    family="git",
    title="git log",
    recognises=recognises,
    parse=parse,
)
