"""One JSON value from its bytes, also where it is a little less than JSON."""

import codecs
import json
from math import isinf
from typing import Any

import orjson

LONGEST_REASON = 200


class NotJson(Exception):
    """Text that is no JSON value; the message says why."""


def loaded(raw: bytes) -> Any:
    """The value of a whole text.

    What strict readers refuse and sloppy writers write is read all the same: bytes that are not
    UTF-8 (as \\xNN), raw control characters and halves of surrogates in a text, and NaN and the
    infinities, as texts. Raises NotJson for anything else, also for numbers that are larger than
    a float.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        reason = str(error)[:LONGEST_REASON]
    try:
        return LENIENT.decode(raw.decode("utf-8", AS_JSON))
    except (ValueError, OverflowError, RecursionError):
        raise NotJson(f"not JSON: {reason}") from None


def _spelt(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8 as a JSON text can have them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(f"\\\\x{byte:02x}" for byte in wrong), error.end


def _whole(digits: str) -> int | float:
    number = int(digits)
    return number if -(1 << 63) <= number < 1 << 64 else float(number)


def _decimal(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError("number is infinite")
    return number


AS_JSON = "foureyes-as-json"
codecs.register_error(AS_JSON, _spelt)
LENIENT = json.JSONDecoder(parse_int=_whole, parse_float=_decimal, parse_constant=str, strict=False)
