"""What PAM modules say in the name of the program that asked them."""

import re
from typing import Any

from analytics.event import account
from analytics.syslogging.forms import LONGEST_LABEL, UNTOLD, Deed, Form, Forms, address_of, row_of

HEAD = re.compile(r"(?P<module>pam_\w{1,40})\((?P<service>[^:)]{1,64})(?::(?P<kind>\w{1,20}))?\): ")
SESSION = re.compile(
    r"session (?P<what>opened|closed) for (?:local )?user (?P<who>[^\s(]+)(?:\(uid=(?P<uid>\d+)\))?"
    r"(?: by (?P<by>[^(]*)\(uid=(?P<by_uid>\d{1,10})\))?"
)
FAILURE = re.compile(r"(?:\d{1,6} more )?authentication failures?; (?P<pairs>.*)", re.DOTALL)
SUCCESS = re.compile(r"authentication success; (?P<pairs>.*)", re.DOTALL)
PAIR = re.compile(r"(\w{2,10})=([^\s=]*)(?= |$|;)")
OTHERS = Forms(
    Form(
        pattern=r"password changed for (?P<target>\S+)",
        deed=Deed("iam", "change", "changed-password", "success"),
        sentence="the password of {target} was changed",
    ),
    Form(
        pattern=r'requirement "(?P<rule>[^"]*)" (?:was )?not met by user "(?P<user>[^"]*)"',
        deed=Deed("authentication", "denied", "was-not-authorized", "failure"),
        sentence="{user} does not meet {rule}",
    ),
    Form(
        pattern=r"check pass; user unknown",
        deed=Deed("authentication", "start", "authenticated", "failure"),
        sentence="somebody whom nobody knows tried to log in",
        basis="not told by a failed login",
    ),
    Form(
        pattern=r"auth could not identify password for \[(?P<user>[^\]]*)\]",
        deed=Deed("authentication", "start", "authenticated", "failure"),
        sentence="{user} gave no password",
        basis="not told by a failed login",
    ),
    Form(
        pattern=r"Consecutive login failures for user (?P<user>\S+) account",
        deed=Deed("authentication", "denied", "locked-account", "failure"),
        sentence="{user} was locked after failed logins",
    ),
)
MORE = re.compile(r"PAM \d{1,6} more authentication failures?; ")
SELF = frozenset(
    {"sshd", "login", "gdm-password", "gdm", "lightdm", "cron", "crond", "atd", "xrdp"}
)
CROSSING = frozenset({"sudo", "sudo-i", "su", "su-l", "runuser", "runuser-l", "polkit-1", "doas"})
OPENED = Deed("session", "start", "started-session", "success")
CLOSED = Deed("session", "end", "ended-session", "success")
FAILED = Deed("authentication", "start", "authenticated", "failure")
PASSED = Deed("authentication", "start", "authenticated", "success")
Row = dict[str, Any]


def read(message: str, realm: str) -> Row | None:
    """What a message of a PAM module tells, None where it is none that is known."""
    head = HEAD.match(message)
    if head is None:
        more = MORE.match(message)
        return _tried(FAILED, message[more.end() :], "") if more else None
    rest, service = message[head.end() :], head["service"]
    told = _read(rest, service, realm)
    if told is not None:
        told["labels"] = [("pam", head["module"]), ("service", service), *told.get("labels", ())]
    return told


def _read(rest: str, service: str, realm: str) -> Row | None:
    if match := SESSION.match(rest):
        return _session(match, service, realm)
    for deed, form in ((FAILED, FAILURE), (PASSED, SUCCESS)):
        if match := form.match(rest):
            return _tried(deed, match["pairs"], service)
    return OTHERS.read(rest)


def _session(match: re.Match[str], service: str, realm: str) -> Row:
    opened = match["what"] == "opened"
    who, by, by_uid = match["who"], (match["by"] or "").strip(), match["by_uid"]
    told = row_of(OPENED if opened else CLOSED)
    base = service.lower()
    if base in SELF and by_uid == "0":  # `by LOGIN(uid=0)`: a program, not a person
        by = ""
    if by:
        told |= {"user.name": by, "user.effective.name": who, "actor.basis": "PAM session by"}
        told["actor.account"] = account("unix", by)
        if by_uid != "0" or by == "root":  # older ones tell sudo's own id, 0
            told["user.id"] = by_uid
    elif by_uid and by_uid != "0" and base in CROSSING:
        told |= {"user.id": by_uid, "user.effective.name": who, "actor.basis": "PAM session by"}
        told["actor.account"] = account("uid", f"{realm}/{by_uid}")
    elif base in CROSSING:
        told |= {"user.effective.name": who, "actor.basis": UNTOLD}
    else:
        told |= {"user.name": who, "user.id": match["uid"]}
        told["actor.account"] = account("unix", who) if base in SELF else None
        told["actor.basis"] = "PAM session of" if base in SELF else UNTOLD
    if match["uid"] and "user.effective.name" in told:
        told["user.effective.id"] = match["uid"]
    by_whom = f" by {by}" if by else ""
    verb = "opened" if opened else "closed"
    told["message"] = f"{service} session {verb} for {who}{by_whom}"
    return told


def _tried(deed: Deed, text: str, service: str) -> Row:
    pairs = dict(PAIR.findall(text))
    told = row_of(deed)
    invoking = pairs.get("ruser") or (pairs.get("logname") if service in CROSSING else "")
    wanted = pairs.get("user") or ""
    if service in CROSSING and invoking:
        told |= {"user.name": invoking, "actor.account": account("unix", invoking)}
        told |= {"actor.basis": "PAM's remote user"}
        if service.startswith(("su", "runuser")) and not service.startswith("sudo"):
            told["user.effective.name"] = wanted or None
    else:
        told |= {"user.name": wanted or None, "actor.basis": "not told by a failed login"}
        if deed is PASSED:
            told |= {"actor.account": account("unix", wanted), "actor.basis": "PAM's user"}
    labels = [("tty", pairs["tty"])] if pairs.get("tty") else []
    if remote := pairs.get("rhost"):
        address = address_of(remote)
        told["source.ip"] = address
        labels += [] if address else [("source_host", remote[:LONGEST_LABEL])]
    told["labels"] = labels
    verb = "failed" if deed is FAILED else "succeeded"
    told["message"] = f"{service or 'PAM'} authentication of {wanted or invoking or '?'} {verb}"
    return told
