"""What login says of those at a terminal, and Slurm's PAM modules of those who come to a node."""

from analytics.syslogging.forms import OF_ROOT, Deed, Form, Forms

IN = Deed("authentication", "start", "logged-in", "success")
FAILED = Deed("authentication", "start", "logged-in", "failure")
DENIED = Deed("authentication", "denied", "was-not-authorized", "failure")
GRANTED = Deed("authentication", "allowed", "was-authorized", "success")
BASIS = "account that logged in"
NOT_TOLD = "login failed, not told"
TERMINAL = r"'?(?P<tty>[\w/.-]+)'?"
FROM = r"(?: FROM '?(?P<address>[^\s']+)'?)?\s*$"
ADOPTED = Deed("process", "info", "joined-job", "success")

LOGIN = Forms(
    Form(
        pattern=r"ROOT LOGIN +(?:ON|on) " + TERMINAL + FROM,
        deed=IN, sentence="root logged in at {tty}", user="root", basis=OF_ROOT,
    ),
    Form(
        pattern=r"(?:DIALUP AT|LOGIN ON|LOGIN on) " + TERMINAL + r" BY '?(?P<user>[^\s']+)'?"
        + FROM,
        deed=IN, sentence="{user} logged in at {tty}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"FAILED LOGIN (?:SESSION|\(?(?P<times>\d{1,6})\)?) (?:FROM|on) " + TERMINAL
        + r"(?: from '?(?P<address>[^\s']+)'?)? FOR '?(?P<user>[^',]*)'?, (?P<reason>.*)",
        deed=FAILED, sentence="a login as {user} at {tty} failed: {reason}", basis=NOT_TOLD,
    ),
)  # fmt: skip
SLURM = Forms(
    Form(
        pattern=r"access granted for user (?P<user>\S+) \(uid=(?P<uid>\d{1,10})\)",
        deed=GRANTED, sentence="Slurm let {user} in", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"access denied for user (?P<user>\S+) \(uid=(?P<uid>\d{1,10})\)",
        deed=DENIED, sentence="Slurm kept {user} out", basis=NOT_TOLD,
    ),
    Form(
        pattern=r"(?:send_user_msg: )?Access denied by pam_slurm\w*: (?P<reason>.*)",
        deed=DENIED, sentence="Slurm kept somebody out: {reason}", basis=NOT_TOLD,
    ),
    Form(
        pattern=r"(?:debug\d?: +)?Process (?P<adopted_pid>\d{1,10}) adopted into job (?P<job>\d+)",
        deed=ADOPTED, sentence="process {adopted_pid} belongs to job {job} from now on",
    ),
    Form(
        pattern=r"From (?P<address>\S+) port (?P<port>\d{1,5}) as (?P<user>\S+): "
        r"member of job (?P<job>\d+)",
        deed=ADOPTED, sentence="{user} came from job {job} at {address}",
        actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"From (?P<address>\S+) port (?P<port>\d{1,5}) as (?P<user>\S+): (?P<reason>.*)",
        deed=Deed("authentication", "info", "came-from-no-job"),
        sentence="{user} came from {address}: {reason}", actor="user", basis=BASIS,
    ),
)  # fmt: skip
