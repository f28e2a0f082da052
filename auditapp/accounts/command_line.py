"""Who looks at people's activity from the command line."""

import getpass

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from auditapp.accounts.models import User
from auditapp.accounts.policy import reads_activity


def add_reader(parser: CommandParser) -> None:
    """Adds the option that says who runs the command."""
    parser.add_argument("--as", dest="reader", metavar="USER", help="who runs this command")


def check_reader(named: str | None) -> None:
    """Returns where this person may read people's activity, else raises CommandError.

    Without --as the account of the operating system counts. Over synthetic data, and before
    the first sign-in of an installation exists, everybody may.
    """
    if settings.DEMO or not User.objects.exists():
        return
    name = named or getpass.getuser()
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"{name} is no user of Foureyes; say who you are with --as USER")
    if not reads_activity(user):
        raise CommandError(f"{name} is {user.get_role_display()}, who may not read activity")
