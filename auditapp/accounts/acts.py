"""What people do to Foureyes itself, one line each in the log: who, what, and to which."""

import getpass
import logging
from typing import Any

from analytics.event import readable

log = logging.getLogger(__name__)
log.setLevel(logging.INFO)  # such lines are wanted whatever LOG_LEVEL says


def note(user: Any, what: str, which: object) -> None:
    """Leaves the line. `user` None is whoever runs a command, by the operating system's account."""
    who = user.get_username() if user is not None else f"{getpass.getuser()} at the command line"
    log.info("%s %s %s", readable(who), what, readable(str(which)))
