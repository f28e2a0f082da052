"""What machines do by themselves: cron jobs, checks, backups, continuous integration."""

from datetime import date

from analytics.simulation.calendar import end_of
from analytics.simulation.chance import happens, pick
from analytics.simulation.formats import auditd, syslog
from analytics.simulation.formats.auditd import UNSET, Process
from analytics.simulation.world import World

CI = ("svc-ci", 991)
MONITOR = ("svc-monitor", 992)
BACKUP = ("svc-backup", 993)
CHORES = ("logrotate", "sysstat", "man-db")


def cron(world: World, day: date) -> None:
    """Root's cron jobs on each machine, every second hour."""
    for host in world.organisation.hosts:
        rng = world.chance("cron", host, day)
        for number in range(12):
            moment = end_of(day) - 86_400 + number * 7200 + 61 + float(rng.random())
            _chore(world, host, moment, 900 + int(rng.random() * 30_000), pick(rng, CHORES))
        for number in range(2):
            _check(world, host, end_of(day) - 86_400 + number * 43_200 + 600 + float(rng.random()))
        if happens(rng, 0.2):
            moment = end_of(day) - float(rng.random()) * 86_400
            world.syslog(host).put(moment, syslog.corrected(uptime(world, moment), int(moment)))
        if host == "login01":
            for _ in range(int(rng.poisson(1.5))):  # somebody mistypes a password in a web form
                person = pick(rng, world.organisation.people)
                moment = end_of(day) - 57_600 + float(rng.random()) * 28_800
                said = syslog.failed_password(
                    9000 + int(moment) % 900, person.login, person.address
                )
                world.syslog(host).put(moment, said)
    _back_up(world, end_of(day) - 86_400 + 2.5 * 3600)


def uptime(world: World, moment: float) -> float:
    """Seconds since a machine was started, long before the first day."""
    return moment - end_of(world.calendar.first) + 4_000_000


def _check(world: World, host: str, moment: float) -> None:
    """The monitoring looks at disks and memory with root's rights."""
    name, uid = MONITOR
    pid = 40_000 + int(moment) % 20_000
    process = Process(
        auid=UNSET, uid=uid, session=UNSET, terminal="(none)", pid=pid, parent=640, directory="/"
    )
    for number, command in enumerate(("smartctl -H /dev/nvme0", "ipmitool sdr")):
        later, child = moment + number * 3.1, process.child(pid + 1 + number * 2)
        text = f'cwd="/" cmd={auditd.encoded(command)} exe="/usr/bin/sudo" terminal=? res=success'
        world.audit(host).put(later, auditd.message("USER_CMD", child, text))
        words = tuple(command.split())
        root = child.child(child.pid + 1)._replace(uid=0)
        world.audit(host).put(later + 0.1, auditd.execution(root, words, "root_commands"))
        world.syslog(host).put(later, syslog.sudo(name, "unknown", "/", command))


def _back_up(world: World, moment: float) -> None:
    """Every night all homes and projects are read and sent to the backup's store."""
    name, uid = BACKUP
    pid = 70_000 + int(moment) % 9_000
    process = Process(
        auid=UNSET, uid=uid, session=UNSET, terminal="(none)", pid=pid, parent=1,
        directory=f"/var/lib/{name}",
    )  # fmt: skip
    steps = (
        ("/usr/bin/restic", "backup", "/home", "/shared/projects", "--exclude-caches"),
        ("/usr/bin/restic", "forget", "--keep-daily", "14", "--keep-weekly", "8", "--prune"),
        ("/usr/bin/rclone", "sync", "/var/lib/svc-backup/repo", "offsite:northlab-backup"),
    )
    for number, words in enumerate(steps):
        text = auditd.execution(process.child(pid + 1 + number), words, "commands")
        world.audit("build01").put(moment + number * 1900.0, text)
    world.syslog("build01").put(moment - 1, syslog.cron(pid, "/usr/local/sbin/backup-nightly"))


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
    said = world.syslog(host)
    said.put(moment, syslog.session("cron", pid, "root", 0, opened=True))
    said.put(moment + 0.1, syslog.cron(pid + 1, words[2]))
    said.put(moment + 1.54, syslog.session("cron", pid, "root", 0, opened=False))


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
