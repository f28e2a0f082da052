"""Celery's time limits for a worker without children, which Celery itself does not limit.

At a task's soft limit it gets SoftTimeLimitExceeded, as in a child of Celery's. At the hard one
the process ends, which its supervisor starts again: whoever hangs in C hears no exception, and
may hold Python's lock, so a thread without it watches. It says first where the process hung.
"""

import faulthandler
import signal
from types import FrameType
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from celery.signals import task_postrun, task_prerun


def keep() -> None:
    """From now on tasks of this process end in time. Called by its main thread, which runs them."""
    signal.signal(signal.SIGALRM, _over)
    task_prerun.connect(_begin)
    task_postrun.connect(_end)


def _begin(sender: Any, **_: Any) -> None:
    if sender.time_limit:
        faulthandler.dump_traceback_later(sender.time_limit, exit=True)
    signal.setitimer(signal.ITIMER_REAL, sender.soft_time_limit or 0)


def _end(**_: Any) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)
    faulthandler.cancel_dump_traceback_later()


def _over(_number: int, _frame: FrameType | None) -> None:
    raise SoftTimeLimitExceeded
