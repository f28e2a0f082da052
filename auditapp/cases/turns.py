"""Work that only one process may do at a time, on whichever database."""

import os
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q

from auditapp import clock
from auditapp.cases.models import Turn

LENGTH = timedelta(seconds=90)


class Taken(Exception):
    """Another process is at it."""


@contextmanager
def turn(name: str) -> Iterator[Callable[[], None]]:
    """Holds the turn; what it gives prolongs it by 90 seconds. Raises Taken.

    A process that died lets go when its 90 seconds are over, so prolong between short steps.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    now = clock.now()
    Turn.objects.get_or_create(name=name, defaults={"until": now})
    free = Turn.objects.filter(Q(owner="") | Q(until__lte=now), name=name)
    if not free.update(owner=owner, until=now + LENGTH):
        raise Taken(name)
    mine = Turn.objects.filter(name=name, owner=owner)

    def prolong() -> None:
        if not mine.update(until=clock.now() + LENGTH):
            raise Taken(name)

    try:
        yield prolong
    finally:
        mine.update(owner="")
