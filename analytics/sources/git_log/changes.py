"""What a commit changed, from whatever git was asked to show: patch, counts, or names alone."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from analytics.event import readable

DIFF = re.compile(rb"diff --(?:git (.+)|(?:cc|combined) (.+))")
HUNK = re.compile(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
HUNK_OF_MERGE = re.compile(rb"(@@@+) -\d")
NUMSTAT = re.compile(rb"(\d+|-)\t(\d+|-)\t(.+)")
RENAMED = re.compile(rb"(\d+|-)\t(\d+|-)\t")  # with -z both names follow
STATUS = re.compile(  # --name-status and --raw: modes, ids, letter, then one path or two
    rb"(?::+([0-7]{6}(?: [0-7]{6}){1,16}) [0-9a-f. ]+ )?([A-Z]{1,8})\d{0,3}"
    rb"\t(?:([^\t]+)\t)?([^\t]+)"
)
STAT = re.compile(rb" (\S(?:.*?\S)?) +\| +(?:\d+|(Bin)\b)")
SUMMARY = re.compile(
    rb" \d+ files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?"
)
SUBMODULE = re.compile(rb"Submodule (.+?) (?:[0-9a-f]{7,64}\.{2,3}[0-9a-f]{7,64}|contains )")
NO_FILE = re.compile(rb"[ \\]|--- ?$|-- $|diff ")
ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f"}
ESCAPED |= {b"v": b"\v"}
LINK, SUBPROJECT = b"120000", b"160000"
LFS = b"+version https://git-lfs.github.com/spec/v1"
MOST_FILES = 10_000
MOST_NOTED = 64  # paths in a label
MOST_ADDED = 64 << 10  # bytes of added lines kept of a commit
LONGEST_ADDED = 4 << 10  # of one added line
LONGEST_NAME = 4_352  # a path of the longest kind, with counts before it


@dataclass(slots=True)
class Changes:
    """Files and lines of one commit as far as its text has been read; feed it line by line."""

    files: dict[str, None] = field(default_factory=dict)
    short: dict[str, None] = field(default_factory=dict)  # of --stat, which cuts long names
    counts: dict[str, list[int]] = field(default_factory=dict)  # added, deleted, by who counted
    noted: dict[str, dict[str, None]] = field(default_factory=dict)  # paths of a kind
    added: list[bytes] = field(default_factory=list)
    kept: int = 0  # bytes in `added`
    omitted: int = 0  # added lines that are not in it
    path: str = ""  # of the diff that is being read
    before: bytes = b""  # `path: `, before each added line; or the old name of a renamed file
    old: int = 0  # lines that the hunk still has of either side
    new: int = 0
    columns: int = 1  # of plus and minus: one for each parent
    in_patch: bool = False
    read: Callable[[bytes], None] = field(init=False)

    def __post_init__(self) -> None:
        self.read = self._outside

    def take_any(self, line: bytes) -> None:
        """Takes the commit's next line after its message."""
        self.read(line)

    @property
    def lines(self) -> tuple[int | None, int | None]:
        """Lines added and deleted, by the most exact that was shown."""
        by = next((who for who in ("numstat", "patch", "summary") if who in self.counts), None)
        return (self.counts[by][0], self.counts[by][1]) if by else (None, None)

    def _outside(self, line: bytes) -> None:
        """A line outside of patches: names, counts, or the beginning of a patch."""
        if not line:
            return
        line = line[:LONGEST_NAME]
        if match := NUMSTAT.fullmatch(line):
            path = self._touch(plain_path(match[3]))
            self._count("numstat", match[1], match[2])
            if match[1] == b"-":
                self._note("binary", path)
        elif match := RENAMED.fullmatch(line):
            self._count("numstat", match[1], match[2])
            self.read = self._old_name
        elif line.startswith(b"diff --"):
            self._diff(line)
        elif match := STATUS.fullmatch(line):
            self._status(match)
        else:
            self._names(line)

    def _old_name(self, line: bytes) -> None:
        self.before, self.read = line, self._new_name

    def _new_name(self, line: bytes) -> None:
        old, self.before, self.read = self.before, b"", self._outside
        path = self._touch(readable(line[:LONGEST_NAME]))
        self._note("renamed", f"{readable(old[:LONGEST_NAME])} → {path}")

    def _names(self, line: bytes) -> None:
        if match := SUMMARY.fullmatch(line):
            self._count("summary", match[1], match[2])
        elif match := STAT.match(line):
            path = plain_path(match[1])
            self.short[path] = None
            if match[2]:
                self._note("binary", path)
        elif match := SUBMODULE.match(line):
            self._note("submodules", self._touch(plain_path(match[1])))
        elif not self.in_patch and not NO_FILE.match(line):
            self._touch(plain_path(line))  # --name-only

    def _status(self, match: re.Match[bytes]) -> None:
        path = self._touch(plain_path(match[4], braces=False))
        modes = (match[1] or b"").split(b" ")
        if LINK in modes:
            self._note("symlinks", path)
        if SUBPROJECT in modes:
            self._note("submodules", path)
        if len(modes) == 2 and modes[0] != modes[1] and b"000000" not in modes:
            self._note("modes", f"{path} {modes[0].decode()} → {modes[1].decode()}")
        if match[3]:
            self._note("renamed", f"{plain_path(match[3], braces=False)} → {path}")

    def _diff(self, line: bytes) -> None:
        """The first line of a file's patch; its names are only sure where both are the same."""
        match = DIFF.fullmatch(line)
        if match is None:
            return
        self.in_patch, self.read = True, self._heading
        self.counts.setdefault("patch", [0, 0])  # also of binary files, which have no lines
        if match[1] is None:
            self._name(plain_path(match[2], braces=False))
            return
        names = match[1]
        middle = len(names) // 2
        first, second = names[:middle], names[middle + 1 :]
        start = b'"' if names[:1] == b'"' else b""
        prefix = len(start) + 2  # a/ and b/
        if first == second:
            self._name(plain_path(second, braces=False))
        elif first[prefix:] == second[prefix:]:
            self._name(plain_path(start + second[prefix:], braces=False))
        else:
            self.path = ""  # renamed: told further down

    def _heading(self, line: bytes) -> None:
        """A line between a patch's first line and its first hunk, or between hunks."""
        mark = line[:3]
        if mark == b"@@ " and (match := HUNK.match(line)):
            self.old, self.new = int(match[1] or 1), int(match[2] or 1)
            self.read = self._hunk
        elif mark == b"@@@" and (match := HUNK_OF_MERGE.match(line)):
            self.columns = len(match[1]) - 1
            self.read = self._hunk_of_merge
        elif line.startswith((b"rename to ", b"copy to ")):
            self._name(plain_path(line.partition(b" to ")[2], braces=False))
        elif mark in (b"---", b"+++"):
            if not self.path and line[4:] != b"/dev/null":  # other prefixes than a/ and b/
                self._name(plain_path(line[4:].rstrip(b"\t").partition(b"/")[2], braces=False))
        elif line.startswith(b"rename from "):
            self._note("renamed", plain_path(line[12:], braces=False))
        elif line.startswith((b"Binary files ", b"GIT binary patch")):
            self._note("binary", self.path)
        elif b" mode " in line[:20] or line.startswith((b"index ", b"mode ")):
            self._mode(line)
        elif line.startswith((b"diff --", b"Submodule ")):
            self._outside(line)

    def _mode(self, line: bytes) -> None:
        if line.endswith(LINK):
            self._note("symlinks", self.path)
        elif line.endswith(SUBPROJECT):
            self._note("submodules", self.path)
        elif line.startswith(b"new mode "):
            self._note("modes", f"{self.path} → {readable(line[9:24])}")

    def _hunk(self, line: bytes) -> None:
        first = line[:1]
        if first == b"+":
            self.counts["patch"][0] += 1
            self.new -= 1
            self._keep(line, 1)
        elif first == b"-":
            self.counts["patch"][1] += 1
            self.old -= 1
        elif first == b" " or not first:
            self.new -= 1
            self.old -= 1
        elif first != b"\\":
            self.read = self._heading
            self._heading(line)
            return
        if self.new <= 0 and self.old <= 0:
            self.read = self._heading

    def _hunk_of_merge(self, line: bytes) -> None:
        """A line of a merge's combined patch, which has a column for each parent."""
        marks = line[: self.columns]
        if marks.strip(b" +-") and marks[:1] != b"\\":
            self.read = self._heading
            self._heading(line)
        elif b"+" in marks:
            self.counts["patch"][0] += 1
            self._keep(line, self.columns)
        elif b"-" in marks:
            self.counts["patch"][1] += 1

    def _keep(self, line: bytes, start: int) -> None:
        if self.kept >= MOST_ADDED:
            self.omitted += 1
            return
        text = self.before + line[start : start + LONGEST_ADDED]
        self.omitted += len(line) - start > LONGEST_ADDED
        self.kept += len(text) + 1
        self.added.append(text)
        if line.startswith(LFS):
            self._note("lfs", self.path)

    def _count(self, who: str, added: bytes | None, deleted: bytes | None) -> None:
        counts = self.counts.setdefault(who, [0, 0])
        for place, text in enumerate((added, deleted)):
            counts[place] += int(text[:9]) if text and text != b"-" else 0

    def _name(self, path: str) -> None:
        self.path = self._touch(path)
        self.before = path.replace("\n", "\\n").encode() + b": "

    def _touch(self, path: str) -> str:
        if len(self.files) < MOST_FILES:
            self.files[path] = None
        return path

    def _note(self, kind: str, path: str) -> None:
        paths = self.noted.setdefault(kind, {})
        if len(paths) < MOST_NOTED:
            paths[path] = None


def plain_path(name: bytes, braces: bool = True) -> str:
    """A path without git's quotes and escapes; of `{old => new}` the new one."""
    if name[:1] == b'"':
        inner = name[1:-1] if name[-1:] == b'"' else name[1:]
        return readable(ESCAPE.sub(_unescaped, inner))
    path = readable(name)
    if braces and " => " in path:
        start, end = path.find("{"), path.rfind("}")
        if start < 0 or end < start:
            return path.rpartition(" => ")[2]
        new = path[start + 1 : end].rpartition(" => ")[2]
        path = (path[:start] + new + path[end + 1 :]).replace("//", "/")
    return path


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 255]) if len(code) == 3 else ESCAPED.get(code, code)
