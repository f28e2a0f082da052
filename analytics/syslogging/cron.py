"""What cron, anacron and crontab say: whose job ran what, who changed which table."""

from analytics.syslogging.forms import Deed, Form, Forms

PROGRAMS = [
    "cron",
    "crond",
    "crontab",
    "anacron",
    "atd",
    "fcron",
    "cronie",
    "vixie-cron",
    "/usr/sbin/cron",
]
TABLE = Deed("configuration", "change", "changed-crontab", "success")
WHO = r"\((?P<user>[^)\s]+)\) "
BASIS = "owner of the crontab"

FORMS = Forms(
    Form(
        pattern=WHO + r"CMD \((?P<command>.*)\)\s*$",
        deed=Deed("process", "start", "ran-job", "success"),
        sentence="cron ran {command} for {user}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=WHO + r"(?:REPLACE|BEGIN EDIT|END EDIT|DELETE) \((?P<target>[^)]+)\)",
        deed=TABLE, sentence="{user} changed the crontab of {target}",
        actor="user", basis="crontab",
    ),
    Form(
        pattern=WHO + r"LIST \((?P<target>[^)]+)\)",
        deed=Deed("configuration", "access", "listed-crontab", "success"),
        sentence="{user} listed the crontab of {target}", actor="user", basis="crontab",
    ),
    Form(
        pattern=WHO + r"(?:RELOAD|ORPHAN) \((?P<table>[^)]+)\)",
        deed=Deed("configuration", "change", "reloaded-crontab"),
        sentence="cron reloaded {table} of {user}",
    ),
    Form(
        pattern=WHO + r"AUTH \((?P<reason>.*)\)",
        deed=Deed("configuration", "denied", "was-refused-crontab", "failure"),
        sentence="{user} may not use crontab: {reason}", actor="user", basis="crontab",
    ),
    Form(
        pattern=r"Starting job (?P<number>\d+) \((?P<file>\w+)\) for user "
        r"'?(?P<user>[^\s']+)'? \((?P<uid>\d+)\)",
        deed=Deed("process", "start", "ran-job", "success"),
        sentence="at ran job {number} of {user}", actor="user", basis="owner of the job",
    ),
    Form(
        pattern=r"\((?P<of>[^)\s]+)\) (?P<what>MAIL|CMDOUT|CMDEND|INFO|PAM ERROR|ERROR|"
        r"WRONG .{1,40}?|"
        r"CAN'T OPEN|TABLE LIMIT EXCEEDED|NO SUCH JOB) \((?P<text>.*)\)\s*$",
        deed=Deed("process", "info", "told-of-job"),
        sentence="cron, of {of}: {what} {text}",
    ),
)  # fmt: skip
