"""Sigma's text values as RE2 expressions: linear in time, whatever a mounted rule says."""

import re
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
from sigma.types import (
    SigmaCasedString,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SpecialChars,
)

from analytics.detection.literals import NONE, Literals, literals_of

FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
REMEMBERED = 4096  # texts of rules, asked for with every batch
WILDCARDS = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}


class RuleError(Exception):
    """A rule cannot be matched; the message says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """An RE2 expression, searched for anywhere in a text.

    One of `literals` stands, in upper or lower case, in whatever it matches; none are known
    where it is empty.
    """

    regex: str
    literals: Literals = NONE


def of_string(value: SigmaString, anywhere: bool = False) -> Pattern:
    """The whole text with `*` and `?` as wildcards; any part of it where `anywhere`.

    Upper and lower case are the same unless the value is cased. Raises RuleError for a placeholder,
    which `expanding` has filled in before.
    """
    parts = list(value.s)
    open_start, open_end = anywhere, anywhere
    while parts and parts[0] is SpecialChars.WILDCARD_MULTI:
        open_start = True
        parts.pop(0)
    while parts and parts[-1] is SpecialChars.WILDCARD_MULTI:
        open_end = True
        parts.pop()
    expression, literal = "", ""
    for part in parts:
        if isinstance(part, str):
            expression += re.escape(part)
            literal = max(literal, part, key=len)
        elif isinstance(part, SpecialChars):
            expression += WILDCARDS[part]
        else:
            raise RuleError(f"placeholder %{part.name}% was not filled in")
    start, end = "" if open_start else r"\A", "" if open_end else r"\z"
    flags = "s" if isinstance(value, SigmaCasedString) else "is"
    return Pattern(f"(?{flags}:{start}{expression}{end})", Literals({literal} if literal else ()))


@lru_cache(REMEMBERED)
def of_text(text: str) -> Pattern:
    """Exactly this text, upper or lower case."""
    return of_string(SigmaString.from_str(text))


def of_regex(value: SigmaRegularExpression) -> Pattern:
    """A regular expression, case-sensitive unless flagged; found anywhere unless anchored.

    Raises RuleError for what RE2 does not know: look-around and back-references, which no
    engine does in linear time.
    """
    expression = str(value.regexp)
    flags = "".join(sorted(FLAGS[flag] for flag in value.flags))
    regex = f"(?{flags}:{expression})"
    check(regex, f"regular expression {expression!r}")
    return Pattern(regex, literals_of(expression))


def check(regex: str, what: str) -> None:
    """Raises RuleError for an expression that RE2 does not know, or that is too large for it."""
    try:
        pc.match_substring_regex(pa.array([""]), regex)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise RuleError(f"{what}: {reason}") from error
