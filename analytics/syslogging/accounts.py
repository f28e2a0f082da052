"""What the tools say that make, change and remove users and groups."""

from analytics.syslogging.forms import OF_ROOT, Deed, Form, Forms

PROGRAMS = [
    "useradd",
    "usermod",
    "userdel",
    "groupadd",
    "groupmod",
    "groupdel",
    "gpasswd",
    "passwd",
    "chage",
    "chsh",
    "chfn",
    "newusers",
    "chpasswd",
    "adduser",
    "deluser",
    "chgpasswd",
    "vipw",
    "groupmems",
]


def _iam(kind: str, action: str, outcome: str = "success") -> Deed:
    return Deed("iam", kind, action, outcome)


FORMS = Forms(
    Form(
        pattern=r"new user: name=(?P<target>[^,]+), UID=(?P<target_id>\d+), GID=(?P<group_id>\d+)"
        r"(?:, home=(?P<home>[^,]*))?(?:, shell=(?P<shell>[^,]*))?(?:, from=(?P<tty>\S+))?",
        deed=_iam("creation", "added-user-account"),
        sentence="user {target} was made", basis=OF_ROOT,
    ),
    Form(
        pattern=r"new group: name=(?P<group>[^,]+), GID=(?P<group_id>\d+)",
        deed=_iam("creation", "added-group-account-to"),
        sentence="group {group} was made", basis=OF_ROOT,
    ),
    Form(
        pattern=r"group added to (?P<path>[^:]+): name=(?P<group>[^,]+)"
        r"(?:, GID=(?P<group_id>\d+))?",
        deed=_iam("creation", "added-group-account-to"),
        sentence="group {group} was added to {path}", basis=OF_ROOT,
    ),
    Form(
        pattern=r"add '(?P<target>[^']+)' to (?P<shadow>shadow )?group '(?P<group>[^']+)'",
        deed=_iam("change", "added-to-group"),
        sentence="{target} was added to group {group}", basis=OF_ROOT,
    ),
    Form(
        pattern=r"delete '(?P<target>[^']+)' from (?P<shadow>shadow )?group '(?P<group>[^']+)'",
        deed=_iam("change", "removed-from-group"),
        sentence="{target} was removed from group {group}", basis=OF_ROOT,
    ),
    Form(
        pattern=r"user (?P<target>\S+) (?P<what>added|removed) by (?P<user>\S+) "
        r"(?:to|from) group (?P<group>\S+)",
        deed=_iam("change", "changed-members-of-group"),
        sentence="{target} was {what} by {user}, group {group}", actor="user", basis="gpasswd",
    ),
    Form(
        pattern=r"members of group (?P<group>\S+) set by (?P<user>\S+) to (?P<members>.*)",
        deed=_iam("change", "changed-members-of-group"),
        sentence="{user} set the members of group {group} to {members}",
        actor="user", basis="gpasswd",
    ),
    Form(
        pattern=r"(?:set )?administrators? of group (?P<group>\S+) (?:set )?(?:by (?P<user>\S+) )?"
        r"to (?P<members>.*)",
        deed=_iam("change", "changed-administrators-of-group"),
        sentence="the administrators of group {group} are {members}", basis=OF_ROOT,
    ),
    Form(
        pattern=r"delete user '(?P<target>[^']+)'",
        deed=_iam("deletion", "deleted-user-account"),
        sentence="user {target} was removed", basis=OF_ROOT,
    ),
    Form(
        pattern=r"removed (?:shadow )?group '(?P<group>[^']+)' owned by '(?P<target>[^']+)'",
        deed=_iam("deletion", "deleted-group-account-from"),
        sentence="group {group} of {target} was removed", basis=OF_ROOT,
    ),
    Form(
        pattern=r"group '(?P<group>[^']+)' removed(?: from (?P<path>\S+))?",
        deed=_iam("deletion", "deleted-group-account-from"),
        sentence="group {group} was removed", basis=OF_ROOT,
    ),
    Form(
        pattern=r"change user '(?P<target>[^']+)' (?P<what>UID|GID|home|shell|password|expiration|"
        r"inactive)(?: from '(?P<old>[^']*)' to '(?P<new>[^']*)')?",
        deed=_iam("change", "modified-user-account"),
        sentence="{what} of user {target} was changed from {old} to {new}", basis=OF_ROOT,
    ),
    Form(
        pattern=r"change user name '(?P<target>[^']+)' to '(?P<new>[^']+)'",
        deed=_iam("change", "modified-user-account"),
        sentence="user {target} was renamed to {new}", basis=OF_ROOT,
    ),
    Form(
        pattern=r"(?P<lock>lock|unlock) user '(?P<target>[^']+)' password",
        deed=_iam("change", "modified-user-account"),
        sentence="{lock} password of {target}", basis=OF_ROOT,
    ),
    Form(
        pattern=r"(?:changed password expiry for|password for) '?(?P<target>[^' ]+)'?"
        r"(?P<what> changed by (?P<user>\S+?)'?)?$",
        deed=_iam("change", "changed-password"),
        sentence="the password of {target} or its expiry was changed",
        actor="user", basis=OF_ROOT,
    ),
    Form(
        pattern=r"changed user '(?P<target>[^']+)' (?P<what>shell|information)(?:.*)",
        deed=_iam("change", "modified-user-account"),
        sentence="{what} of user {target} was changed", basis=OF_ROOT,
    ),
    Form(
        pattern=r"failed adding (?P<what>user|group) '(?P<target>[^']+)'(?:, (?P<reason>.*))?",
        deed=_iam("creation", "added-user-account", "failure"),
        sentence="{what} {target} could not be made: {reason}", basis=OF_ROOT,
    ),
)  # fmt: skip
