"""manage.py up"""

import os
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from auditapp import installation
from auditapp.supervisor import Child, Supervisor


class Command(BaseCommand):
    """Runs everything in embedded mode."""

    help = "Start the whole of Foureyes: web, worker and scheduler. Ctrl-C stops it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The port."""
        parser.add_argument("--port", type=int, default=8000, help="8000")

    def handle(self, *args: Any, **options: Any) -> None:
        """Returns when it was told to stop and all has ended."""
        port = options["port"]
        try:
            held = installation.lock(settings.HOME)
            installation.check_port(port)
        except installation.Refused as error:
            raise CommandError(str(error)) from error
        installation.make_key(settings.HOME)
        users = installation.prepare()
        connections.close_all()  # nothing of this process's is shared with its children
        announcement = _Announcement(self, f"http://127.0.0.1:{port}", users)
        supervisor = Supervisor(
            _children(port),
            {**os.environ, "DJANGO_SETTINGS_MODULE": "auditapp.settings"},
            self._tell,
        )
        try:
            supervisor.run(announcement)
        finally:
            os.close(held)

    def _tell(self, line: str) -> None:
        self.stderr.write(line)
        self.stderr.flush()


def _children(port: int) -> list[Child]:
    """In the order in which they are stopped: no new logs, no new tasks, then the work at hand.

    The worker does not fork: the event lake refuses processes whose parent touched it.
    """
    python, level = (sys.executable, "-m"), os.environ.get("LOG_LEVEL") or "WARNING"
    web = (
        *(*python, "gunicorn", "auditapp.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "auditapp.webserver.Worker", "--workers", "1", "--threads", "16"),
        *("--timeout", "120", "--graceful-timeout", "5"),
        *("--no-control-socket", "--log-level", "warning"),
        *("--logger-class", "auditapp.webserver.Log"),
    )
    celery = (*python, "celery", "--app", "auditapp", "--quiet")
    beat = (*celery, "beat", "--pidfile=", "--loglevel", level)
    worker = (
        *(*celery, "worker", "--pool", "solo", "--queues", "ingest,score,report,backfill"),
        *("--loglevel", level, "--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    return [Child("web", web), Child("scheduler", beat), Child("worker", worker)]


class _Announcement:
    """Prints the address and the first sign-in once the site answers."""

    def __init__(self, command: BaseCommand, address: str, users: list[tuple[str, str]]) -> None:
        self._command, self._address, self._users = command, address, users
        self._made = False

    def __call__(self) -> None:
        if self._made or not self._answers():
            return
        self._made = True
        tell = self._command.stdout.write
        tell(f"\nFoureyes is at {self._address}")
        for name, password in self._users:
            tell(f"  sign in as {name:<14} with {password}")
        if self._users:
            tell("  These passwords are shown once; manage.py changepassword NAME gives new ones.")
        self._command.stdout.flush()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._address}/healthz", timeout=2):  # noqa: S310 - http
                return True
        except (urllib.error.URLError, OSError):
            return False
