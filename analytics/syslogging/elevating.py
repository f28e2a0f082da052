"""What pkexec, polkit and doas say: who ran what with another's rights."""

from analytics.syslogging.forms import Deed, Form, Forms

RAN = Deed("process", "start", "ran-command", "success")
REFUSED = Deed("process", "denied", "was-refused-command", "failure")
BASIS = "invoking user"
OWNER = "owner of the process"
BEHIND = (
    r"\[USER=(?P<effective>[^\]]*)\](?: \[TTY=(?P<tty>[^\]]*)\])? "
    r"\[CWD=(?P<directory>[^\]]*)\] \[COMMAND=(?P<command>.*)\]\s*$"
)

PKEXEC = Forms(
    Form(
        pattern=r"(?P<user>[^\s:]+): Executing command " + BEHIND,
        deed=RAN, sentence="{user} ran {command} as {effective}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"(?P<user>[^\s:]+): (?P<reason>(?:Error executing|Not authorized|Request "
        r"dismissed|The value for)[^\[]*)" + BEHIND,
        deed=REFUSED, sentence="{user} was refused {command} as {effective}: {reason}",
        actor="user", basis=BASIS,
    ),
)  # fmt: skip
POLKIT = Forms(
    Form(
        pattern=r"Operator of (?P<session>\S+) successfully authenticated as "
        r"unix-user:(?P<effective>\S+) to gain (?P<how>\S+) authorization for action "
        r"(?P<wanted>\S+) for (?P<subject>.*) \(owned by unix-user:(?P<user>[^)]+)\)",
        deed=Deed("authentication", "start", "authenticated", "success"),
        sentence="{user} authenticated as {effective} for {wanted}", actor="user", basis=OWNER,
    ),
    Form(
        pattern=r"Operator of (?P<session>\S+) FAILED to authenticate to gain authorization for "
        r"action (?P<wanted>\S+) for (?P<subject>.*) \(owned by unix-user:(?P<user>[^)]+)\)",
        deed=Deed("authentication", "start", "authenticated", "failure"),
        sentence="{user} failed to authenticate for {wanted}", actor="user", basis=OWNER,
    ),
)  # fmt: skip
DOAS = Forms(
    Form(
        pattern=r"(?P<user>\S+) ran command (?P<command>.*) as (?P<effective>\S+) "
        r"from (?P<directory>.*)",
        deed=RAN, sentence="{user} ran {command} as {effective}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"(?:command not permitted for|denied:?|failed command for) (?P<user>[^\s:]+):? "
        r"(?P<command>.*)",
        deed=REFUSED, sentence="{user} was refused {command}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"failed (?:auth|password) for (?P<user>\S+)",
        deed=Deed("authentication", "start", "authenticated", "failure"),
        sentence="authentication of {user} to doas failed", actor="user", basis=BASIS,
    ),
)  # fmt: skip
