"""Dates as git prints them."""

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

CLOCK = r"(?P<clock>\d\d:\d\d:\d\d)"
EPOCH = re.compile(r"@?(\d{5,12})(?: [+-]\d{4})?")
USUAL = re.compile(
    r"\w{3} (?P<month>\w{3}) +(?P<day>\d{1,2}) "
    + CLOCK
    + r" (?P<year>\d{4})(?: (?P<zone>[+-]\d{4}))?"
)
MAIL = re.compile(
    r"\w{3}, (?P<day>\d{1,2}) (?P<month>\w{3}) (?P<year>\d{4}) " + CLOCK + r" (?P<zone>[+-]\d{4})"
)
DOTTED = re.compile(  # as --date=format: often has it
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}),? (?P<clock>\d\d:\d\d(?::\d\d)?)"
    r"(?: (?P<zone>[+-]\d{4}))?"
)
BEFORE_ZONE = re.compile(r" (?=[+-]\d{4}$)")
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


@lru_cache(maxsize=4096)  # author and committer mostly agree
def time_of(text: str, zone: tzinfo) -> datetime | None:
    """A date as git prints it, in UTC; `zone` is for those that name none."""
    text = text.strip()
    try:
        if match := EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(match[1]), UTC)
        if match := USUAL.fullmatch(text) or MAIL.fullmatch(text):
            month = MONTHS.find(match["month"]) // 3 + 1
            text = f"{match['year']}-{month:02}-{int(match['day']):02}T{match['clock']}"
            text += match["zone"] or ""
        elif match := DOTTED.fullmatch(text):
            text = f"{match['year']}-{int(match['month']):02}-{int(match['day']):02}"
            text += f"T{match['clock']}{match['zone'] or ''}"
        time = datetime.fromisoformat(BEFORE_ZONE.sub("", text))
        return time.replace(tzinfo=time.tzinfo or zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
