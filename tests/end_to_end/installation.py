"""An installation of its own, driven as its users do: by command lines in their own processes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Installation:
    """A home folder and the environment that leads to it."""

    def __init__(self, home: Path, **environment: str) -> None:
        kept = ("PATH", "HOME", "LANG", "JAVA_HOME", "SSL_CERT_FILE")
        self.home = home
        self.environment = {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "FOUREYES_HOME": str(home),
            "FOUREYES_DEMO": "true",
            "SECRET_KEY": "only-for-tests",
            **environment,
        }

    def run(self, *arguments: str, code: int = 0, text: bytes | None = None) -> str:
        """What `manage.py` prints to standard output; its exit code must be `code`."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment,
            input=text,
            capture_output=True,
            check=False,
        )
        assert done.returncode == code, done.stderr.decode()[-4000:]
        return done.stdout.decode()

    def json(self, *arguments: str, text: bytes | None = None) -> Any:
        """The same, read as JSON."""
        return json.loads(self.run(*arguments, "--json", text=text))

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Starts a process of this installation, which the caller ends."""
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
