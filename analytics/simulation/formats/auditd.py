"""The Linux audit daemon's log: several records an event, all with its time and serial number."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from analytics.simulation.conditions import Conditions
from analytics.simulation.logbook import Entry

UNSET = 4294967295
PLAIN = re.compile(r"[!#-~]+")  # what needs no hexadecimal
STAMP = "\x00"  # stands for msg=audit(time:serial): until the order of events is known
EOE = f"type=EOE {STAMP} \n"
PYTHON = "/shared/envs/train/bin/python3.11"
PROGRAMS = {"python": PYTHON, "python3": PYTHON, "pip": PYTHON, "torchrun": PYTHON, "hf": PYTHON,
            "huggingface-cli": PYTHON, "pytest": PYTHON, "ruff": "/shared/envs/train/bin/ruff",
            "sshd": "/usr/sbin/sshd", "cron": "/usr/sbin/cron"}  # fmt: skip


class Process(NamedTuple):
    """The process that a record is about: whose login, whose rights, and where it runs."""

    auid: int
    uid: int
    session: int
    terminal: str
    pid: int
    parent: int
    directory: str

    def child(self, pid: int) -> "Process":
        """A process that this one starts."""
        return self._replace(pid=pid, parent=self.pid)

    @property
    def identity(self) -> str:
        """Whose it is, as SYSCALL records say it."""
        uid = self.uid
        return (
            f"ppid={self.parent} pid={self.pid} auid={self.auid} uid={uid} gid={uid} euid={uid} "
            f"suid={uid} fsuid={uid} egid={uid} sgid={uid} fsgid={uid} tty={self.terminal} "
            f"ses={self.session}"
        )

    def call(self, number: int, values: str, items: int, program: str, key: str) -> str:
        """The SYSCALL record; `values` is what it returned and its arguments."""
        return (
            f"type=SYSCALL {STAMP} arch=c000003e syscall={number} success=yes {values} "
            f'items={items} {self.identity} comm="{short(program)}" exe="{path_of(program)}" '
            f'subj=unconfined key="{key}"\n'
        )


def path_of(program: str) -> str:
    """The executable's path."""
    return program if program.startswith("/") else PROGRAMS.get(program, f"/usr/bin/{program}")


def short(program: str) -> str:
    """The process name as the kernel keeps it: 15 characters."""
    return program.rsplit("/", 1)[-1][:15]


def encoded(value: str) -> str:
    """A value in quotes, or in hexadecimal where it holds blanks, quotes or control characters."""
    if PLAIN.fullmatch(value):
        return f'"{value}"'
    return value.encode().hex().upper()


@lru_cache(maxsize=16_384)
def _execution(arguments: tuple[str, ...], directory: str) -> str:
    path = path_of(arguments[0])
    title = "\x00".join(arguments).encode()[:128]
    shown = title.hex().upper() if len(arguments) > 1 else encoded(arguments[0])
    values = " ".join(f"a{number}={encoded(value)}" for number, value in enumerate(arguments))
    return (
        f"type=EXECVE {STAMP} argc={len(arguments)} {values}\n"
        f"type=CWD {STAMP} cwd={encoded(directory)}\n"
        + _path(0, path, "NORMAL", 0)
        + _path(1, "/lib64/ld-linux-x86-64.so.2", "NORMAL", 0)
        + f"type=PROCTITLE {STAMP} proctitle={shown}\n"
        + EOE
    )


@lru_cache(maxsize=16_384)
def _path(item: int, path: str, kind: str, owner: int, mode: str = "0100755") -> str:
    inode = 131_072 + sum(path.encode()) * 97 % 900_000
    return (
        f"type=PATH {STAMP} item={item} name={encoded(path)} inode={inode} dev=fd:00 mode={mode} "
        f"ouid={owner} ogid={owner} rdev=00:00 nametype={kind} cap_fp=0 cap_fi=0 cap_fe=0 "
        "cap_fver=0 cap_frootid=0\n"
    )


def execution(process: Process, arguments: tuple[str, ...], key: str = "commands") -> str:
    """A program is started."""
    at = 0x55D0C0000000 + process.pid * 4096
    values = f"exit=0 a0={at:x} a1={at + 64:x} a2={at + 512:x} a3=8"
    return process.call(59, values, 2, arguments[0], key) + _execution(arguments, process.directory)


