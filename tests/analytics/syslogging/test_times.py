"""Times in the forms and languages in which syslog daemons and other tools write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from analytics.event import Context
from analytics.syslogging.times import EPOCH, Clock

CONTEXT = Context(
    feed="f",
    batch="b",
    origin="o",
    received=datetime(2026, 3, 1, tzinfo=UTC),
    timezone=timezone(timedelta(hours=2)),
)


def read(stamp: str) -> str | None:
    found = Clock(CONTEXT).read(stamp.encode())
    return None if found is None else (EPOCH + timedelta(microseconds=found)).isoformat()


@pytest.mark.parametrize(
    "stamp",
    [
        *("Feb 21 23:54:44", "Feb  21 23:54:44", "Sat Feb 21 23:54:44 2026", "21 Feb 23:54:44"),
        *("févr. 21 23:54:44", "feb. 21 23:54:44", "21. Februar 2026 23:54:44", "fev 21 23:54:44"),
        *(
            "lut 21 23:54:44",
            "фев 21 23:54:44",
            "2月 21 23:54:44",
            "2월 21 23:54:44",
            "Şub 21 23:54:44",
        ),
        *("Feb 21 2026 23:54:44", "Feb 21 21:54:44 UTC", "Sat 2026-02-21 21:54:44 UTC"),
        *("2026-02-21T23:54:44", "2026-02-21T21:54:44Z", "2026-02-21 14:54:44 -0700"),
        *("2026-02-21T22:54:44+0100", "2026-02-21T22:54:44+01:00", "2026-02-21T23:54:44,000"),
        *("2026-02-21T21:54:44.000000Z", "2026-02-21T21:54:44.000000000Z"),
    ],
)
def test_the_same_time_reads_the_same_in_all_forms(stamp: str) -> None:
    assert read(stamp) == "2026-02-21T21:54:44+00:00"


@pytest.mark.parametrize(
    "stamp",
    [
        *("", "Feb", "Feb 30 00:00:00", "Foo 21 23:54:44", "Feb 21 25:00:00", "Feb 21 23:61:00"),
        *("2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "99999-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "Feb 21 99999 23:54:44", "2026-02-21T23:54:44.123456+99:99"),
        *("Feb 21 23:54:4x", "Feb 0000 00:00:00 0000"),
    ],
)
def test_what_is_no_time_is_none(stamp: str) -> None:
    found = Clock(CONTEXT).read(stamp.encode())
    assert found is None or found < 0
