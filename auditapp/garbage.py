"""How often Python looks for objects that only refer to each other.

It does so each time 700 more objects are there than were given up. Reading a log makes hundreds of
thousands at a time, hardly one of which is in a cycle, and looking through them all again and
again took up to a fifth of the time of readers that work line by line. A web process now and then
looked through all of its modules while somebody waited, 150 ms for a page that takes 20.
"""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 100  # objects, and how often the younger are looked at before


def collect_rarely() -> None:
    """For processes that stay; what is there by now is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
