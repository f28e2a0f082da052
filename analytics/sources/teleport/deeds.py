"""What an event of Teleport is: category and type by its name, outcome by what it says."""

from functools import lru_cache

from analytics.jsonlog.values import Payload, number, text

# The longest beginning of an event's name decides.
KINDS = {
    "auth": ("authentication", "info"),
    "user.login": ("authentication", "start"),
    "user.headless.login": ("authentication", "start"),
    "mfa_auth_challenge": ("authentication", "info"),
    "device.authenticate": ("authentication", "info"),
    "saml.idp.auth": ("authentication", "info"),
    "cert.create": ("authentication", "info"),
    "spiffe.svid.issued": ("authentication", "info"),
    "bot.join": ("authentication", "start"),
    "instance.join": ("authentication", "start"),
    "session.start": ("session", "start"),
    "session.join": ("session", "start"),
    "session.leave": ("session", "end"),
    "session.end": ("session", "end"),
    "session.rejected": ("session", "denied"),
    "session.connect": ("session", "start"),
    "session.command": ("process", "start"),
    "session.disk": ("file", "access"),
    "session.network": ("network", "start"),
    "session.recording.access": ("file", "access"),
    "session.upload": ("file", "creation"),
    "session": ("session", "info"),
    "exec": ("process", "start"),
    "subsystem": ("session", "start"),
    "x11-forward": ("network", "start"),
    "port": ("network", "start"),
    "agent-forward": ("session", "info"),
    "client.disconnect": ("session", "end"),
    "app.session.start": ("session", "start"),
    "app.session.end": ("session", "end"),
    "app.session": ("web", "access"),
    "app": ("configuration", "change"),
    "db.session.start": ("session", "start"),
    "db.session.end": ("session", "end"),
    "db.session": ("database", "access"),
    "db": ("configuration", "change"),
    "kube.request": ("api", "access"),
    "kube": ("configuration", "change"),
    "windows.desktop.session.start": ("session", "start"),
    "windows.desktop.session.end": ("session", "end"),
    "windows.desktop": ("session", "info"),
    "access_request": ("iam", "change"),
    "access_list": ("iam", "change"),
    "role": ("iam", "change"),
    "user": ("iam", "change"),
    "bot": ("iam", "change"),
    "lock": ("iam", "change"),
    "mfa": ("iam", "change"),
    "device": ("iam", "change"),
    "github": ("iam", "change"),
    "oidc": ("iam", "change"),
    "saml": ("iam", "change"),
    "login_rule": ("iam", "change"),
    "recovery_code": ("iam", "change"),
    "recovery_token": ("iam", "creation"),
    "privilege_token": ("iam", "creation"),
    "reset_password_token": ("iam", "creation"),
    "join_token": ("iam", "creation"),
    "okta": ("iam", "change"),
    "ssm.run": ("process", "start"),
}
ENDINGS = {
    **dict.fromkeys(("create", "created", "add", "generated"), "creation"),
    **dict.fromkeys(("delete", "deleted", "remove"), "deletion"),
}
# What Teleport names by number: the request of an SFTP client, in the protocol's order.
OPEN = 1
SFTP = {
    **dict.fromkeys((4, 7, 8, 16), "change"),  # write, set attributes (of an open file), rename
    **dict.fromkeys((12, 18, 19), "creation"),  # make directory, symbolic and hard link
    **dict.fromkeys((11, 13), "deletion"),  # remove, remove directory
}
WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000  # write-only, read-write, create, truncate, append
OUTCOMES = {"I": "success", "W": "failure", "E": "failure"}


@lru_cache(maxsize=1024)
def kind_of(name: str) -> tuple[str, str]:
    """Category and type of an event's name; of an unknown one configuration and info."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        found = KINDS.get(".".join(parts[:length]))
        if found is not None:
            category, kind = found
            return category, ENDINGS.get(parts[-1], kind) if kind == "change" else kind
    return "configuration", ENDINGS.get(parts[-1], "info")


def touched_file(event: Payload) -> str:
    """The type of an event about a file that was opened, sent, fetched, changed or removed."""
    action, flags = event.get("action"), number(event.get("flags"))
    if action == "upload":
        return "creation"
    if action in (None, OPEN):
        return "change" if flags and flags & WRITING else "access"
    return SFTP.get(action, "access") if isinstance(action, int) else "access"


def outcome_of(event: Payload) -> str:
    """By what is said of success, the exit code, the answer, or else the code's last letter."""
    success = event.get("success")
    if isinstance(success, bool):
        return "success" if success else "failure"
    for field in ("exitCode", "exit_code"):
        code = number(event.get(field))
        if code is not None:
            return "success" if code == 0 else "failure"
    returned = number(event.get("return_code"))  # of a system call, which may be a descriptor
    if returned is not None:
        return "success" if returned >= 0 else "failure"
    answer = number(event.get("response_code")) or number(event.get("status_code"))
    if answer:
        return "success" if answer < 400 else "failure"
    if text(event.get("error")):
        return "failure"
    return OUTCOMES.get((text(event.get("code")) or "")[-1:], "unknown")
