"""An installation with a simulated organisation in it, and a web server in front."""

import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

from analytics.simulation import simulate
from tests.end_to_end.installation import Installation

NAME, PASSWORD = "ines", "a long enough password"
INVESTIGATOR = """
from auditapp.accounts.models import Role, User
User.objects.update(role=Role.INVESTIGATOR)
"""
START_SECONDS = 60

# What an attacker would have typed, as a history keeps it: a command every minute.
HOSTILE = (
    b"<script>document.title='owned'</script> && rm -rf /shared/x",
    b"\"><img src=x onerror=alert(1)> ; echo ' onclick=alert(2) x='",
    b"echo \xe2\x80\xaegpj.exe \x1b[31mred\x07 {{ 7*7 }} {% debug %}",
    b"history -c # <b>bold</b> javascript:alert(3)",
    b"unset HISTFILE; \xff\xfe" + b"A" * 3000,
)


def organised(home: Path, folder: Path, *, people: int = 8, days: int = 10) -> Installation:
    """An installation that has taken in and scored a small organisation and hostile commands."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    simulate(
        folder / "site",
        people=people,
        days=days,
        seed=3,
        scenarios=("saboteur",),
        until=yesterday,
        progress=None,
    )
    history = folder / "hostile" / "gpu09" / "home" / "asilva" / ".bash_history"
    history.parent.mkdir(parents=True)
    start = int(datetime.now(UTC).timestamp()) - 7200
    history.write_bytes(
        b"#4102444800\nfrom the future <script>alert(4)</script>\n"
        + b"".join(b"#%d\n%s\n" % (start + 60 * n, line) for n, line in enumerate(HOSTILE))
    )
    made = Installation(home, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    made.run("migrate", "--verbosity", "0")
    made.run(*("createsuperuser", "--noinput", "--username", NAME, "--email", "ines@lab.example"))
    made.run("shell", "-c", INVESTIGATOR)
    made.run("import", str(folder / "site"))
    made.run("ingest", str(folder / "site" / "logs"))
    made.run("ingest", str(folder / "hostile"), "--feed", "<img src=x onerror=alert(5)>")
    made.run("score")
    return made


@contextmanager
def served(installation: Installation) -> Iterator[str]:
    """The address of a web server that ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", "gunicorn", "auditapp.wsgi", "--bind", f"127.0.0.1:{port}")
    server = installation.start(*command, "--threads", "8", "--no-control-socket")
    try:
        _await(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def _await(address: str, server: "subprocess.Popen[bytes]") -> None:
    end = monotonic() + START_SECONDS
    while monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            sleep(0.2)
    raise TimeoutError(f"{address} does not answer")
