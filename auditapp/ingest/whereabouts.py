"""The host and the user that a log's path tells of, where the log itself names neither.

    …/logs/<host>/…                      the folder right below the last one called `logs`
    …/logs/<host>/…/home/<user>/…        and below it the user whose home it is (or root)
    …/<host>/…/home/<user>/.<file>       without `logs`: only what lies hidden in a home

A home of this machine itself (/home/<user>/.bash_history) names the user and no host. Whatever
does not fit is left unsaid rather than guessed; --host and --user say it.
"""

import re
from dataclasses import dataclass
from pathlib import PurePath

HOST = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?")
USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,254}\$?")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Empty where the path does not say."""

    host: str = ""
    user: str = ""


def of(path: PurePath) -> Whereabouts:
    """What an absolute path says."""
    folders = path.parts[1:-1]
    if "logs" in folders:
        below = folders[_last(folders, "logs") + 1 :]
        if below and HOST.fullmatch(below[0]):
            return Whereabouts(host=below[0], user=_user(below[1:]))
    user = _user(folders) if _hidden_in_home(path) else ""
    if not user or folders[0] in ("home", "root"):
        return Whereabouts(user=user)
    home = _last(folders, "home") if "home" in folders else len(folders) - 1
    host = folders[home - 1]
    return Whereabouts(host=host if HOST.fullmatch(host) else "", user=user)


def _last(folders: tuple[str, ...], name: str) -> int:
    return len(folders) - 1 - folders[::-1].index(name)


def _user(folders: tuple[str, ...]) -> str:
    """The folder below the last `home`, or root where the first or last folder is root's home."""
    if "home" in folders:
        rest = folders[_last(folders, "home") + 1 :]
        return rest[0] if rest and USER.fullmatch(rest[0]) else ""
    return "root" if folders and "root" in (folders[0], folders[-1]) else ""


def _hidden_in_home(path: PurePath) -> bool:
    """Whether the path goes on below the user's home with a hidden name."""
    parts = path.parts
    home = _last(parts, "home") + 1 if "home" in parts else len(parts) - 2
    return len(parts) > home + 1 and parts[home + 1].startswith(".")
