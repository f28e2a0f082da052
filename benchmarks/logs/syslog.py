"""A day of syslog of login nodes and GPU nodes, as a central server keeps it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = [f"{first}{last}" for first in "abcdefgh" for last in ("silva", "kim", "roux", "nowak")]
HOSTS = ["login1", "login2", *(f"gpu{number:02}" for number in range(1, 41))]
COMMANDS = ("systemctl restart slurmd", "apt-get update", "cat /var/log/secure", "nvidia-smi -r")
UNITS = ("session", "apt-daily", "logrotate", "nvidia-persistenced", "fstrim", "man-db")
DAEMONS = (
    "slurmd", "dockerd", "chronyd", "NetworkManager", "rsyslogd", "containerd", "dbus-daemon",
    "nslcd", "postfix/smtpd", "telegraf",
)  # fmt: skip


def generated(size: int, seed: int = 7) -> bytes:
    """So many lines; every sixth host writes times with a fraction and a zone."""
    chance = random.Random(seed)
    lines = []
    for number in range(size):
        moment = START + timedelta(microseconds=number * 863_137)
        place = chance.randrange(len(HOSTS))
        stamp = f"{moment:%b} {moment.day:2} {moment:%H:%M:%S}"
        if place % 6 == 0:
            stamp = f"{moment:%Y-%m-%dT%H:%M:%S.%f}+00:00"
        lines.append(f"{stamp} {HOSTS[place]} {said(chance)}")
    return ("\n".join(lines) + "\n").encode()


def said(chance: random.Random) -> str:
    """What some program says, behind its tag."""
    kinds: list[Callable[[random.Random], str]] = [_login, _session, _cron, _unit, _kernel]
    kinds += [_daemon] * 4 + [_elevated]
    return chance.choice(kinds)(chance)


def _pid(chance: random.Random) -> int:
    return chance.randint(300, 400_000)


def _login(chance: random.Random) -> str:
    user, port = chance.choice(USERS), chance.randint(1024, 65_535)
    address = f"10.{chance.randint(0, 3)}.{chance.randint(0, 255)}.{chance.randint(1, 254)}"
    said = chance.choice(
        (
            f"Accepted publickey for {user} from {address} port {port} ssh2: "
            f"ED25519 SHA256:{chance.getrandbits(120):x}",
            f"Received disconnect from {address} port {port}:11: disconnected by user",
            f"Disconnected from user {user} {address} port {port}",
            f"Failed password for invalid user {user} from {address} port {port} ssh2",
            f"Connection closed by {address} port {port} [preauth]",
        )
    )
    return f"sshd[{_pid(chance)}]: {said}"


def _session(chance: random.Random) -> str:
    user = chance.choice(USERS)
    opened = f"opened for user {user}(uid={1000 + USERS.index(user)}) by (uid=0)"
    what = chance.choice((opened, f"closed for user {user}"))
    program = chance.choice(("sshd", "sudo", "su", "systemd-user"))
    return f"{program}[{_pid(chance)}]: pam_unix({program}:session): session {what}"


def _cron(chance: random.Random) -> str:
    user = chance.choice(USERS)
    job = chance.choice(("command -v debian-sa1 > /dev/null && debian-sa1 1 1", "bin/sync.sh -q"))
    return f"CRON[{_pid(chance)}]: ({user}) CMD ({job} {chance.randint(1, 60)})"


def _unit(chance: random.Random) -> str:
    user, session = chance.choice(USERS), chance.randint(1, 90_000)
    return chance.choice(
        (
            f"systemd[1]: Started Session {session} of User {user}.",
            f"systemd[1]: Starting {chance.choice(UNITS)}...",
            f"systemd[1]: {chance.choice(UNITS)}.service: Deactivated successfully.",
            f"systemd-logind[812]: New session {session} of user {user}.",
            f"systemd-logind[812]: Session {session} logged out. Waiting for processes to exit.",
        )
    )


def _kernel(chance: random.Random) -> str:
    since = f"[{chance.randint(1, 9_999_999)}.{chance.randint(0, 999_999):06}]"
    return "kernel: " + chance.choice(
        (
            f"{since} veth{chance.getrandbits(28):x}: renamed from eth0",
            f"{since} docker0: port {chance.randint(1, 30)}(veth) entered forwarding state",
            f'{since} audit: type=1400 audit({chance.randint(1, 999)}): apparmor="ALLOWED"',
            f"{since} NVRM: Xid (PCI:0000:{chance.randint(1, 200):02x}:00): 31, pid={_pid(chance)}",
        )
    )


def _daemon(chance: random.Random) -> str:
    said = (
        f"step {chance.randint(1, 99)} of job {chance.randint(1, 2_000_000)} took "
        f"{chance.random():.4f}s, {chance.getrandbits(32):08x} on eth{chance.randint(0, 3)}"
    )
    return f"{chance.choice(DAEMONS)}[{_pid(chance)}]: {said}"


def _elevated(chance: random.Random) -> str:
    user = chance.choice(USERS)
    return (
        f"sudo[{_pid(chance)}]: {user:>8} : TTY=pts/{chance.randint(0, 9)} ; "
        f"PWD=/home/{user} ; USER=root ; COMMAND=/usr/bin/{chance.choice(COMMANDS)}"
    )
