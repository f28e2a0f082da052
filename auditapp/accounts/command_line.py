"""Who looks at people's activity from the command line."""

import getpass
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import CommandError

from auditapp.accounts.models import User
from auditapp.accounts.policy import allowed, reads_activity


def add_reader(parser: ArgumentParser) -> None:
    """Adds the option that says who runs the command."""
    parser.add_argument("--as", dest="reader", metavar="USER", help="who runs this command")


def check_reader(named: str | None) -> None:
    """Returns where this person may read people's activity, else raises CommandError.

    Without --as the account of the operating system counts. Over synthetic data, and before
    the first sign-in of an installation exists, everybody may.
    """
    user = _user(named)
    if user and not reads_activity(user):
        role = user.get_role_display()
        raise CommandError(f"{user.username} is {role}, who may not read activity")


def acting(named: str | None, page: str) -> User | None:
    """Who acts as on the page of that URL name; None where everybody may, see `check_reader`.

    Raises CommandError.
    """
    user = _user(named)
    if user and not allowed(user, page):
        raise CommandError(f"{user.username} is {user.get_role_display()}, who may not do that")
    return user


def _user(named: str | None) -> User | None:
    if settings.DEMO or not User.objects.exists():
        return None
    name = named or getpass.getuser()
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"{name} is no user of Foureyes; say who you are with --as USER")
    return user
