"""Says that this process lives, from a thread of its own: also while it works for hours."""

import logging
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Event, Thread

from django.db import DatabaseError, connections

from auditapp import clock
from auditapp.operations.models import Heartbeat

log = logging.getLogger(__name__)

EVERY_SECONDS = 15
DEAD_AFTER = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(days=1)


def start(role: str) -> Event:
    """Begins to beat; ends when the event that is given back is set, or with the process."""
    over = Event()
    Thread(target=_beat, args=(role, over), daemon=True, name="heartbeat").start()
    return over


def beat(role: str) -> None:
    """One beat of a role on this machine."""
    now, ahead = clock.now(), clock.ahead()
    name = f"{role}@{socket.gethostname()}"[:200]
    told = {"role": role, "beat": now, "ahead": ahead}
    Heartbeat.objects.update_or_create(name=name, defaults=told)
    Heartbeat.objects.filter(beat__lt=now - FORGOTTEN_AFTER).delete()


def alive(role: str, now: datetime) -> Sequence[Heartbeat]:
    """Those of the role that were heard of within a minute."""
    return list(Heartbeat.objects.filter(role=role, beat__gt=now - DEAD_AFTER))


def clocks(now: datetime) -> Sequence[float]:
    """Seconds that clocks of machines are ahead, of those that were heard of within a minute."""
    heard = Heartbeat.objects.filter(beat__gt=now - DEAD_AFTER)
    return list(heard.values_list("ahead", flat=True))


def _beat(role: str, over: Event) -> None:
    while True:
        try:
            beat(role)
        except DatabaseError as error:
            log.warning("no heartbeat could be left: %s", error)
        finally:
            connections.close_all()  # a child that is forked meanwhile gets no connection of ours
        if over.wait(EVERY_SECONDS):
            return
