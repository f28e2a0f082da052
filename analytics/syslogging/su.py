"""What su and runuser say, as the shadow suite, util-linux and the BSDs write it."""

from analytics.syslogging.forms import Deed, Form, Forms

DONE = Deed("authentication", "start", "changed-user", "success")
NOTED = Deed("authentication", "info", "changed-user", "success")  # beside the line before
FAILED = Deed("authentication", "start", "changed-user", "failure")
BASIS = "su's invoking user"

FORMS = Forms(
    Form(
        pattern=r"\(to (?P<effective>[^)]*)\) (?P<user>\S+) on (?P<tty>\S*)",
        deed=DONE, sentence="{user} became {effective}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"FAILED SU \(to (?P<effective>[^)]*)\) (?P<user>\S+) on (?P<tty>\S*)",
        deed=FAILED, sentence="{user} failed to become {effective}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"Successful su for (?P<effective>\S+) by (?P<user>\S+)",
        deed=DONE, sentence="{user} became {effective}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"FAILED su for (?P<effective>\S+) by (?P<user>\S+)",
        deed=FAILED, sentence="{user} failed to become {effective}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"\+ (?P<tty>\S+) (?P<user>[^\s:]+)[:-](?P<effective>\S+)",
        deed=NOTED, sentence="{user} became {effective}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"- (?P<tty>\S+) (?P<user>[^\s:]+)[:-](?P<effective>\S+)",
        deed=FAILED, sentence="{user} failed to become {effective}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"(?:BAD SU|BAD su) (?P<user>\S+) to (?P<effective>\S+) on (?P<tty>\S+)",
        deed=FAILED, sentence="{user} failed to become {effective}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"(?P<user>\S+) to (?P<effective>\S+) on (?P<tty>\S+)",
        deed=DONE, sentence="{user} became {effective}", actor="user", basis=BASIS,
    ),
)  # fmt: skip
