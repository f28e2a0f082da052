"""A line of syslog taken apart: when, on which host, which program, and its message."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from analytics.columnar.parting import by_line
from analytics.event import readable

CLASSIC = rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
ISO = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z| ?[+-]\d\d:?\d\d)?"
LEVEL = rb"(?:EMERG|ALERT|CRIT|ERR|ERROR|WARNING|NOTICE|INFO|DEBUG)"
# dmesg --time-format iso has the time alone before its message; a host with a process's program
# and number behind such a time is of somebody else.
OF_DMESG = rb"(?<=,\d{6}[+-]\d\d:\d\d )(?!\S+ [^\s\[\]:]+\[\d{1,10}\]: )"
USUAL = re.compile(
    rb"(?:<(\d{1,3})>)?(" + CLASSIC + rb"|" + ISO + rb") (?!" + OF_DMESG + rb")"
    rb"(?:(?!(?:" + LEVEL + rb"|[AP]M) )(\S*[^\s:\]]) )?"
    rb"([^\s\[\]:<]++)(?:\[(\d{1,10})\])?: ?(.*)",
    re.DOTALL,
)
USUAL_LINES = by_line(USUAL.pattern.decode())  # of clean UTF-8
QUOTED = rb'"(?:[^"\\]++|\\.)*"'
STRUCTURED = re.compile(  # RFC 5424, also counted as RFC 6587 has it
    rb"(?:\d{1,7} )?<(\d{1,3})>\d{1,2} (\S++) (\S++) (\S++) (\S++) (\S++) "
    rb'(-|(?:\[(?:[^\]"\\]++|' + QUOTED + rb"|\\.)*\])+)(?: (.*))?",
    re.DOTALL,
)
WORDS = rb"(?:[^\W\d_]|[\x80-\xff]){2,18}\.?"
NUMBERED = rb"\d{1,2}(?:\xe6\x9c\x88|\xec\x9b\x94)"  # months of China, Japan, Korea
PADDED = re.compile(rb" " + NUMBERED + rb" +\d{1,2} \d\d:\d\d:\d\d")
DAY = rb"\d{1,2}(?:\.|\xe6\x97\xa5)?"
IN_WORDS = (
    rb"(?:" + WORDS + rb",? +)?(?:" + DAY + rb" +)?(?:" + WORDS + rb"|" + NUMBERED + rb") +"
    rb"(?:" + DAY + rb" +)?(?:\d{4} +)?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: [AP]M(?= ))?"
    rb"(?: (?:UTC|GMT|Z)(?=:| ))?"
    rb"(?: \d{4})?"
)
DMESG = re.compile(  # dmesg -T; servers of web pages begin their lines so, with a level behind
    rb"\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] "
    rb"(?!\[(?:\w{1,32}:)?(?:emerg|alert|crit|error|warn|notice|info|debug|trace\d)\])(.*)",
    re.DOTALL,
)
DMESG_ISO = re.compile(
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,\d{6}[+-]\d\d:\d\d) " + OF_DMESG + rb"(.*)", re.DOTALL
)
OF_KERNEL = (("transport", "kernel"),)
FULL = rb"(?:[A-Z][a-z]{2} )" + ISO + rb"(?: [A-Z]{3,5})?"  # journalctl -o short-full
ANY = re.compile(
    rb"(?:\d{1,7} (?=<))?(?:<(\d{1,3})>)?(?:\d{1,10}: )?(?:\*)?"
    rb"(" + ISO + rb"|" + IN_WORDS + rb"|" + FULL + rb")(?::| )(.*)",
    re.DOTALL,
)
BEFORE_TAG = re.compile(  # host and level in the orders in which syslog daemons write them
    rb" *(?:<([\w.]{1,20})> )?(?:([a-z]{2,8}[0-7]?\.[a-z]{3,7}) )?"
    rb"(?:(" + LEVEL + rb") )?"
    rb"(?:(?!---?\s)(\S*[^\s:\]]) (?!=))?(?:([a-z]{2,8}[0-7]?\.[a-z]{3,7}) )?",
)
TAG = re.compile(
    rb" *((?:[^\s\[\]:<>()]++ ){0,3}[^\s\[\]:<>()]++)(?:\[(\d{1,10})(?::\w+|/\w+)?\])?"
    rb"(?: \(([^()\s]{1,200})\))?(?: <(\w{1,12})>)?: ?(.*)",
    re.DOTALL,
)
GLUED = re.compile(
    rb"(?<=[^\s\"'=(\[:,])(?:" + CLASSIC + rb"|" + ISO + rb") \S+ [\w./-]+(?:\[\d{1,10}\])?: "
)
GLUED_PRI = re.compile(rb"<\d{1,3}>(?:1 )?(?:" + CLASSIC + rb"|" + ISO + rb") ")
FACILITIES = [
    "kern",
    "user",
    "mail",
    "daemon",
    "auth",
    "syslog",
    "lpr",
    "news",
    "uucp",
    "cron",
    "authpriv",
    "ftp",
    "ntp",
    "audit",
    "alert",
    "clock",
    "local0",
    "local1",
    "local2",
    "local3",
    "local4",
    "local5",
    "local6",
    "local7",
]
SEVERITIES = [
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "informational",
    "debug",
]
PARAMETER = re.compile(r'\[([^\s\]="]+)|([^\s\]="]+)="((?:[^"\\]++|\\.)*)"')
MOST_PARAMETERS = 24
Labels = tuple[tuple[str, str], ...]


class Envelope(NamedTuple):
    """The parts of a line; `stamp` is its time as it stands there, `labels` what is left."""

    stamp: bytes
    host: bytes | None
    program: bytes | None
    pid: bytes | None
    message: bytes
    labels: Labels = ()


def may_be_glued(line: bytes) -> bool:
    """Whether it is worth asking for the parts of a line."""
    return (line.find(b"<", 1) if line[:1] == b"<" else line.find(line[:6], 6)) >= 0


def opened(line: bytes) -> Envelope | None:
    """The parts of a line of any kind of syslog, None where it does not begin with a time."""
    if match := USUAL.fullmatch(line):
        priority, stamp, host, program, pid, message = match.groups()
        return Envelope(stamp, host, program, pid, message, of_priority(priority))
    if line[:1] in b"<123456789" and (match := STRUCTURED.fullmatch(line)):
        priority, stamp, host, program, pid, kind, data, message = match.groups()
        return Envelope(
            stamp,
            _told(host),
            _told(program),
            pid if pid.isdigit() else None,
            (message or b"").removeprefix(b"\xef\xbb\xbf"),
            of_priority(priority) + _of_data(kind, data),
        )
    if line[:1] == b"[" and (match := DMESG.fullmatch(line)):
        return Envelope(match[1], None, b"kernel", None, match[2], OF_KERNEL)
    if line[19:20] == b"," and (match := DMESG_ISO.fullmatch(line)):
        return Envelope(match[1], None, b"kernel", None, match[2], OF_KERNEL)
    return _by_any(line)


def _by_any(line: bytes) -> Envelope | None:
    match = ANY.match(line)
    if match is None:
        return None
    priority, stamp, rest = match.groups()
    before = BEFORE_TAG.match(rest)
    level, dotted, word, host, after = before.groups() if before else (None,) * 5
    rest = rest[before.end() :] if before else rest
    labels = of_priority(priority) + _of_level(level or dotted or word or after)
    tag = TAG.fullmatch(rest)
    if tag is None:
        return Envelope(stamp, host, None, None, rest, labels)
    program, pid, about, level, message = tag.groups()
    if pid is None and (b" " in program or about):  # a sentence with a colon is no program
        return Envelope(stamp, host, None, None, rest, labels)
    if about:
        labels += (("about", readable(about)),)
    return Envelope(stamp, host, program, pid, message, labels + _of_level(level))


def parts_of(line: bytes) -> list[bytes]:
    """The line, or the several of which it is made where an end of line was lost.

    Only where another header follows the text without a blank, on the same day, or the line is
    one of a stream without line ends, if only the rest of a message; quoted lines stay within
    their message.
    """
    of_stream = line[:1] == b"<" or opened(line) is None
    if not (of_stream or may_be_glued(line)):
        return [line]
    glue, start = (GLUED_PRI, 1) if of_stream else (GLUED, 6)
    places = [match.start() for match in glue.finditer(line, start)]
    edges = [0, *places, len(line)]
    return [line[start:end] for start, end in pairwise(edges)]


def _told(word: bytes) -> bytes | None:
    return None if word == b"-" else word


@lru_cache(maxsize=1024)
def of_priority(priority: bytes | None) -> Labels:
    """Facility and severity of a PRI number."""
    if priority is None:
        return ()
    facility, severity = divmod(int(priority), 8)
    if facility >= len(FACILITIES):
        return (("priority", priority.decode()),)
    return (("facility", FACILITIES[facility]), ("severity", SEVERITIES[severity]))


def _of_level(level: bytes | None) -> Labels:
    return (("level", level.decode("ascii", "replace").lower()),) if level else ()


@lru_cache(maxsize=4096)
def _of_data(kind: bytes, data: bytes) -> Labels:
    """Message id and structured data; a parameter's name stands behind its element's."""
    labels = [] if kind == b"-" else [("message_id", readable(kind))]
    element = ""
    for match in PARAMETER.finditer(readable(data)):
        if match[1]:
            element = match[1]
        elif len(labels) < MOST_PARAMETERS:
            value = re.sub(r'\\(["\\\]])', r"\1", match[3])
            labels.append((f"{element}.{match[2]}"[:256], value[:1024]))
    return tuple(labels)
