"""What systemd says of units and timers, and logind of sessions."""

from analytics.syslogging.forms import Deed, Form, Forms

STARTED = Deed("process", "start", "started-service", "success")
STOPPED = Deed("process", "end", "stopped-service", "success")
FAILED = Deed("process", "end", "failed-service", "failure")
NAMED = r"(?:(?P<unit>[\w@:.\\-]+\.[a-z]+) - )?(?P<name>.*[^.…])"

UNITS = Forms(
    Form(pattern=r"Started " + NAMED + r"\.?$", deed=STARTED, sentence="{name} started"),
    Form(pattern=r"Finished " + NAMED + r"\.?$", deed=STOPPED, sentence="{name} finished"),
    Form(pattern=r"Stopped " + NAMED + r"\.?$", deed=STOPPED, sentence="{name} stopped"),
    Form(
        pattern=r"Starting " + NAMED + r"(?:\.\.\.|…)$",
        deed=Deed("process", "info", "starting-service"), sentence="{name} is starting",
    ),
    Form(
        pattern=r"Stopping " + NAMED + r"(?:\.\.\.|…)$",
        deed=Deed("process", "info", "stopping-service"), sentence="{name} is stopping",
    ),
    Form(
        pattern=r"Reloaded " + NAMED + r"\.?$",
        deed=Deed("process", "change", "reloaded-service", "success"),
        sentence="{name} reloaded its settings",
    ),
    Form(
        pattern=r"Failed to start " + NAMED + r"\.?$",
        deed=Deed("process", "start", "started-service", "failure"),
        sentence="{name} could not start",
    ),
    Form(
        pattern=r"(?P<unit>\S+\.(?:service|scope|mount|timer|socket|slice)): "
        r"Main process exited, code=(?P<code>\w+), status=(?P<status>\S+)",
        deed=FAILED, sentence="{unit} ended with {code} {status}",
    ),
    Form(
        pattern=r"(?P<unit>\S+\.(?:service|scope|mount|timer|socket|slice)): "
        r"Failed with result '(?P<result>[^']*)'",
        deed=FAILED, sentence="{unit} failed: {result}",
    ),
    Form(
        pattern=r"(?P<unit>\S+\.(?:service|scope)): A process of this unit has been killed by "
        r"the (?P<killer>OOM killer)",
        deed=Deed("host", "error", "ran-out-of-memory", "failure"),
        sentence="a process of {unit} was killed for lack of memory",
        module="context", kind="out of memory",
    ),
)  # fmt: skip

LOGIND = Forms(
    Form(
        pattern=r"New session '?(?P<session>[\w.-]+?)'? of user '?(?P<user>[^\s'.]+)'?",
        deed=Deed("session", "start", "started-session", "success"),
        sentence="{user} started session {session}", actor="user", basis="logind session",
    ),
    Form(
        pattern=r"Removed session (?P<session>[\w-]+)",
        deed=Deed("session", "end", "ended-session", "success"),
        sentence="session {session} ended",
    ),
    Form(
        pattern=r"Session (?P<session>[\w-]+) logged out",
        deed=Deed("session", "end", "logged-out", "success"),
        sentence="session {session} logged out",
    ),
    Form(
        pattern=r"(?:System is (?P<what>powering down|rebooting|halting)|"
        r"The system will (?P<will>power off|reboot|halt) now)",
        deed=Deed("host", "end", "shutdown-system", "success"),
        sentence="the system goes down ({what}{will})",
    ),
)  # fmt: skip
