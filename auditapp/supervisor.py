"""Keeps some processes alive as long as this one lives, and no longer."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep
from types import FrameType

PR_SET_PDEATHSIG = 1
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60
GRACE_SECONDS = 10
TICK = 0.2


@dataclass(slots=True)
class Child:
    """A process to keep alive. After a crash it starts again, ever later if it keeps crashing."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    _started: float = 0.0
    _pause: float = 1.0
    _again_at: float = 0.0

    def look_after(self, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
        """Starts it where it does not run and its pause is over."""
        now = monotonic()
        if self.process is None:
            if now >= self._again_at:
                self._start(environment)
            return
        code = self.process.poll()
        if code is None:
            return
        if now - self._started > STEADY_SECONDS:
            self._pause = 1.0
        tell(f"{self.name} ended ({_how(code)}); it starts again in {self._pause:.0f} s")
        self.process, self._again_at = None, now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _start(self, environment: Mapping[str, str]) -> None:
        self._started = monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops in order
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - this process has one thread
        )

    def stop(self) -> None:
        """Asks it to end, and ends it after ten seconds."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(slots=True)
class Supervisor:
    """Runs children until it is told to stop by SIGTERM or SIGINT; then stops them in order."""

    children: Sequence[Child]
    environment: Mapping[str, str]
    tell: Callable[[str], None]
    _stopping: bool = field(default=False)

    def run(self, each_tick: Callable[[], None]) -> None:
        """Returns when all have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self._stopping:
                for child in self.children:
                    child.look_after(self.environment, self.tell)
                each_tick()
                sleep(TICK)
        finally:
            for child in self.children:
                child.stop()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does first: asks the kernel to be killed when its parent is gone."""
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return ask


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
