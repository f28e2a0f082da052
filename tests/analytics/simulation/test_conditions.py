"""What ails the logs is innocent and looks as it does at real sites."""

import re
from datetime import date
from pathlib import Path

from analytics.simulation.calendar import Calendar, easter, holiday
from analytics.simulation.conditions import SKEW, conditions
from analytics.simulation.organisation import found

FIRST, LAST = date(2026, 2, 10), date(2026, 3, 1)


def test_an_outage_leaves_a_gap_in_the_serial_numbers(calm: Path) -> None:
    ails = conditions(Calendar(found(24, 5, FIRST, LAST), 5, FIRST, LAST))
    assert ails.outages
    for host, outages in ails.outages.items():
        log = (calm / f"logs/{host}/auditd.log").read_text()
        stamps = re.findall(r"audit\((\d+\.\d+):(\d+)\)", log)
        clock = [(float(time) - ails.skews.get(host, 0.0), int(serial)) for time, serial in stamps]
        for outage in outages:
            assert not [time for time, _ in clock if outage.since <= time < outage.until - 0.01]
            before = max((n for time, n in clock if time < outage.since), default=0)
            after = min((n for time, n in clock if time >= outage.until), default=0)
            assert after == 0 or after > before + 1


def test_one_clock_is_ahead_in_the_audit_log_and_in_syslog_alike() -> None:
    calendar = Calendar(found(24, 5, FIRST, LAST), 5, FIRST, LAST)
    ails = conditions(calendar)
    assert list(ails.skews.values()) == [SKEW]
    assert ails.clock("login01", 5.0) == 5.0


def test_holidays_are_those_of_the_calendar() -> None:
    assert [easter(year) for year in (2024, 2025, 2026)] == [
        date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5),
    ]  # fmt: skip
    assert holiday(date(2026, 4, 3))
    assert holiday(date(2026, 12, 25))
    assert not holiday(date(2026, 2, 17))


def test_the_one_who_moves_says_since_when(calm: Path) -> None:
    rows = [line.split(",") for line in (calm / "people.csv").read_text().splitlines()[1:]]
    moved = [row for row in rows if row[-1]]
    assert [(row[0], row[2]) for row in moved] == [("p012", "language")]
