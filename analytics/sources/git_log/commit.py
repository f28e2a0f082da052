"""One commit of a log, read line by line: headers, message, notes, and what it changed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header

from analytics.event import readable
from analytics.sources.git_log.changes import Changes

HEADER = re.compile(
    r"([A-Z][A-Za-z]*|gpg|log size|tree|parent|author|committer|encoding|gpgsig|mergetag)"
    r"(?::|(?<=[a-z]))\s+(.*)"
)
SIGNATURE = re.compile(r"gpg: |Good \"git\" signature|Could not verify|No signature|error: gpg")
NOTES = re.compile(rb"Notes(?: \(.*\))?:")
CHANGED = re.compile(rb"diff --git |(?:\d+|-)\t(?:\d+|-)\t.|:+[0-7]{6} ")  # after an e-mail
PATCH = re.compile(r"\[(?:PATCH|RFC)[^\]]*\] ?")
LONGEST = 16 << 20  # of one commit's text; what is beyond is counted but not kept
LONGEST_HEADER = 4_096
MOST_MESSAGE = 10_000  # lines


@dataclass(slots=True)
class Commit:
    """A commit as far as it has been read; `take` is given its next line."""

    number: int
    sha: str
    mail: bool = False  # as --pretty=email and format-patch write it
    refs: str | None = None
    source: str | None = None  # the ref by which --source reached it
    told: dict[str, str] = field(default_factory=dict)  # header lines by lower-case name
    message: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    raw: list[bytes] = field(default_factory=list)
    size: int = 0
    again: bool = False  # -m shows a merge once more, against its next parent
    read: Callable[[bytes], None] = field(init=False)
    last: str = ""  # header that a folded line continues

    def __post_init__(self) -> None:
        self.read = self._header

    def take(self, raw: bytes, line: bytes) -> None:
        """Keeps the line as it is and reads it without its colours."""
        if self.size < LONGEST:
            self.raw.append(raw)
        self.size += len(raw) + 1
        self.read(line)

    def show_again(self) -> None:
        """The same commit follows once more; only its first showing counts."""
        self.again, self.read = True, self._nothing

    def _nothing(self, line: bytes) -> None:
        """A merge compared with its second parent tells nothing of what it brought."""

    def _header(self, line: bytes) -> None:
        if not line:
            self.read = self._mail_body if self.mail else self._message
            return
        if line.startswith(b"    ") and not self.mail:
            self.read = self._message
            self._message(line)
            return
        text = readable(line[:LONGEST_HEADER])
        if self.mail and text[0] in " \t":
            self.told[self.last] = self.told.get(self.last, "") + text
        elif SIGNATURE.match(text):
            known = self.told.get("signature")
            text = text.removeprefix("gpg: ").strip()
            self.told["signature"] = f"{known}; {text}" if known else text
        elif match := HEADER.fullmatch(text):
            self.last = match[1].lower()
            self.told.setdefault(self.last, match[2])

    def _message(self, line: bytes) -> None:
        if line.startswith(b"    "):
            if len(self.message) < MOST_MESSAGE:
                self.message.append(readable(line[4:]))
        elif not line:
            self.message.append("")
        elif NOTES.fullmatch(line):
            self.read = self._notes
        else:
            self.read = self.changes.take_any
            self.read(line)

    def _notes(self, line: bytes) -> None:
        """Notes were added later, by whoever could: no part of the message."""
        if line and not line.startswith(b"    ") and not NOTES.fullmatch(line):
            self.read = self.changes.take_any
            self.read(line)

    def _mail_body(self, line: bytes) -> None:
        """The message is not indented here: what looks like a change ends it."""
        apart = not self.message or not self.message[-1]
        if line == b"---" or (apart and CHANGED.match(line)):
            self.read = self.changes.take_any
            self.read(line)
        elif len(self.message) < MOST_MESSAGE:
            self.message.append(readable(line))

    @property
    def subject(self) -> str:
        """The first line of the message."""
        if self.mail:
            return PATCH.sub("", unfolded(self.told.get("subject", "")), count=1).strip()
        return next((line for line in self.message if line.strip()), "").strip()


def unfolded(text: str) -> str:
    """A mail header in plain letters; as it is where its encoding is broken."""
    if "=?" not in text:
        return text
    try:
        parts = decode_header(text)
        return readable("".join(_decoded(part, charset) for part, charset in parts))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _decoded(part: bytes | str, charset: str | None) -> str:
    return part if isinstance(part, str) else part.decode(charset or "utf-8", "backslashreplace")
