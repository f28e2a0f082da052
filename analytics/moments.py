"""Days and times as people and machines write them (ISO 8601), in UTC."""

from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)


def day(text: str | None) -> date | None:
    """A date, None for nothing. Raises ValueError."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"{str(text)[:40]!r} is no date: {error}") from error


def midnight(day: date) -> datetime:
    """When the day begins, UTC."""
    return datetime.combine(day, time.min, UTC)


def end_of(day: date | None) -> datetime | None:
    """When the day is over, UTC; None for no day, and for the last one there is."""
    return midnight(day + DAY) if day and day < date.max else None


def moment(text: str | None, *, ends: bool = False) -> datetime | None:
    """A time in UTC, None for nothing; a date alone is its first moment, or where it `ends`
    something, its last.

    Raises ValueError.
    """
    if not text:
        return None
    if len(text) <= 10:
        named = day(text) or date.max
        return end_of(named) if ends else midnight(named)
    return in_utc(text)


def in_utc(text: str) -> datetime:
    """A time in UTC, as which one without a zone is taken; a date is its first moment. Raises
    ValueError for what is no time, or one that UTC cannot hold."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:40]!r} is no time: {error}") from error
