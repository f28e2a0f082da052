"""How a worker hears, between two steps of its work, that it is to stop.

One byte of memory that the children of a worker share with it: the signal reaches only the
parent, which waits for what they have in hand.
"""

import mmap

_asked = mmap.mmap(-1, 1)


class Stopped(BaseException):
    """This process was told to stop. No error: what is in hand is given back untried."""


def ask() -> None:
    """From now on `check` raises, here and in every process that was forked from this one."""
    _asked[0] = 1


def asked() -> bool:
    """Whether this process is to stop."""
    return bool(_asked[0])


def check() -> None:
    """Raises Stopped where this process is to stop."""
    if asked():
        raise Stopped
