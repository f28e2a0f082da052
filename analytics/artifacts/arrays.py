"""numpy's files: arrays of objects are pickles behind a header."""

import re
from typing import BinaryIO

from analytics.artifacts.pickled import Import, follow_all
from analytics.artifacts.verdict import Finding, Verdict
from analytics.artifacts.windows import Ended, Window

LONGEST_HEADER = 1 << 16
OF_OBJECTS = re.compile(rb"['\"][|<>=]?O\d{0,2}['\"]")
MOST_UNPACKED = 4 << 30


def read(stream: BinaryIO) -> tuple[set[Import], list[Finding]]:
    """What an array's objects would import, and what is wrong; the stream stands at its start."""
    window = Window(stream, MOST_UNPACKED)
    try:
        major = window.take(8)[6]
        length = int.from_bytes(window.take(2 if major == 1 else 4), "little")
        if major not in (1, 2, 3) or length > LONGEST_HEADER:
            return set(), [Finding("malformed", Verdict.SUSPICIOUS, "no header of numpy's")]
        header = window.take(length)
    except Ended:
        return set(), [Finding("truncated", Verdict.UNREADABLE, "ends in its header")]
    if not OF_OBJECTS.search(header):
        return set(), []
    followed = follow_all(window)
    broken = Finding("broken_pickle", Verdict.UNREADABLE, followed.reason)
    return followed.imports, [] if followed.complete else [broken]
