"""What an embedded installation needs before its first start: a key, a database, a sign-in."""

import fcntl
import os
import secrets
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from auditapp.accounts.models import Role, User

FIRST_USERS = (("analyst", Role.ANALYST), ("administrator", Role.ADMINISTRATOR))


# Commands that prepare their installation themselves, or do without one.
ALONE = frozenset({"up", "demo", "evaluate", "simulate"})


class Refused(Exception):
    """It cannot be started here; the message says why in one line."""


def lock(home: Path) -> int:
    """Holds the home for this process until it ends. Raises Refused where another one does."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(home / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(descriptor, 20).decode(errors="replace").strip()
        os.close(descriptor)
        raise Refused(f"{home} is in use by process {owner or 'unknown'}") from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def check_port(port: int) -> None:
    """Raises Refused where something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise Refused(f"port {port} cannot be used: {error}") from error


def make_key(home: Path) -> None:
    """Makes the key that signs sessions, where neither a setting nor a file gives one.

    The file appears whole: processes that start meanwhile read all of it or none.
    """
    path = home / "secret_key"
    if path.exists() or os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE"):
        return
    unfinished = home / f"secret_key.{os.getpid()}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
        file.flush()
        os.fsync(descriptor)
    with suppress(FileExistsError):
        os.link(unfinished, path)
    unfinished.unlink()


def make_ready(arguments: Sequence[str]) -> None:
    """Makes key and tables that a command of ours needs, where it is the first one in its home.

    Raises ImproperlyConfigured where the database is a server's and not up to date.
    """
    command = arguments[0] if arguments else ""
    if not get_commands().get(command, "").startswith("auditapp.") or command in ALONE:
        return
    if {"-h", "--help", "--version"} & set(arguments):
        return
    if settings.SECRET_KEY == settings.NO_KEY:
        make_key(settings.HOME)
        settings.SECRET_KEY = (settings.HOME / "secret_key").read_text().strip()
    if not _is_behind():
        return
    if connection.vendor != "sqlite":
        raise ImproperlyConfigured("the database is not up to date; run manage.py migrate")
    with (settings.HOME / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # of two commands at once the second finds it done
        if _is_behind():
            call_command("migrate", verbosity=0, interactive=False)


def _is_behind() -> bool:
    """Whether a migration waits. Raises ImproperlyConfigured where the database does not answer."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        reason = str(error).splitlines()[0]
        raise ImproperlyConfigured(f"the database does not answer: {reason}") from error
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def prepare() -> list[tuple[str, str]]:
    """Brings the database up to date; gives names and passwords of the users it had to make.

    Passwords are random and nowhere kept: `manage.py changepassword` gives new ones.
    """
    call_command("migrate", verbosity=0, interactive=False)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    (settings.HOME / "queue").mkdir(mode=0o700, exist_ok=True)  # the scheduler opens its file there
    if User.objects.exists():
        return []
    made = []
    for name, role in FIRST_USERS:
        password = secrets.token_urlsafe(12)
        User.objects.create_user(name, password=password, role=role)
        made.append((name, password))
    return made
