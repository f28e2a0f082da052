"""Parts of lines by a regular expression, as lists: one for each of its groups."""

import re
from collections.abc import Sequence
from typing import Any


def by_line(pattern: str) -> re.Pattern[str]:
    """What finds each line of a text that has this form; none of its parts may span lines."""
    return re.compile(f"^(?:{pattern})(?:\\n|\\Z)", re.MULTILINE | re.ASCII)


def parted(lines: Sequence[str], pattern: re.Pattern[str]) -> list[list[Any]]:
    """Lists of the parts of lines by a pattern of `by_line`; None for a line of another form.

    A block whose lines all have the form is parted at a go, without an object for each of them.
    """
    width = pattern.groups + 1
    found = pattern.split("\n".join(lines))
    if len(found) == width * len(lines) + 1 and not any(found[::width]):
        return [found[part::width] for part in range(1, width)]
    matches = map(pattern.fullmatch, lines)
    nothing = (None,) * pattern.groups
    rows = (match.groups() if match else nothing for match in matches)
    return list(map(list, zip(*rows, strict=True)))
