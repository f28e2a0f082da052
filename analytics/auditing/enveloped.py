"""Audit records in the lines of another log: of auditd's plugin for syslog, and of the kernel
itself where no auditd takes them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from analytics.auditing.actors import Descent
from analytics.auditing.joining import Joined, Joiner
from analytics.auditing.rows import row_of
from analytics.auditing.tables import Row, Tables, values_of
from analytics.event import Batch, Collector, Context, Source

MARK = "audit("  # in each such line
RECORD = re.compile(
    r"(?:node=(?P<node>\S+) )?type=(?P<kind>\S+) msg=audit\((?P<stamp>\d{1,11}\.\d{1,6}:\d{1,20})\)"
    r"(?P<body>.*)",
    re.DOTALL,
)
OF_KERNEL = re.compile(
    r"(?:\[ *\d+\.\d+\] ?)?audit: type=(?P<number>\d{1,5})"
    r" audit\((?P<stamp>\d{1,11}\.\d{1,6}:\d{1,20})\)(?P<body>.*)",
    re.DOTALL,
)
# The sign before what auditd adds for readers (ENRICHED), as daemons of syslog write it.
ENRICHED = re.compile(r"(?:#035|\\035|\\x1d|\^\])(?=[A-Z]+=)")
# Of linux/audit.h: the kernel's own lines have numbers.
KINDS = {
    **{1100: "USER_AUTH", 1101: "USER_ACCT", 1102: "USER_MGMT", 1103: "CRED_ACQ"},
    **{1104: "CRED_DISP", 1105: "USER_START", 1106: "USER_END", 1107: "USER_AVC"},
    **{1108: "USER_CHAUTHTOK", 1109: "USER_ERR", 1110: "CRED_REFR", 1111: "USYS_CONFIG"},
    **{1112: "USER_LOGIN", 1113: "USER_LOGOUT", 1114: "ADD_USER", 1115: "DEL_USER"},
    **{1116: "ADD_GROUP", 1117: "DEL_GROUP", 1123: "USER_CMD", 1124: "USER_TTY"},
    **{1130: "SERVICE_START", 1131: "SERVICE_STOP", 1127: "SYSTEM_BOOT"},
    **{1128: "SYSTEM_SHUTDOWN", 1129: "SYSTEM_RUNLEVEL", 1006: "LOGIN"},
    **{1300: "SYSCALL", 1302: "PATH", 1303: "IPC", 1304: "SOCKETCALL", 1305: "CONFIG_CHANGE"},
    **{1306: "SOCKADDR", 1307: "CWD", 1309: "EXECVE", 1311: "IPC_SET_PERM", 1312: "MQ_OPEN"},
    **{1313: "MQ_SENDRECV", 1314: "MQ_NOTIFY", 1315: "MQ_GETSETATTR", 1317: "FD_PAIR"},
    **{1318: "OBJ_PID", 1319: "TTY", 1320: "EOE", 1321: "BPRM_FCAPS", 1322: "CAPSET"},
    **{1323: "MMAP", 1324: "NETFILTER_PKT", 1325: "NETFILTER_CFG", 1326: "SECCOMP"},
    **{1327: "PROCTITLE", 1328: "FEATURE_CHANGE", 1330: "KERN_MODULE", 1334: "BPF"},
    **{1336: "URINGOP", 1337: "OPENAT2", 1400: "AVC", 1401: "SELINUX_ERR", 1403: "MAC_POLICY_LOAD"},
    **{1404: "MAC_STATUS", 1405: "MAC_CONFIG_CHANGE", 1700: "ANOM_PROMISCUOUS"},
    **{1701: "ANOM_ABEND", 1702: "ANOM_LINK"},
}


class Record(NamedTuple):
    """A record out of a line, as auditd itself would have written it."""

    node: str | None
    stamp: str  # seconds.milliseconds:serial
    text: str  # from its type on


def record_in(message: str) -> Record | None:
    """The audit record that a line of another log tells; None where it tells none."""
    if MARK not in message:
        return None
    if found := RECORD.fullmatch(message):
        text = message[found.start("kind") - len("type=") :]
        if found["body"].startswith((":", " ")) or not found["body"]:
            return Record(found["node"], found["stamp"], ENRICHED.sub("\x1d", text))
    elif found := OF_KERNEL.fullmatch(message):
        kind = KINDS.get(int(found["number"]), f"UNKNOWN[{found['number']}]")
        text = f"type={kind} msg=audit({found['stamp']}){found['body']}"
        return Record(None, found["stamp"], text)
    return None


class Enveloped:
    """Joins the records of each event; `source` is what the events are said to be of."""

    def __init__(self, context: Context, source: Source) -> None:
        self._context = context
        self._collector = Collector(context, source)
        self._tables, self._descent = Tables(self._collector), Descent()
        self._joiner = Joiner(self._reject)
        self._lines: dict[str, list[str]] = {}  # of each event under way, as they stand in the log
        self._key = ""  # of the last one

    def take(self, number: int, record: Record, host: str | None, line: str) -> None:
        """Takes a line with its record, and the host that its envelope names."""
        node = record.node or host
        prefix = f"node={node} " if node else ""
        self._key = prefix + record.stamp
        self._lines.setdefault(self._key, []).append(line)
        self._joiner.take(number, prefix + record.text.replace("\n", " ") + "\n")
        if self._joiner.ended:  # at once: records of the same event may come again
            self._put()

    def _reject(self, number: int, reason: str, _text: str) -> None:
        """Takes the last line back: its event is too large, or nothing of it is here."""
        lines = self._lines[self._key]
        self._collector.reject(number, reason, lines.pop())
        if not lines:
            del self._lines[self._key]

    def _put(self) -> None:
        ended, self._joiner.ended = self._joiner.ended, []
        self._tables.put([values_of(self._row(event)) for event in ended])

    def _row(self, event: Joined) -> Row:
        row = row_of(event, self._context, self._descent)
        row["event.original"] = "\n".join(self._lines.pop(event.prefix + event.stamp))
        return row

    def batches(self, *, whole: bool = False) -> Iterator[Batch]:
        """The events that ended since the last time; all of them where the log did."""
        if whole:
            self._joiner.end()
            self._put()
        self._tables.turn()
        yield from self._collector.rest()
