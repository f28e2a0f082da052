"""Times as Slurm prints them: standard, epoch, relative, and whatever SLURM_TIME_FORMAT says."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import BY_NAME

STAMP: pa.DataType = BY_NAME["@timestamp"].arrow
STANDARD = r"^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d$"
NOWHEN = frozenset({"", "Unknown", "None", "N/A", "NONE", "(null)", "0", "-", "n/a"})
ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
EPOCH = re.compile(r"(\d{9,11})(\.\d{1,9})?|(\d{13})")
CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:\s?([AaPp])[Mm])?")
YEAR_FIRST = re.compile(r"(\d{4})[/.-]?(\d\d)[/.-]?(\d\d)")
NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?:[/.-](\d{4}|\d\d))?")
COMPACT = re.compile(r"(\d{8})T?(\d\d)(\d\d)(\d\d)")
ZONE = re.compile(r"\s(?:(UTC|GMT|Z)|([+-]\d\d):?(\d\d))$")
WORD = re.compile(r"[^\W\d_]{2,}")
NUMBER = re.compile(r"\d{1,4}")
# Beginnings of months in languages that clusters' locales have.
MONTHS = (
    ("jan", "ene", "gen", "янв"),
    ("feb", "fév", "fev", "фев"),
    ("mar", "mär", "mrt", "mrz", "мар"),
    ("apr", "avr", "abr", "апр"),
    ("may", "mai", "mei", "mag", "mayo", "мая", "май"),
    ("jun", "juin", "giu", "июн"),
    ("jul", "juil", "lug", "июл"),
    ("aug", "aoû", "aou", "ago", "авг"),
    ("sep", "set", "сен"),
    ("oct", "okt", "out", "ott", "окт"),
    ("nov", "ноя"),
    ("dec", "dez", "déc", "dic", "дек"),
)
MONTH = {name: number for number, names in enumerate(MONTHS, 1) for name in names}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Clock(NamedTuple):
    """How times that leave something unsaid are read: zone, the moment they were printed about,
    and whether 05/02 is the fifth of February."""

    zone: tzinfo
    now: datetime
    day_first: bool = False


def instants(plain: pa.Array, clock: Clock) -> pa.Array:
    """The times of a column of texts, in UTC; null for Unknown, None and what is no time."""
    usual = pc.match_substring_regex(plain, STANDARD)
    try:
        local = pc.if_else(usual, plain, None).cast(pa.timestamp("us"))
        placed = pc.assume_timezone(
            local, str(clock.zone), ambiguous="earliest", nonexistent="latest"
        )
        times = placed.cast(STAMP)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # 2026-02-30; a zone without a name
        return pa.array([time_of(text, clock) for text in plain.to_pylist()], STAMP)
    if pc.all(usual).as_py():
        return times
    others = [
        None if known else time_of(text, clock)
        for known, text in zip(usual.to_pylist(), plain.to_pylist(), strict=True)
    ]
    return pc.coalesce(times, pa.array(others, STAMP))


@lru_cache(maxsize=20_000)
def time_of(text: str | None, clock: Clock) -> datetime | None:
    """The time in UTC, `clock.zone` where it names none; None for what is no time."""
    if not text or text in NOWHEN or len(text) > 64:
        return None
    text = text.strip()
    try:
        if match := ISO.fullmatch(text):
            day, time, zone = match.groups()
            zone = {"UTC": "Z", "GMT": "Z"}.get(zone or "", zone or "")
            return _placed(datetime.fromisoformat(f"{day}T{time.replace(',', '.')}{zone}"), clock)
        if match := EPOCH.fullmatch(text):
            seconds = int(match[1] or match[3][:10])
            fraction = match[2] or f".{(match[3] or '')[10:]}0"
            whole = datetime.fromtimestamp(seconds, UTC)
            return whole + timedelta(microseconds=int(fraction[1:7].ljust(6, "0")))
        return _other(text, clock)
    except (ValueError, OverflowError):
        return None


def _placed(time: datetime, clock: Clock) -> datetime:
    return time.replace(tzinfo=time.tzinfo or clock.zone).astimezone(UTC)


def _other(text: str, clock: Clock) -> datetime | None:
    """A time by its parts, in whichever order they stand."""
    if match := COMPACT.fullmatch(text):
        return _placed(datetime.strptime("".join(match.groups()), "%Y%m%d%H%M%S"), clock)  # noqa: DTZ007
    zone = ZONE.search(text)
    text = text[: zone.start()] if zone else text
    time = CLOCK.search(text)
    if time is None:
        hours = minutes = seconds = micros = 0
        date = text
    else:
        hours, minutes, seconds = (int(part or 0) for part in time.groups()[:3])
        micros = int((time[4] or "0")[:6].ljust(6, "0"))
        if time[5]:
            hours = hours % 12 + (12 if time[5] in "Pp" else 0)
        date = f"{text[: time.start()]} {text[time.end() :]}".strip(" -,").rstrip("T")
    day = _day(date, clock)
    if day is None or (time is None and not date):
        return None
    found = day.replace(hour=hours, minute=minutes, second=seconds, microsecond=micros)
    if zone:
        offset = "+00:00" if zone[1] else f"{zone[2]}:{zone[3]}"
        return datetime.fromisoformat(found.replace(tzinfo=None).isoformat() + offset).astimezone(
            UTC
        )
    return _placed(found, clock)


def _day(text: str, clock: Clock) -> datetime | None:
    """The day that a date names, or that a relative one means; today for none."""
    today = clock.now.astimezone(clock.zone).replace(
        hour=0, minute=0, second=0, microsecond=0, tzinfo=None
    )
    if match := YEAR_FIRST.fullmatch(text):
        return today.replace(year=int(match[1]), month=1, day=1).replace(
            month=int(match[2]), day=int(match[3])
        )
    if match := NUMBERS.fullmatch(text):
        first, mark, second, year = match.groups()
        swapped = mark != "/" or clock.day_first or int(first) > 12
        month, day = (second, first) if swapped else (first, second)
        return _dated(int(day), int(month), year, today)
    words = [word.lower() for word in WORD.findall(text)]
    months = [number for word in words if (number := _month(word))]
    numbers = NUMBER.findall(text)
    if months and numbers:
        year = next((number for number in numbers if len(number) == 4), None)
        days = [number for number in numbers if number != year]
        return _dated(int(days[0]), months[0], year, today) if days else None
    return None if numbers or (text and not words) else _near(words, today)


def _month(word: str) -> int | None:
    return MONTH.get(word[:4]) or MONTH.get(word[:3])


def _dated(day: int, month: int, year: str | None, today: datetime) -> datetime:
    """Without a year, the latest such day that is at most two days ahead."""
    if year is not None:
        whole = int(year) if len(year) == 4 else 2000 + int(year)
        return datetime(whole, month, day)  # noqa: DTZ001
    for whole in range(today.year + 1, today.year - 8, -1):
        try:
            found = datetime(whole, month, day)  # noqa: DTZ001
        except ValueError:  # the 29th of February
            continue
        if found <= today + timedelta(days=2):
            return found
    raise ValueError(f"no day {day} in month {month}")


def _near(words: Sequence[str], today: datetime) -> datetime | None:
    """Yesterday, today, tomorrow, or the next such day of the week."""
    if not words:
        return today
    word = words[0]
    if word.startswith(("ystday", "yesterday")):
        return today - timedelta(days=1)
    if word.startswith("tomorr"):
        return today + timedelta(days=1)
    if word[:3] in DAYS and len(words) == 1:
        return today + timedelta(days=(DAYS.index(word[:3]) - today.weekday()) % 7 or 7)
    return today if word == "today" else None
