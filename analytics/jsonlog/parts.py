"""Texts that readers take apart, or read as something else than a text."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

PARTED = "parts "  # before the template by which a text is taken apart
ONE, REST, QUOTED, TWELVE = "{}", "{*}", '{"}', "{12}"
PATH, DIRECTORY, SECONDS, DIGITS = "{path}", "{directory}", "{seconds}", "{digits}"
HEXADECIMAL, POINTER = "{hexadecimal}", "{pointer}"
ADDRESS, PORT = "{address}", "{port}"
GAPS = re.compile(
    r"""(\{(?:[*"]|12|path|directory|seconds|digits|hexadecimal|pointer|address|port)?\})"""
)
OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
FOUR = rf"(?:{OCTET}\.){{3}}{OCTET}"
LONG = "[0-9a-f]{9,15}|[0-9a-e][0-9a-f]{15}"  # more than 32 bits, and not negative
STEP = r"[!-,\-0-\[\]-~][^/\\\n]*"  # of a path, that does not begin with a point
# What stands in a gap, without backslashes and blanks around it.
STRICT = {
    ONE: r"[!-.0-\[\]-~](?:[^/\\]*[!-.0-\[\]-~])?",
    REST: r"[!-\[\]-~](?:[^\\\n]*[!-\[\]-~])?",
    TWELVE: r"[!-\[\]-~]{12}",
    QUOTED: r'[!#-\[\]-~](?:[^"\\\n]*[!#-\[\]-~])?',
    PATH: rf"(?:{STEP}/)*{STEP}/?|(?:\.?{STEP}/)*\.?{STEP}",
    DIRECTORY: rf"(?:{STEP}/)*{STEP}",
    SECONDS: r"[0-9]{10}\.[0-9]{3}",
    DIGITS: "[0-9]{1,18}",
    HEXADECIMAL: f"[0-9a-f]{{1,7}}|[0-9a-e][0-9a-f]{{7}}|{LONG}",
    POINTER: LONG,
    ADDRESS: FOUR,
    PORT: "[0-9]{1,5}",
}
LOOSE = {
    **{ONE: "[^/]*", REST: "(?s:.*)", QUOTED: '[^"]*', TWELVE: "(?s:.{12})"},
    **{PATH: "(?s:.*)", DIRECTORY: "(?s:.*)", SECONDS: r"[0-9]+\.[0-9]+", DIGITS: "[0-9]+"},
    **{HEXADECIMAL: "(?s:.*)", POINTER: "(?s:.{9,})"},
    **{ADDRESS: r"\S{1,64}", PORT: "[0-9]{1,5}"},
}


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
    so many characters, `{*}` for anything; `{path}` for one that needs no tidying up, `{directory}`
    for one of which none is hidden; `{seconds}` for those since 1970 with three digits behind the
    point, `{digits}` for a number, `{hexadecimal}` for one that is not like a negative one,
    `{pointer}` for such a one of more than 32 bits, `{address}` for an internet address of four
    numbers, `{port}` for what stands behind one.
    """
    return Like(PARTED + template, _pattern(template, STRICT), _pattern(template, LOOSE))


def is_with_port(value: str) -> bool:
    """Whether a port is written behind an address of four numbers, or one in brackets."""
    four = value.count(":") == 1 and value.count(".") == 3
    return four or (value.startswith("[") and "]:" in value)


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
