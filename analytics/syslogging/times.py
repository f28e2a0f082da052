"""Times as syslog writes them: with and without year and zone, and in other languages."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from analytics.event import LATEST_AHEAD, Context

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
MOST_KNOWN = 50_000
LEAP_CYCLE = 9  # years from one 29 February to the next, at the longest

# Month by month, as languages shorten them; what is the same in several stands once.
# fmt: off
MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate((
        "jan january januar janv ene gen sty led oca янв ian tammi led. 一 1",
        "feb february februar fév fev févr febr lut úno şub фев helmi únr 二 2",
        "mar march märz mär mrz mars mrt bře marzo мар maalis maart 三 3",
        "apr april avr abr kwi dub nis апр huhti aprile abril 四 4",
        "may mai mei maj mag kvě мая май touko mayo maggio maio 五 5",
        "jun june juni juin giu cze čvn haz июн kesä iun junho 六 6",
        "jul july juli juil lug lip čvc tem июл heinä iul julho 七 7",
        "aug august août aoû aou ago sie srp ağu авг elo 八 8",
        "sep september sept set wrz zář eyl сен syys 九 9",
        "oct october oktober okt out ott paź říj eki окт loka 十 10",
        "nov november novembre lis kas ноя marras noi 十一 11",
        "dec december dezember dez déc dic gru pro ara дек joulu dets 十二 12",
    ), 1)
    for name in names.split()
}
# fmt: on
USUAL = re.compile(r"([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)()()")
OTHER = re.compile(  # Sat 21. févr. 2026 21:54:44,123 · Feb 21 2026 21:54:44 · 2月 21 21:54:44
    r"(?:[^\W\d]{2,9}\.?,? +)??"
    r"(?:(?P<after>\d{1,2})\.? +)?(?P<month>[^\W\d_]{2,9}|\d{1,2}(?=[月월]))[.月월]* +"
    r"(?:(?P<day>\d{1,2})[.日일]? +)?(?:(?P<year>\d{4}) +)?"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?"
    r"(?: (?P<half>[AP])M)?"
    r"(?: (?P<zone>UTC|GMT|Z))?(?: (?P<late>\d{4}))?"
)

SECOND = re.compile(rb":[0-5]\d\.\d{6}(?:Z|[+-]\d\d:?\d\d)")
SECOND_TEXT = re.compile(r":[0-5]\d\.\d{6}(?:Z|[+-]\d\d:?\d\d)\Z", re.ASCII)
SECONDS = {f"{second:02}": min(second, 59) * 1_000_000 for second in range(61)}
WEEKDAY = re.compile(r"^[A-Z][a-z]{2} (?=\d{4}-)")
ZONE = re.compile(r" ([A-Z]{3,5}|[+-]\d\d:?\d\d)$")  # as journalctl and Apple's log have it


def _offset(zone: re.Match[str]) -> str:
    """An offset without its blank; of a zone's short name only UTC's, others name several."""
    if zone[1][0] in "+-":
        return zone[1]
    return "+00:00" if zone[1] in ("UTC", "GMT") else ""


def _hour(told: dict[str, str | None]) -> str:
    """The hour of 24, also where a clock of 12 tells it."""
    hour = told["hour"] or ""
    if not told["half"] or not 1 <= int(hour) <= 12:
        return hour
    return str(int(hour) % 12 + 12 * (told["half"] == "P"))


class Clock:
    """Reads the times of one log; a minute that is read again costs nothing."""

    def __init__(self, context: Context) -> None:
        self._zone, self._latest = context.timezone, context.received + LATEST_AHEAD
        self._minutes: dict[bytes, int | None] = {}
        self._by_text: dict[str, int | None] = {}  # minutes, by times without their seconds

    def read(self, stamp: bytes) -> int | None:
        """Microseconds from 1970, or None for what is no time.

        A time without a year is of the latest year in which it is not after the log's arrival.
        """
        if len(stamp) == 15 and stamp[12:13] == b":":  # Feb 21 21:54:44
            minute, second = self._minute(stamp[:13] + b"00"), stamp[13:]
            if minute is not None and second.isdigit() and second <= b"60":
                return minute + min(int(second), 59) * 1_000_000
        elif SECOND.fullmatch(stamp, 16):  # 2026-02-21T21:54:44.123456+01:00
            minute = self._minute(stamp[:17] + b"00" + stamp[26:])
            if minute is not None:
                return minute + int(stamp[17:19]) * 1_000_000 + int(stamp[20:26])
        return self._read(stamp)

    def read_all(self, stamps: Iterable[str | None]) -> list[int | None]:
        """As `read`, of many; None for None."""
        minutes, seconds = self._by_text, SECONDS
        found: list[int | None] = []
        for stamp in stamps:
            minute = second = None
            if stamp is None:
                found.append(None)
                continue
            if len(stamp) == 15:
                minute, second = minutes.get(stamp[:13]), seconds.get(stamp[13:])
            elif SECOND_TEXT.match(stamp, 16):
                minute = minutes.get(stamp[:17] + stamp[26:])
                second = seconds[stamp[17:19]] + int(stamp[20:26])
            if minute is None or second is None:
                found.append(self._learnt(stamp))
            else:
                found.append(minute + second)
        return found

    def _learnt(self, stamp: str) -> int | None:
        """Reads a time, and keeps its minute."""
        found = self.read(stamp.encode())
        if len(self._by_text) >= MOST_KNOWN:
            self._by_text.clear()
        if found is not None and len(stamp) == 15:
            self._by_text[stamp[:13]] = self._minute(stamp[:13].encode() + b"00")
        elif found is not None and SECOND_TEXT.match(stamp, 16):
            self._by_text[stamp[:17] + stamp[26:]] = self._minute(
                f"{stamp[:17]}00{stamp[26:]}".encode()
            )
        return found

    def _minute(self, stamp: bytes) -> int | None:
        minutes = self._minutes
        if stamp in minutes:
            return minutes[stamp]
        if len(minutes) >= MOST_KNOWN:
            minutes.clear()
        minutes[stamp] = found = self._read(stamp)
        return found

    def _read(self, stamp: bytes) -> int | None:
        text = WEEKDAY.sub("", stamp.decode("utf-8", "replace"))
        try:
            if text[:4].isdigit() and text[4:5] == "-":
                return self._since(datetime.fromisoformat(ZONE.sub(_offset, text)))
            return self._in_words(text)
        except (ValueError, OverflowError):
            return None

    def _since(self, time: datetime) -> int:
        if time.tzinfo is None:
            time = time.replace(tzinfo=self._zone)
        return (time - EPOCH) // MICROSECOND

    def _in_words(self, text: str) -> int | None:
        if match := USUAL.fullmatch(text):
            name, day, hour, minute, second, fraction, year = match.groups()
            zone = None
        elif match := OTHER.fullmatch(text):
            told = match.groupdict()
            name, day = told["month"], told["day"] or told["after"]
            hour, minute, second = _hour(told), told["minute"], told["second"]
            fraction, year, zone = told["fraction"], told["year"] or told["late"], told["zone"]
        else:
            return None
        month = MONTHS.get(name.lower())
        if month is None or day is None:
            return None
        clock = (int(hour), int(minute), min(int(second), 59))  # a leap second is told as 60
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        tz = UTC if zone else self._zone
        if year:
            return self._since(datetime(int(year), month, int(day), *clock, micro, tzinfo=tz))
        newest = self._latest.astimezone(tz).year
        for candidate in range(newest, newest - LEAP_CYCLE, -1):
            try:
                time = datetime(candidate, month, int(day), *clock, micro, tzinfo=tz)
            except ValueError:  # 29 February
                continue
            if time <= self._latest:
                return self._since(time)
        return None
