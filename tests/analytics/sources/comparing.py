"""Our auditd events beside what others make of the same records, and the page that tells of it."""

import io
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analytics.auditing.syscalls import NUMBERS
from analytics.event import Context
from analytics.sources.auditd import SOURCE

PAGE = Path(__file__).resolve().parents[3] / "docs/comparison/auditd.md"
ROW = re.compile(r"^\| `([^|`]+)` \| (\d+) \| (\d+) \|", re.MULTILINE)
LEFT_OUT = re.compile(r"^Left out: (.*?)\.$", re.MULTILINE | re.DOTALL)
UNSET = {"4294967295", "unset", "-1"}
CONTEXT = Context(
    feed="others", batch="1", origin="file", received=datetime(2027, 1, 1, tzinfo=UTC)
)
# Their words for what we call otherwise: a signal is sent whether or not it kills, and opening
# a file to write is told from opening it to read.
WORDS = {"killed-pid": {"sent-signal", "probed-process"}, "opened-file": {"wrote-file"}}
OUTCOMES = {"yes": "success", "1": "success", "no": "failure", "failed": "failure", "0": "failure"}
OUTCOMES |= {"fail": "failure"}
# Where our events hold what was acted upon: columns, and labels.
OBJECTS = (
    *("user.target.name", "process.executable", "process.name", "process.command_line"),
    "source.ip",
)
NAMED = (
    *("unit", "destination", "op", "operation", "target_pid", "target_comm", "id", "terminal"),
    *("vm", "dev", "table", "name", "profile", "selected-context", "audit_backlog_limit", "fp"),
)

Row = dict[str, Any]
Agreement = Callable[[Any, Row], bool]


def rows_of(log: str) -> list[Row]:
    """Our events of some records, with their labels as a dictionary."""
    batches = list(SOURCE.parse(io.BytesIO(log.encode()), CONTEXT))
    rows: list[Row] = [row for batch in batches for row in batch.events.to_pylist()]
    for row in rows:
        row["labels"] = dict(row["labels"] or ())
    return rows


def flat(document: Mapping[str, Any], prefix: str = "") -> Row:
    """A document's leaves by dotted names; empty objects are none."""
    found: Row = {}
    for name, value in document.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def column(name: str) -> Agreement:
    """Whether a column holds the same."""
    return lambda expected, row: same(expected, row[name])


def label(name: str) -> Agreement:
    """Whether a label holds the same."""
    return lambda expected, row: same(expected, row["labels"].get(name))


def same(expected: Any, found: Any) -> bool:
    """Whether two values say the same; of several expected ones any; unset is nothing."""
    if isinstance(expected, list):
        return found == expected or found in expected
    if str(expected) in UNSET or expected == "(none)":
        return found is None or found == expected
    return str(expected) == str(found)


def action(expected: str, row: Row) -> bool:
    """Whether the deed is the same, in our words."""
    return row["event.action"] == expected or row["event.action"] in WORDS.get(expected, ())


def outcome(expected: str, row: Row) -> bool:
    """Whether it worked."""
    return bool(row["event.outcome"] == OUTCOMES.get(expected, expected))


def login(expected: str, row: Row) -> bool:
    """Whether the login id is the actor; where it is unset, whether that is said."""
    if expected in UNSET:
        return bool(row["actor.basis"] in ("uid", "unknown"))
    told = f"uid:site/{expected}" if expected.isdigit() else f"unix:{expected}"
    return bool(row["actor.account"] == told and row["actor.basis"] == "auid")


def keys(expected: Any, row: Row) -> bool:
    """Whether the keys of the rules are the same; theirs a list, ours words."""
    told = expected if isinstance(expected, list) else [expected.removeprefix("key=")]
    return bool(" ".join(told) == row["labels"].get("key"))


def rights(expected: str, row: Row) -> bool:
    """Whether the user id is the one whose rights were used."""
    return bool(row["user.effective.id"] == expected)


def path(expected: str, row: Row) -> bool:
    """Whether it is the same file: theirs as it was given, ours from the root where known."""
    whole = posixpath.join(row["process.working_directory"] or "", expected)
    return row["file.path"] in (expected, posixpath.normpath(whole) if expected else expected)


def thing(expected: str, row: Row) -> bool:
    """Whether what was acted upon is the same: file, program, account, unit, address or setting."""
    held = [row[name] for name in OBJECTS] + [row["labels"].get(name) for name in NAMED]
    return path(expected, row) or expected in held


def call(expected: str, row: Row) -> bool:
    """Whether the system call is the same, by name or by its number."""
    name = NUMBERS.get(("c000003e", expected), expected)
    return bool(row["labels"].get("syscall") == name)


def compared(
    pairs: Iterable[tuple[Row, Row]], agreements: Mapping[str, Agreement]
) -> tuple[dict[str, tuple[int, int]], set[str]]:
    """How often each field agrees and differs; which fields nobody compared."""
    yes: Counter[str] = Counter()
    no: Counter[str] = Counter()
    left_out: set[str] = set()
    for document, row in pairs:
        left_out |= document.keys() - agreements.keys()
        for name in document.keys() & agreements.keys():
            (yes if agreements[name](document[name], row) else no)[name] += 1
    return {name: (yes[name], no[name]) for name in yes.keys() | no.keys()}, left_out


def told_of(title: str) -> tuple[dict[str, tuple[int, int]], set[str]]:
    """What the page says in the section with this title, in the shape of `compared`."""
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    left_out = LEFT_OUT.search(section)
    return (
        {name: (int(yes), int(no)) for name, yes, no in ROW.findall(section)},
        set(re.findall(r"`([^`]+)`", left_out[1])) if left_out else set(),
    )
