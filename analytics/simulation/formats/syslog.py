"""A host's syslog as rsyslog writes it with times of ISO 8601: sshd, sudo, cron, kernel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.simulation.conditions import Conditions
from analytics.simulation.formats.auditd import path_of
from analytics.simulation.logbook import Entry

BUSES = ("0000:3b:00", "0000:86:00", "0000:18:00", "0000:af:00")


@dataclass(slots=True)
class Lines:
    """Writes what programs of a host say, each text with its tag, in order of time."""

    host: str
    conditions: Conditions

    def __call__(self, entries: list[Entry[str]]) -> Iterator[str]:
        """A line each; what no collector took is left out."""
        for moment, _, text in entries:
            if self.conditions.lost(self.host, moment):
                continue
            time = datetime.fromtimestamp(self.conditions.clock(self.host, moment), UTC)
            yield f"{time.isoformat(timespec='microseconds')} {self.host} {text}\n"


def accepted(pid: int, login: str, address: str, key: str) -> str:
    """A login with a key."""
    port = 32_768 + pid % 28_000
    return (
        f"sshd[{pid}]: Accepted publickey for {login} from {address} port {port} ssh2: "
        f"ED25519 SHA256:{key}"
    )


def session(program: str, pid: int, login: str, uid: int, *, opened: bool) -> str:
    """PAM's word on the beginning or the end of a session."""
    tag = f"pam_unix({program}:session): session"
    name = "CRON" if program == "cron" else program
    if opened:
        return f"{name}[{pid}]: {tag} opened for user {login}(uid={uid}) by (uid=0)"
    return f"{name}[{pid}]: {tag} closed for user {login}"


def failed_password(pid: int, login: str, address: str) -> str:
    """A wrong password."""
    return (
        f"sshd[{pid}]: Failed password for {login} from {address} port {32_768 + pid % 28_000} ssh2"
    )


def sudo(login: str, terminal: str, directory: str, command: str) -> str:
    """What sudo says of a command that is run with root's rights."""
    program, _, rest = command.partition(" ")
    shown = f"{path_of(program)} {rest}".rstrip()
    return f"sudo: {login:>8} : TTY={terminal} ; PWD={directory} ; USER=root ; COMMAND={shown}"


def cron(pid: int, command: str) -> str:
    """A job of root's crontab begins."""
    return f"CRON[{pid}]: (root) CMD ({command})"


def xid(uptime: float, bus: int, number: int, pid: int, what: str) -> str:
    """The GPU driver reports an error."""
    return (
        f"kernel: [{uptime:.6f}] NVRM: Xid (PCI:{BUSES[bus % len(BUSES)]}): {number}, "
        f"pid={pid}, name=python3.11, {what}"
    )


def out_of_memory(uptime: float, pid: int, uid: int, kilobytes: int) -> str:
    """The kernel kills a process of a job that took more memory than it may."""
    return (
        f"kernel: [{uptime:.6f}] Memory cgroup out of memory: Killed process {pid} (python3.11) "
        f"total-vm:{kilobytes * 2}kB, anon-rss:{kilobytes}kB, file-rss:0kB, shmem-rss:0kB, "
        f"UID:{uid} pgtables:150000kB oom_score_adj:0"
    )


def corrected(uptime: float, bank: int) -> str:
    """A memory error that was corrected."""
    return (
        f"kernel: [{uptime:.6f}] EDAC MC0: 1 CE memory read error on "
        f"CPU_SrcID#0_MC#{bank % 4}_Chan#1_DIMM#0 "
        f"(channel:1 slot:0 page:0x{bank * 7919:x} offset:0x0 grain:32 syndrome:0x0)"
    )
