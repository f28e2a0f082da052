"""Who gives Arrow its memory."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa


@contextmanager
def frugally() -> Iterator[None]:
    """Meanwhile Arrow's memory comes from jemalloc, where Arrow was built with it.

    Of a day's events, which are filtered and copied column by column, the usual allocator keeps a
    good part again as what was freed; jemalloc gives more of it back to the system.
    """
    usual = pa.default_memory_pool()
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(usual)
