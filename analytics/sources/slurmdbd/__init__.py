"""The log of Slurm's accounting daemon: who changed users, accounts, limits and levels."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Context, Source
from analytics.seams import begun_by
from analytics.slurm.daemon import HEAD, Daemon, Form, Forms, share

MARKS = re.compile(
    rb"slurmdbd|DBD_[A-Z_]+|REQUEST_PERSIST_INIT|accounting_storage|as_mysql|CONN:?\d+"
)
OURS = re.compile(
    rb"slurmdbd (?:version|running)|DBD_[A-Z]+|REQUEST_PERSIST_INIT: |\bCONN:?[ ]?\d+"
)
CONNECTED = re.compile(
    r"REQUEST_PERSIST_INIT: CLUSTER:\S+ VERSION:\d+ UID:(?P<uid>\d{1,10}) "
    r".*CONN:(?P<connection>\d+)"
)
CONNECTION = r"called(?: in CONN (?P<connection>\d+))?"
# What is asked of the daemon, where it changes something: action and kind of change.
VERBS = {"ADD": "creation", "MODIFY": "change", "REMOVE": "deletion"}
OBJECTS = {
    "USERS": "users",
    "USERS_COND": "users",
    "ACCOUNTS": "accounts",
    "ACCOUNTS_COND": "accounts",
    "ACCOUNT_COORDS": "coordinators",
    "ASSOCS": "associations",
    "CLUSTERS": "clusters",
    "QOS": "qos",
    "RES": "resources",
    "WCKEYS": "wckeys",
    "JOB": "jobs",
    "FEDERATIONS": "federations",
}
DONE = {"ADD": "added", "MODIFY": "modified", "REMOVE": "removed"}


def _asked() -> dict[str, list[Form]]:
    return {
        f"DBD_{verb}_{name}:": [
            Form(
                pattern=rf"(?P<rpc>DBD_{verb}_{name}): {CONNECTION}",
                action=f"{thing}-{DONE[verb]}",
                type=kind,
                category="iam",
                outcome="unknown",
            )
        ]
        for verb, kind in VERBS.items()
        for name, thing in OBJECTS.items()
    }


TRANSACTION = (
    r"insert into \S*txn_table \([^)]*\) values \(\d+, (?P<code>\d+), "
    r"'(?:\(?name=\\'(?P<target>[^'\\]+)\\'\)?|(?P<object>(?:[^'\\]|\\.)*))',"
    r"(?: '[^']*',)? '(?P<user>[^']*)', '(?P<changes>.*)'\)"
)
LEVEL_SET = r"update \S*user_table set .{0,2000}?admin_level=(?P<admin_level>\d).{0,4000}?"
DENIED = Form(
    pattern=r"CONN:(?P<connection>\d+) (?P<error>.*?(?:privilege|Admin|super user|permission|"
    r"Security violation).*?) (?P<uid>\d{1,10})$",
    action="change-denied",
    type="denied",
    category="iam",
    outcome="failure",
)
UID = r"(?:uid|UID) (?P<uid>\d{1,10})"


def _refused(pattern: str) -> Form:
    return Form(
        pattern=pattern, action="change-denied", type="denied", category="iam", outcome="failure"
    )


REFUSED = {
    "UID": [_refused(UID + r" tried to access events")],
    "Rejecting": [_refused(r"Rejecting query .* from " + UID)],
    "Coordinator": [
        _refused(
            r"Coordinator (?P<name>\S+)\((?P<uid>\d{1,10})\) tried to change the default account of"
            r" user (?P<target>\S+)"
        )
    ],
}
FROM_NO_DAEMON = _refused(r"(?P<rpc>DBD_\w+) message from invalid " + UID)
FORMS = Forms(
    _asked()
    | REFUSED
    | {
        "REQUEST_PERSIST_INIT:": [
            Form(
                pattern=r"REQUEST_PERSIST_INIT: CLUSTER:(?P<cluster>\S+) VERSION:\d+ "
                r"UID:(?P<uid>\d{1,10}) IP:(?P<address>[\da-fA-F.:]+) CONN:(?P<connection>\d+)",
                action="connected",
                type="start",
                category="session",
            )
        ],
        "update": [
            Form(
                pattern=LEVEL_SET + TRANSACTION,
                action="admin-level-set",
                type="change",
                category="iam",
            )
        ],
        "insert": [
            Form(pattern=TRANSACTION, action="accounting-changed", type="change", category="iam")
        ],
        "slurmdbd": [
            Form(
                pattern=r"slurmdbd version (?P<version>\S+) started",
                action="accounting-started",
                type="start",
                category="configuration",
            )
        ],
        "Shutdown": [
            Form(
                pattern=r"Shutdown request received from UID (?P<uid>\d{1,10})",
                action="accounting-stopped",
                type="end",
                category="configuration",
            )
        ],
        "Terminate": [
            Form(
                pattern=r"Terminate signal",
                action="accounting-stopped",
                type="end",
                category="configuration",
            )
        ],
    },
    first={"CONN:": [DENIED], "DBD_": [FROM_NO_DAEMON]},
)
DAEMON = Daemon(FORMS, "accounting-said", CONNECTED)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each line; a request has the uid that its connection began with."""
    return DAEMON.parse(stream, context, SOURCE)


def recognises(head: bytes, path: str) -> float:
    """Sure of lines with a time in brackets, some of which only this daemon writes."""
    timed, marked = share(head, MARKS)
    return 0.9 if timed >= 0.5 and marked and OURS.search(head) else 0.0


SOURCE = Source(
    name="slurmdbd",
    family="scheduler",
    title="Slurm accounting daemon log (slurmdbd)",
    recognises=recognises,
    parse=parse,
    seam=begun_by(re.compile(rb"^" + HEAD.pattern, re.MULTILINE)),
)
