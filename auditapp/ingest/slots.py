"""How many bodies may arrive at once, so that no sender holds all threads of the web servers.

A slot is a lock on a file: it counts across processes, and the kernel frees it when its holder
dies.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from time import monotonic, sleep

from django.conf import settings

from auditapp.accounts.models import ApiToken

WAIT_SECONDS = 2.0
_here = BoundedSemaphore(settings.BODIES)  # of this process's threads, which are its own


class NoSlot(Exception):
    """As many bodies arrive at this moment as may; the message says whose."""


@contextmanager
def held(token: ApiToken | None) -> Iterator[None]:
    """A slot of this process, and of the token's. Raises NoSlot where none gets free soon."""
    if not _here.acquire(timeout=WAIT_SECONDS):
        raise NoSlot("too many bodies arrive at once")
    try:
        if token is None:
            yield
            return
        descriptor = _lock(f"token-{token.pk}", settings.TOKEN_BODIES)
        try:
            yield
        finally:
            os.close(descriptor)
    finally:
        _here.release()


def _lock(name: str, slots: int) -> int:
    folder = Path(settings.HOME) / "slots"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    end = monotonic() + WAIT_SECONDS
    while True:
        for number in range(slots):
            descriptor = os.open(folder / f"{name}-{number}", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            else:
                return descriptor
        if monotonic() > end:
            raise NoSlot(f"{slots} bodies of this token arrive at once")
        sleep(0.02)
