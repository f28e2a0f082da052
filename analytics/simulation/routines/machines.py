"""What machines do by themselves: cron jobs and continuous integration."""

from datetime import date

from analytics.simulation.calendar import end_of
from analytics.simulation.chance import pick
from analytics.simulation.formats import auditd
from analytics.simulation.formats.auditd import UNSET, Process
from analytics.simulation.world import World

CI = ("svc-ci", 991)
CHORES = ("logrotate", "sysstat", "man-db")


def cron(world: World, day: date) -> None:
    """Root's cron jobs on each machine, every second hour."""
    for host in world.organisation.hosts:
        rng = world.chance("cron", host, day)
        for number in range(12):
            moment = end_of(day) - 86_400 + number * 7200 + 61 + float(rng.random())
            _chore(world, host, moment, 900 + int(rng.random() * 30_000), pick(rng, CHORES))


def _chore(world: World, host: str, moment: float, pid: int, name: str) -> None:
    process = Process(
        auid=0, uid=0, session=pid, terminal="cron", pid=pid, parent=812, directory="/"
    )
    audit = world.audit(host)
    for number, kind in enumerate(("USER_ACCT", "CRED_ACQ", "USER_START", "CRED_DISP", "USER_END")):
        operation = {"USER_ACCT": "accounting", "USER_START": "session_open",
                     "USER_END": "session_close"}.get(kind, "setcred")  # fmt: skip
        text = (
            f'op=PAM:{operation} grantors=pam_permit acct="root" exe="/usr/sbin/cron" '
            "hostname=? addr=? terminal=cron res=success"
        )
        later = moment + number * 0.02 + (1.5 if number > 2 else 0.0)
        audit.put(later, auditd.message(kind, process, text))
    child = Process(
        auid=0, uid=0, session=pid, terminal="(none)", pid=pid + 1, parent=pid, directory="/"
    )
    words = ("/bin/sh", "-c", f"test -x /usr/sbin/anacron || /etc/cron.daily/{name}")
    audit.put(moment + 0.2, auditd.execution(child, words, "root_commands"))


def integrate(world: World, changes: list[tuple[float, str]]) -> None:
    """Tests on the build host for each change: its moment and repository."""
    name, uid = CI
    audit = world.audit("build01")
    for moment, repository in changes:
        pid = 10_000 + int(moment) % 50_000
        shell = Process(
            auid=UNSET, uid=uid, session=UNSET, terminal="(none)", pid=pid, parent=700,
            directory=f"/var/lib/{name}/work/{repository}",
        )  # fmt: skip
        steps = (("git", "fetch", "origin"), ("pip", "install", "-e", "."), ("ruff", "check", "."),
                 ("pytest", "-q", "--maxfail=1"), ("du", "-sh", "."))  # fmt: skip
        for number, words in enumerate(steps):
            audit.put(
                moment + 40 + number * 11.3,
                auditd.execution(shell.child(pid + 1 + number), words, "ci"),
            )