def reading(process: Process, program: str, path: str, owner: int, key: str) -> str:
    """A file is opened for reading."""
    values = f"exit=3 a0=ffffff9c a1={0x7F0000000000 + process.pid * 64:x} a2=80000 a3=0"
    return (
        process.call(257, values, 1, program, key)
        + f"type=CWD {STAMP} cwd={encoded(process.directory)}\n"
        + _path(0, path, "NORMAL", owner, "0100664")
        + f"type=PROCTITLE {STAMP} proctitle={encoded(short(program))}\n"
        + EOE
    )


def opening(process: Process, program: str, path: str, owner: int, key: str) -> str:
    """A file that exists is opened for writing and cut to nothing."""
    values = f"exit=3 a0=ffffff9c a1={0x7F0000000000 + process.pid * 64:x} a2=241 a3=1b6"
    return _touching(process, 257, values, program, (path, "NORMAL"), owner, key)


def creating(process: Process, program: str, path: str, owner: int, key: str) -> str:
    """A new file is made."""
    values = f"exit=4 a0=ffffff9c a1={0x7F0000000000 + process.pid * 64:x} a2=c1 a3=1b6"
    return _touching(process, 257, values, program, (path, "CREATE"), owner, key)


def deleting(process: Process, program: str, path: str, owner: int, key: str) -> str:
    """A file is removed."""
    values = f"exit=0 a0=ffffff9c a1={0x560000000000 + process.pid * 64:x} a2=0 a3=0"
    return _touching(process, 263, values, program, (path, "DELETE"), owner, key)


def _touching(
    process: Process,
    number: int,
    values: str,
    program: str,
    touched: tuple[str, str],
    owner: int,
    key: str,
) -> str:
    path, kind = touched
    return (
        process.call(number, values, 2, program, key)
        + f"type=CWD {STAMP} cwd={encoded(process.directory)}\n"
        + _path(0, path.rsplit("/", 1)[0] + "/", "PARENT", owner, "040775")
        + _path(1, path, kind, owner, "0100664")
        + f"type=PROCTITLE {STAMP} proctitle={encoded(short(program))}\n"
        + EOE
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The process that gets a signal; `auid` is unset for a job's processes."""

    pid: int
    uid: int
    auid: int
    session: int
    program: str


def signalling(process: Process, program: str, signal: int, target: Target) -> str:
    """A program, the shell itself or kill, sends a process a signal; 9 kills it."""
    values = f"exit=0 a0={target.pid:x} a1={signal:x} a2=0 a3={target.pid:x}"
    title = encoded(f"-{program}")
    if program == "kill":
        title = f"kill\x00-{signal}\x00{target.pid}".encode().hex().upper()
    return (
        process.call(62, values, 0, program, "signals")
        + f"type=OBJ_PID {STAMP} opid={target.pid} oauid={target.auid} ouid={target.uid} "
        f"oses={target.session} obj=unconfined ocomm={encoded(short(target.program))}\n"
        + f"type=PROCTITLE {STAMP} proctitle={title}\n"
        + EOE
    )


def message(kind: str, process: Process, text: str) -> str:
    """A record of its own that a program such as sshd or sudo sends; `text` goes between ticks."""
    return (
        f"type={kind} {STAMP} pid={process.pid} uid={process.uid} auid={process.auid} "
        f"ses={process.session} subj=unconfined msg='{text}'\n"
    )


@dataclass(slots=True)
class Trail:
    """The log of one host: serial numbers go up; events of one instant are interleaved.

    What no collector took is left out, and its serial numbers with it.
    """

    host: str
    conditions: Conditions
    serial: int = 1000

    def __call__(self, entries: list[Entry[str]]) -> Iterator[str]:
        """The lines of each event, in order of time; of two that are interleaved, all at once."""
        size, number = len(entries), 0
        while number < size:
            moment, _, event = entries[number]
            number += 1
            if self.conditions.lost(self.host, moment):
                self.serial += 1
                continue
            text = self._stamped(moment, event)
            if number < size and entries[number][0] - moment < 0.002:
                other = self._stamped(entries[number][0], entries[number][2])
                number += 1
                yield _interleaved(text.splitlines(True), other.splitlines(True))
                yield ""
            else:
                yield text

    def _stamped(self, moment: float, text: str) -> str:
        self.serial += 1
        seconds = int(self.conditions.clock(self.host, moment) * 1000)
        stamp = f"msg=audit({seconds // 1000}.{seconds % 1000:03d}:{self.serial}):"
        return text.replace(STAMP, stamp)


def _interleaved(one: Sequence[str], other: Sequence[str]) -> str:
    if len(one) == 1 or len(other) == 1:
        return "".join((*one, *other))
    middle = len(one) // 2
    return "".join((*one[:middle], other[0], *one[middle:], *other[1:]))
