"""Lustre's changelog as `lfs changelog` prints it: who made, wrote, renamed, removed which file."""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.lined import EPOCH, MICROSECOND, Columns, Form, Lines, read
from analytics.columnar.pairs import of_words
from analytics.columnar.splitting import NOTHING, Splitting, cut
from analytics.columnar.values import ids, known, labelled, made, mapped
from analytics.event import Batch, Context, Source
from analytics.jsonlog.values import address

RECORD = re.compile(
    r"([\w.-]+-MDT[0-9a-f]{4}\.?)?\s*(\d{1,20}) (\d\d[A-Z]{2,6})"
    r" {1,4}(\d\d:\d\d:\d\d\.\d{1,9}) (\d{4}\.\d\d\.\d\d) 0x[0-9a-f]+ t=(\S+)(.*)",
    re.DOTALL,
)
NAMED = r"(j|ef|u|nid|m|x)=[!-Z^-~]+"
USUAL = (
    r"^([\w.-]+-MDT[0-9a-f]{4}\.)?\d{1,20} \d\d[A-Z]{2,6} \d\d:\d\d:\d\d\.\d{1,9}"
    rf" \d{{4}}\.\d\d\.\d\d 0x[0-9a-f]+ t=[!-~]+( {NAMED})*$"
)
USUAL_FILE = r"^[^\]]*\]( .*)?$"  # behind ` p=[`
USUAL_RENAMED = r"^[^\]]*\] sp=\[[^\]]*\]( .*)?$"  # behind ` s=[`
HEAD = re.compile(
    rb"^(?:[\w.-]+-MDT[0-9a-f]{4}\.?\s+)?\d+ \d\d[A-Z]{2,6} {1,4}\d\d:\d\d:\d\d\.\d+"
    rb" \d{4}\.\d\d\.\d\d 0x[0-9a-f]+ t=\[",
    re.MULTILINE,
)
PART = re.compile(r" (j|ef|u|nid|m|x|s|sp|p)=(\[[^\]]*\]|\S+)")
PARENTS = ("p", "sp")
JOB = re.compile(r"[0-9]{1,12}")
OWNERS = "^[0-9]{1,10}:[0-9]{1,10}$"
# Type of record: what was done, and event.type.
KINDS = {
    "CREAT": ("created-file", "creation"),
    "MKDIR": ("created-directory", "creation"),
    "HLINK": ("linked", "creation"),
    "SLINK": ("symlinked", "creation"),
    "MKNOD": ("created-node", "creation"),
    "UNLNK": ("deleted", "deletion"),
    "RMDIR": ("deleted-directory", "deletion"),
    "RENME": ("renamed", "change"),
    "RNMTO": ("renamed-to", "change"),
    "OPEN": ("opened-file", "access"),
    "CLOSE": ("wrote-file", "change"),
    "LYOUT": ("changed-layout", "change"),
    "TRUNC": ("truncated-file", "change"),
    "SATTR": ("changed-file-attributes", "change"),
    "XATTR": ("changed-extended-attributes", "change"),
    "MTIME": ("wrote-file", "change"),
    "CTIME": ("changed-file-attributes", "change"),
    "ATIME": ("read-file", "access"),
    "NOPEN": ("denied-opening-file", "denied"),
    "GXATR": ("read-extended-attributes", "access"),
    "MIGRT": ("migrated-file", "change"),
    "FLRW": ("wrote-file", "change"),
    "RESYNC": ("mirrored-file", "change"),
    "HSM": ("archived-file", "change"),
    "MARK": ("marked-log", "info"),
}
LABELS = {
    "s": "source_fid",
    "sp": "source_parent_fid",
    "p": "parent_fid",
    "m": "mode",
    "x": "xattr",
    "ef": "flags",
}


NAMES = ("j", "ef", "u", "nid", "m", "x")
PARTS = ("device", "index", "record", "clock", "day", "t", *NAMES, "p", "name", "s", "sp", "old")


def _usual(line: Splitting) -> None:
    """Records whose parts stand where Lustre prints them, each once."""
    line.cut("line", " p=[", "file")
    line.match("line", USUAL)
    line.match("file", USUAL_FILE)
    line.cut("file", "]", "behind")
    line.put("p", _bracketed(line["file"]))
    line.put("name", pc.utf8_slice_codeunits(pc.fill_null(line["behind"], ""), 1))
    line.cut("name", " s=[", "renamed")
    line.match("renamed", USUAL_RENAMED)
    line.split("line", " ", ("index", "record", "clock", "day", "", "pairs"), most=5)
    pairs = of_words(line["pairs"])
    if (doubled := pairs.doubled()).any():
        line.leave(~doubled)
        pairs = of_words(line["pairs"])
    for name in ("t", *NAMES):
        line.put(name, pairs.column(name))
    line.cut("index", ".", "number", last=True)
    numbered = pc.is_valid(line["number"])
    device = pc.binary_join_element_wise(line["index"], "", ".")
    line.put("device", pc.if_else(numbered, device, NOTHING))
    line.put("index", pc.coalesce(line["number"], line["index"]))
    line.cut("renamed", "] sp=[", "parents")
    line.cut("parents", "]", "behind")
    line.put("s", _bracketed(line["renamed"]))
    line.put("sp", _bracketed(line["parents"]))
    line.put("old", pc.utf8_slice_codeunits(line["behind"], 1))


