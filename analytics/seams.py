"""Where records end: what of a stream's part may go on in its next part.

Whoever sends a log as a stream cuts it anywhere. What stands at the end of a part and may not be
over yet waits for the next part.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass


def half_line(text: bytes, whole: bool) -> int:
    """How many bytes at a text's end are a line without its end."""
    return len(text) - (text.rfind(b"\n") + 1)


@dataclass(frozen=True, slots=True)
class Seam:
    """How a source's records are told from what follows them.

    `rest` gets the end of a log, and whether that is the whole of it, and says how many of the
    last bytes belong to records that may go on; it never raises. `apart` gets the last line so
    far, which lacks its end, and the beginning of what came next, and says whether that is a
    record of its own; None to find out by reading both ways. A record that may go on begins, or
    was last gone on with, in the last `within` bytes; None where nothing is known of that.
    """

    rest: Callable[[bytes, bool], int] = half_line
    apart: Callable[[bytes, bytes], bool] | None = None
    within: int | None = None


def begun_by(first: re.Pattern[bytes]) -> Seam:
    """Of records that go on until a line comes that begins the next one: `first` finds these.

    The pattern must be of a kind that finds lines anywhere in a text (MULTILINE, from `^` on).
    """

    def rest(text: bytes, whole: bool) -> int:
        begun = len(text)
        for match in first.finditer(text):
            begun = match.start()
        return max(half_line(text, whole), len(text) - begun)

    return Seam(rest, beginning(first))


def beginning(first: re.Pattern[bytes]) -> Callable[[bytes, bytes], bool]:
    """For `apart`: whether the next record begins there, rather than was cut in its beginning."""

    def apart(line: bytes, following: bytes) -> bool:
        if not line.strip() or not first.match(following):
            return False
        return bool(first.match(line)) or not first.match(line + following)

    return apart
