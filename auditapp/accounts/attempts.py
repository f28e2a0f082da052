"""Slows down guessing: so many wrong passwords for one name from one address, then a pause."""

import hashlib

from django.core.cache import cache

LIMIT = 5
PAUSE_SECONDS = 300


def _key(name: str, address: str) -> str:
    text = f"{name.casefold()}\x1f{address}"
    return "sign-in:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def paused(name: str, address: str) -> bool:
    """Whether the limit is reached; lasts PAUSE_SECONDS from the first failure."""
    return int(cache.get(_key(name, address), 0)) >= LIMIT


def failed(name: str, address: str) -> None:
    """Counts one wrong password."""
    key = _key(name, address)
    cache.add(key, 0, PAUSE_SECONDS)
    try:
        cache.incr(key)
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, PAUSE_SECONDS)


def succeeded(name: str, address: str) -> None:
    """Forgets the failures."""
    cache.delete(_key(name, address))
