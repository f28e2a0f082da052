"""What sshd and its file transfers say."""

from analytics.syslogging.forms import Deed, Form, Forms

IN = Deed("authentication", "start", "logged-in", "success")
FAILED = Deed("authentication", "start", "logged-in", "failure")
LEFT = Deed("session", "end", "disconnected")
NOTE = Deed("network", "info", "connected")
FROM = r"(?P<address>\S+?)(?: port (?P<port>\d{1,5}))?"
UNFINISHED = Deed("network", "denied", "broke-off-connection", "failure")
BASIS = "account that logged in"
TRANSFER = "file transfer, user not told"

FORMS = Forms(
    Form(
        pattern=r"Accepted (?P<method>\S+) for (?P<user>.*) from (?P<address>\S+) "
        r"port (?P<port>\d+)\s*(?:ssh2?)?(?:: (?P<key>.*))?$",
        deed=IN, sentence="{user} logged in from {address} by {method}",
        actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"Failed (?P<method>\S+) for (?:(?P<unknown>invalid|illegal) user )?(?P<user>.*) "
        r"from (?P<address>\S+)(?: port (?P<port>\d+))?\s*(?:ssh2?)?(?:: (?P<key>.*))?$",
        deed=FAILED, sentence="a login as {user} from {address} by {method} failed",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"Invalid user (?P<user>.*?) ?from (?P<address>\S+)(?: port (?P<port>\d+))?$",
        deed=FAILED, sentence="a login as {user}, whom nobody knows, from {address}",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"input_userauth_request: (?:invalid|illegal) user (?P<user>.*?)(?: \[preauth\])?$",
        deed=FAILED, sentence="a login as {user}, whom nobody knows",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"Disconnecting: Too many authentication failures"
        r" for (?:(?P<unknown>invalid|illegal) user )?(?P<user>\S+)",
        deed=FAILED, sentence="too many failed logins as {user}",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"Disconnecting (?:authenticating|(?P<unknown>invalid)) user (?P<user>\S*) "
        r"(?P<address>\S+) port (?P<port>\d+): Too many authentication failures",
        deed=FAILED, sentence="too many failed logins as {user} from {address}",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"drop connection #\d+ from \[(?P<address>[^\]\s]+)\]:(?P<port>\d+) on \S+ "
        r"(?P<reason>.*)",
        deed=UNFINISHED, sentence="{address} was turned away: {reason}",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"User (?P<user>.*) from (?P<address>\S+) not allowed because (?P<reason>.*)",
        deed=FAILED, sentence="{user} from {address} may not log in: {reason}",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"User (?P<user>\S*) not allowed because (?P<reason>.*)",
        deed=FAILED, sentence="{user} may not log in: {reason}",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"(?:error|fatal): PAM: (?P<reason>.{1,200}?) for "
        r"(?:(?P<unknown>invalid|illegal) user )?(?P<user>\S*) from (?P<address>\S+)",
        deed=FAILED, sentence="a login as {user} from {address} failed: {reason}",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"ROOT LOGIN REFUSED FROM (?P<address>\S+)(?: port (?P<port>\d+))?",
        deed=FAILED, sentence="a login as root from {address} was refused",
        user="root", basis="login failed, not told",
    ),
    Form(
        pattern=r"(?:error: |fatal: )?maximum authentication attempts exceeded for "
        r"(?:(?P<unknown>invalid) user )?(?P<user>.*) from (?P<address>\S+) port (?P<port>\d+)",
        deed=FAILED, sentence="too many failed logins as {user} from {address}",
        basis="login failed, not told",
    ),
    Form(
        pattern=r"Postponed (?P<method>\S+) for (?:invalid user )?(?P<user>.*) "
        r"from (?P<address>\S+) port (?P<port>\d+)",
        deed=Deed("authentication", "info", "postponed-login"),
        sentence="a login as {user} from {address} by {method} goes on",
    ),
    Form(
        pattern=r"(?:Disconnected|Connection closed|Connection reset)(?: from| by)? "
        r"(?:(?:authenticating |invalid )?user (?P<user>\S*) )?" + FROM + r"(?: \[preauth\])?$",
        deed=LEFT, sentence="{user} from {address} disconnected",
    ),
    Form(
        pattern=r"(?:error: )?Received disconnect from (?P<address>\S+?)(?: port (?P<port>\d+))?: ?"
        r"(?P<code>\d+): (?P<reason>.*)",
        deed=LEFT, sentence="{address} disconnected: {reason}",
    ),
    Form(
        pattern=r"Connection from (?P<address>\S+) port (?P<port>\d+)(?: on (?P<local>\S+).*)?",
        deed=NOTE, sentence="{address} connected",
    ),
    Form(
        pattern=r"Did not receive identification string from (?P<address>\S+)",
        deed=NOTE, sentence="{address} connected and said nothing",
    ),
    Form(
        pattern=r"(?:refused connect|Connection refused) from (?P<address>\S+)",
        deed=Deed("network", "denied", "refused-connection", "failure"),
        sentence="a connection from {address} was refused",
    ),
    Form(
        pattern=r"(?:fatal: )?(?P<reason>Timeout before authentication) for (?:connection from )?"
        r"(?P<address>\S+?)(?: port (?P<port>\d+)| to |$)",
        deed=UNFINISHED, sentence="{address} did not log in in time",
    ),
    Form(
        pattern=r"(?:fatal: )?Unable to negotiate with (?P<address>\S+) port (?P<port>\d+): "
        r"(?P<reason>[^.\[]*)",
        deed=UNFINISHED, sentence="{address} did not come to log in: {reason}",
    ),
    Form(
        pattern=r"Starting session: (?P<session>.*?)(?: on (?P<tty>\S+))? for (?P<user>\S+) "
        r"from (?P<address>\S+) port (?P<port>\d+)",
        deed=Deed("session", "start", "started-session", "success"),
        sentence="{user} started a session ({session}) from {address}",
        actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"subsystem request for (?P<subsystem>\S+)(?: by user (?P<user>\S+))?",
        deed=Deed("session", "info", "requested-subsystem"),
        sentence="{user} asked for {subsystem}", actor="user", basis=BASIS,
    ),
    Form(
        pattern=r"session (?P<what>opened|closed) for local user (?P<user>\S+) "
        r"from \[(?P<address>[^\]]+)\]",
        deed=Deed("session", "info", "transferred-files"),
        sentence="a file transfer of {user} from {address} was {what}",
        actor="user", basis=BASIS,
    ),
    Form(
        pattern=r'open "(?P<path>.*)" flags (?P<flags>\S*WRITE\S*) mode (?P<mode>\S+)',
        deed=Deed("file", "change", "wrote-file", "success"),
        sentence="{path} was opened for writing", basis=TRANSFER,
    ),
    Form(
        pattern=r'open "(?P<path>.*)" flags (?P<flags>\S+) mode (?P<mode>\S+)',
        deed=Deed("file", "access", "opened-file", "success"),
        sentence="{path} was opened for reading", basis=TRANSFER,
    ),
    Form(
        pattern=r'(?:remove name|rmdir name) "(?P<path>.*)"',
        deed=Deed("file", "deletion", "deleted", "success"),
        sentence="{path} was removed", basis=TRANSFER,
    ),
    Form(
        pattern=r'(?:posix-)?rename old "(?P<path>.*?)" new "(?P<new_path>.*)"',
        deed=Deed("file", "change", "renamed", "success"),
        sentence="{path} was renamed to {new_path}", basis=TRANSFER,
    ),
    Form(
        pattern=r"Server listening on (?P<listening>\S+) port (?P<port>\d+)",
        deed=Deed("process", "start", "started-service", "success"),
        sentence="sshd listens on {listening} port {port}",
    ),
)  # fmt: skip
