"""Reads settings from the environment; a value that makes no sense stops the start."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The variable, or the default where it is unset or empty."""
    return os.environ.get(name) or default


def secret(name: str, default: str = "") -> str:
    """The variable, or the content of the file that NAME_FILE names.

    Raises ImproperlyConfigured where that file cannot be read.
    """
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return text(name, default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: {path}: {error.strerror}") from error


def pairs(name: str) -> list[tuple[str, str]]:
    """Lines of `feed=secret` in the variable, or in the file that NAME_FILE names.

    Raises ImproperlyConfigured for a line that is none: an empty secret would prove anything.
    """
    found = []
    for line in filter(None, map(str.strip, secret(name).splitlines())):
        feed, _, value = map(str.strip, line.partition("="))
        if not value or not 0 < len(feed) <= 100 or not feed.isprintable():
            raise ImproperlyConfigured(f"{name} holds a line that is not feed=secret")
        found.append((feed, value))
    return found


def flag(name: str, default: bool = False) -> bool:
    """True or False; anything but a plain yes or no raises ImproperlyConfigured."""
    value = os.environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; say true or false")


def number(name: str, default: int) -> int:
    """A whole number; anything else raises ImproperlyConfigured."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {value!r}; say a whole number") from error


def words(name: str, default: str = "") -> list[str]:
    """Values between commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
