"""Texts that readers take apart, or read as something else than a text."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

PARTED = "parts "  # before the template by which a text is taken apart
ONE, REST, QUOTED, TWELVE = "{}", "{*}", '{"}', "{12}"
GAPS = re.compile(r"""(\{(?:[*"]|12)?\})""")
# What stands in a gap, without backslashes and blanks around it.
STRICT = {
    ONE: r"[!-.0-\[\]-~](?:[^/\\]*[!-.0-\[\]-~])?",
    REST: r"[!-\[\]-~](?:[^\\\n]*[!-\[\]-~])?",
    TWELVE: r"[!-\[\]-~]{12}",
    QUOTED: r'[!#-\[\]-~](?:[^"\\\n]*[!#-\[\]-~])?',
}
LOOSE = {ONE: "[^/]*", REST: "(?s:.*)", QUOTED: '[^"]*', TWELVE: "(?s:.{12})"}


class Like(NamedTuple):
    """How texts are taken that match a pattern as they stand in the line.

    What a reader may take for such a text, but is not written so, matches the other one.
    """

    taken: str
    written: str
    told: str


class Part(NamedTuple):
    """A part of a text: of which leaf, by which template, in which of its gaps."""

    leaf: int
    template: str
    gap: int


def parted(template: str) -> Like:
    """Texts that are taken apart by a template, such as `refs/heads/{*}`.

    `{}` stands for what has no slash in it, `{"}` for what needs no escape in JSON, `{12}` for
    so many characters, `{*}` for anything.
    """
    return Like(PARTED + template, _pattern(template, STRICT), _pattern(template, LOOSE))


def _pattern(template: str, gaps: Mapping[str, str]) -> str:
    pieces = GAPS.split(template)
    parts = (
        f"(?P<p{number // 2}>{gaps[piece]})" if number % 2 else re.escape(piece)
        for number, piece in enumerate(pieces)
    )
    return f"^{''.join(parts)}$"


def parts_of(texts: pa.StringArray, template: str) -> list[pa.StringArray]:
    """The parts of some texts that are written so, a column for each gap."""
    found: list[pa.StringArray] = pc.extract_regex(texts, _pattern(template, LOOSE)).flatten()
    return found
