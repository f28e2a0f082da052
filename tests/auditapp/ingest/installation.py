"""An installation in a folder of its own, worked with from outside as a site does."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


def history(lines: int, start: int = 1_767_225_600) -> bytes:
    """A bash history with a time for each command."""
    return b"".join(b"#%d\nsqueue --job %d\n" % (start + n, n) for n in range(lines))


def eventually(true: Callable[[], Any], seconds: float = 60) -> None:
    """Returns once it holds; fails when it does not within that time."""
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end, f"not within {seconds} seconds"
        sleep(0.05)


@dataclass
class Installation:
    """Runs commands and reads rows; `environment` is what its processes get."""

    home: Path
    environment: dict[str, str]

    def run(self, *arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """A finished command of manage.py."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            timeout=240,
            check=False,
        )

    def python(self, code: str) -> "subprocess.Popen[bytes]":
        """A process that runs code inside the application."""
        setup = "import django; django.setup()\n"
        return self.start("-c", setup + code)

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
        """A running process of Python."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )

    def accept(self, path: Path, source: str = "bash_history") -> str:
        """The id of a batch that is accepted and that nobody works on yet."""
        code = (
            "import sys\nfrom pathlib import Path\nfrom auditapp.ingest import intake\n"
            f"label = intake.Label(source={source!r}, host='gpu03', user='asilva')\n"
            f"print(intake.accept(Path({str(path)!r}).open('rb'), label).id)"
        )
        output, errors = self.python(code).communicate(timeout=60)
        assert output, errors.decode()
        return output.decode().strip()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What stands in the database."""
        connection = sqlite3.connect(self.home / "foureyes.sqlite3", timeout=30)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def events(self) -> int:
        """How many events are stored."""
        code = (
            "from auditapp.eventstore import store\nfrom analytics.store.base import Question\n"
            "print(store().count(Question()))"
        )
        output, errors = self.python(code).communicate(timeout=60)
        assert output, errors.decode()
        return int(output)
