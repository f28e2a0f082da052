"""Servers that tests need: started once a test run, shared by its workers, stopped at its end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

FOLDER = "FOUREYES_TEST_SERVICES"  # the run's folder, handed down to its workers


class Missing(Exception):
    """What a server needs is not on this machine; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A server about to start: its words, the address it will have, and how to know it is up."""

    words: Sequence[str]
    url: str
    answers: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None  # who runs it where we are root
    stop: signal.Signals = signal.SIGTERM


def free_port() -> int:
    """A TCP port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def shared(name: str, prepare: Callable[[Path], Command], seconds: float = 240) -> str:
    """The address of this run's server of that name, which the first to ask starts.

    `prepare` gets an empty folder for its data, writable by the user who will run it. Raises
    Missing; TimeoutError with the end of its log where it does not come up.
    """
    folder = Path(os.environ[FOLDER])
    address = folder / f"{name}.url"
    with FileLock(folder / f"{name}.lock"):
        if not address.exists():
            data = folder / name
            data.mkdir(exist_ok=True)
            command = prepare(data)
            with (folder / f"{name}.log").open("wb") as log:
                process = subprocess.Popen(
                    list(command.words),
                    env={**os.environ, **command.environment},
                    user=command.user,
                    group=None if command.user is None else primary_group(command.user),
                    extra_groups=None if command.user is None else [],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    cwd=data,
                )
            (folder / f"{name}.pid").write_text(f"{process.pid} {command.stop.value}")
            process.returncode = 0  # `stop_all` ends it, perhaps in another process
            _wait(command, process.pid, folder / f"{name}.log", seconds)
            address.write_text(command.url)
        return address.read_text()


def primary_group(user: str) -> int:
    """The number of the user's group."""
    import pwd

    return pwd.getpwnam(user).pw_gid


def own(folder: Path, user: str | None) -> None:
    """Gives the folder and all in it to the user who will run the server."""
    if user is not None:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, user, primary_group(user))


def start_all() -> None:
    """Makes the run's folder, in the process that began the run."""
    folder = tempfile.mkdtemp(prefix="foureyes-services-")
    Path(folder).chmod(0o755)
    os.environ[FOLDER] = folder


def stop_all() -> None:
    """Ends the servers that were started and removes the run's folder."""
    folder = Path(os.environ.pop(FOLDER))
    for path in folder.glob("*.pid"):
        pid, number = map(int, path.read_text().split())
        _signal(pid, number)
        if not _ends(pid, seconds=30):
            _signal(pid, signal.SIGKILL)
            _ends(pid, seconds=10)
    shutil.rmtree(folder, ignore_errors=True)


def _wait(command: Command, pid: int, log: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not command.answers():
        if time.monotonic() > until or _ends(pid, seconds=0.1):
            end = log.read_text(errors="replace")[-2000:]
            raise TimeoutError(f"{command.words[0]} did not come up:\n{end}")


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _ends(pid: int, seconds: float) -> bool:
    """Whether the process is gone within so many seconds, be it our child or not."""
    until = time.monotonic() + seconds
    while True:
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return True
        except ChildProcessError:
            if not Path(f"/proc/{pid}").exists():
                return True
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