def _bracketed(texts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise("[", texts, "]", "")


def _parts(text: str) -> tuple[dict[str, str], str]:
    """Parts of a record up to the parent's id, and the name behind it, whatever is in that."""
    parts: dict[str, str] = {}
    end = 0
    while found := PART.match(text, end):
        parts[found[1]] = found[2]
        end = found.end()
        if found[1] in PARENTS:
            break
    return parts, text[end + 1 :]


def _exact(text: str) -> list[str | None] | None:
    """The parts of a record, in whichever order they stand."""
    match = RECORD.fullmatch(text)
    if match is None:
        return None
    *found, rest = match.groups()
    parts, name = _parts(rest)
    old = None
    if " s=[" in name:  # renamed: new name, what it was, old name
        name, _, behind = name.partition(" s=[")
        more, old = _parts(f" s=[{behind}")
        parts = more | parts
    named = [parts.get(key) for key in (*NAMES, "p")]
    return [*found, *named, name, parts.get("s"), parts.get("sp"), old]


def _times(parts: Columns, zone: tzinfo) -> pa.Array:
    """Times of Lustre's clock, which is UTC, whatever the feed's zone."""
    clock = pc.utf8_slice_codeunits(parts["clock"], 0, 8)
    fraction = pc.utf8_rpad(pc.utf8_slice_codeunits(parts["clock"], 9, 15), 6, "0")
    seconds = mapped(pc.binary_join_element_wise(parts["day"], clock, "T"), _second)
    return pc.add(seconds, fraction.cast(pa.int64()))


@lru_cache(maxsize=8192)
def _second(text: str) -> int | None:
    try:
        time = datetime.fromisoformat(f"{text.replace('.', '-')}+00:00")
    except ValueError:
        return None
    return (time - EPOCH) // MICROSECOND


def _deed(record: str) -> tuple[str, str, str]:
    action, kind = KINDS.get(record[2:], (record[2:].lower(), "info"))
    return action, kind, "failure" if record[2:] == "NOPEN" else "success"


def _job(told: str | None) -> tuple[str | None, str | None]:
    """Number of a job, or the name of a program."""
    if not told or JOB.fullmatch(told):
        return told or None, None
    return None, told.rpartition(".")[0] or None


def _from(nid: str | None) -> tuple[str | None]:
    return (address(nid),)


def _columns(lines: Lines, context: Context) -> Columns:
    parts = lines.parts
    owners = pc.if_else(pc.match_substring_regex(parts["u"], OWNERS), parts["u"], NOTHING)
    uid, gid = cut(owners, ":")
    named = pc.is_valid(uid)
    deeds = made(parts["record"], ("event.action", "event.type", "event.outcome"), _deed)
    who = pc.if_else(named, pc.binary_join_element_wise("uid ", uid, ""), "somebody")
    done = pc.binary_join_element_wise(deeds["event.action"], parts["name"], " ")
    told = {text: parts[name] for name, text in LABELS.items()}
    told |= {"fid": parts["t"], "record": parts["record"]}
    told |= {"old_name": parts["old"], "gid": gid, "jobid": parts["j"]}
    clock = pc.utf8_slice_codeunits(parts["clock"], 0, 8)
    identity = (parts["device"], parts["index"], parts["t"], clock)
    return {
        **deeds,
        **made(parts["j"], ("job.id", "process.name"), _job),
        **made(cut(parts["nid"], "@")[0], ("source.ip",), _from),
        "event.id": ids(context, f"lustre\x1f{context.feed}", *identity),
        "event.category": pa.repeat("file", len(uid)),
        "message": pc.utf8_rtrim_whitespace(pc.binary_join_element_wise(who, done, ": ")),
        "actor.account": pc.binary_join_element_wise(f"uid:{context.realm}/", uid, ""),
        "actor.basis": pc.if_else(named, "uid", "changelog without users (changelog_mask, -u)"),
        "user.id": uid,
        "file.path": known(parts["name"]),
        "host.name": pa.repeat(pa.scalar(context.host, pa.string()), len(uid)),
        "labels": labelled(told, nothing=""),
    }


FORM = Form(
    parts=PARTS,
    usual=_usual,
    exact=_exact,
    times=_times,
    columns=_columns,
    no_record="no record of a changelog",
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each record."""
    return read(stream, FORM, context, SOURCE)


def recognises(head: bytes, path: str) -> float:
    """Sure of lines with index, type, time and target as Lustre prints them."""
    return 0.97 if HEAD.match(head) else 0.6 if HEAD.search(head) else 0.0


SOURCE = Source(
    name="lustre_changelog",
    family="context",
    title="Lustre changelog",
    recognises=recognises,
    parse=parse,
)
