"""Trails that break off: told of one person whose habit it was, never of a failed collection."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from analytics.circumstances import Absence
from analytics.findings import Finding
from analytics.governance import traces
from analytics.site import Site
from analytics.store import open_store
from analytics.store.base import on
from tests.analytics.governance.isolation.raw import read
from tests.analytics.laboratory import SITE

DAY = date(2026, 3, 10)
DAYS = [DAY - timedelta(days=back) for back in range(12, 0, -1)]
PEOPLE = {"alice": 1001, "mallory": 1002, "bob": 1003, "carol": 1004, "olga": 1005}
Lines = Callable[[str, date], str]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def job(who: str, day: date) -> str:
    """A job that somebody submitted at nine and that ended at eleven."""
    return (
        f"{day:%d}{PEOPLE[who]}|lab|{who}|{PEOPLE[who]}|COMPLETED|{day}T09:00:00|{day}T09:01:00"
        f"|{day}T11:00:00|gpu03"
    )


def typed(day: date, lines: int = 3) -> str:
    start = int(at(day, 10).timestamp())
    return "".join(f"#{start + n}\nls run{n}\n" for n in range(lines))


def audited(who: str, day: date, count: int = 12) -> str:
    """Commands that the audit saw at a terminal of login1."""
    names = ("auid", "uid", "gid", "euid", "suid", "fsuid", "egid", "sgid", "fsgid")
    ids = "".join(f" {name}={PEOPLE[who]}" for name in names)
    start = int(at(day, 10).timestamp())
    return "".join(
        f"type=SYSCALL msg=audit({start + n}.000:{PEOPLE[who]}{n}): arch=c000003e syscall=59"
        f" success=yes exit=0 items=0 ppid=9 pid={600 + n}{ids} tty=pts0 ses=3"
        f' comm="ls" exe="/bin/ls" key="k"\n'
        for n in range(count)
    )


def history(who: str, days: Iterable[date], lines: int = 3, host: str = "login1") -> pa.Table:
    log = "".join(typed(day, lines) for day in days)
    return read("bash_history", log, host=host, user=who)


def jobs(who: str, days: Iterable[date]) -> pa.Table:
    head = "JobID|Cluster|User|UID|State|Submit|Start|End|NodeList"
    return read("slurm_sacct", "\n".join((head, *(job(who, day) for day in days), "")))


def audits(who: str, days: Iterable[date]) -> pa.Table:
    return read("auditd", "".join(audited(who, day) for day in days), host="login1")


def told(folder: Path, *logs: pa.Table, site: Site = SITE, day: date = DAY) -> list[Finding]:
    """What traces has to say about a day, with the days before in the store."""
    store = open_store((folder / "lake").as_uri())
    store.append(pa.concat_tables(logs))
    columns = list(traces.COLUMNS)
    events = pa.concat_tables([logs[0].slice(0, 0).select(columns), *store.scan(on(day), columns)])
    found = traces.find(day, events, site, store)
    store.close()
    return found


def everybody(*silent: str) -> list[pa.Table]:
    """All work every day and type commands, but on the last one these type none."""
    logs = []
    for who in PEOPLE:
        logs += [jobs(who, [*DAYS, DAY]), history(who, DAYS if who in silent else [*DAYS, DAY])]
    return logs


def test_whoever_works_and_types_is_quiet(tmp_path: Path) -> None:
    assert told(tmp_path, *everybody()) == []


def test_work_without_any_command_is_told_where_others_left_their_trail(tmp_path: Path) -> None:
    (one,) = told(tmp_path, *everybody("mallory"))
    assert (one.id, one.person, one.points) == ("worked_without_commands", "mallory", 47)
    assert one.sentence == (
        "submitted jobs or signed in, and no command of theirs came; on 12 of 12 such days before"
        " some did"
    )
    assert len(one.events) == 1


def test_many_who_fall_silent_together_are_a_failed_collection(tmp_path: Path) -> None:
    assert told(tmp_path, *everybody("mallory", "bob", "carol")) == []


def test_nobody_is_silent_where_nothing_came_at_all(tmp_path: Path) -> None:
    assert told(tmp_path, *everybody(*PEOPLE)) == []


def test_a_host_from_which_nothing_came_is_no_silence_of_its_people(tmp_path: Path) -> None:
    logs = [log for log in everybody() if "mallory" not in log["user.name"].to_pylist()]
    logs += [jobs("mallory", [*DAYS, DAY]), history("mallory", DAYS, host="login2")]
    assert told(tmp_path, *logs) == []


def test_a_trail_that_may_still_be_on_its_way_is_waited_for(tmp_path: Path) -> None:
    early = [
        history(who, DAYS) for who in PEOPLE
    ]  # of today only what was typed before mallory came
    before = f"#{int(at(DAY, 8).timestamp())}\nls\n"
    early.append(read("bash_history", before, host="login1", user="alice"))
    assert told(tmp_path, *early, *(jobs(who, [*DAYS, DAY]) for who in PEOPLE)) == []


def test_jobs_that_run_on_while_their_owner_is_on_leave_are_no_work(tmp_path: Path) -> None:
    away = Absence(person="mallory", since=at(DAY, 0), until=at(DAY + timedelta(days=1), 0))
    assert told(tmp_path, *everybody("mallory"), site=replace(SITE, absences=(away,))) == []


def test_without_a_habit_nothing_is_missing(tmp_path: Path) -> None:
    others = [log for log in everybody() if "mallory" not in log["user.name"].to_pylist()]
    seldom = [jobs("mallory", [*DAYS, DAY]), history("mallory", DAYS[::2])]
    assert told(tmp_path / "seldom", *others, *seldom) == []
    new = [jobs("mallory", [*DAYS[-4:], DAY]), history("mallory", DAYS[-4:])]
    assert told(tmp_path / "new", *others, *new) == []


def test_audited_commands_without_a_history_are_told(tmp_path: Path) -> None:
    logs = []
    for who in PEOPLE:
        typing = DAYS if who == "mallory" else [*DAYS, DAY]
        logs += [audits(who, [*DAYS, DAY]), history(who, typing)]
    (one,) = told(tmp_path, *logs)
    assert (one.id, one.person) == ("audited_without_history", "mallory")
    assert len(one.events) == 12


@pytest.mark.parametrize(
    ("lines", "new", "shrunk"),
    [
        ([40, 40, 40, 40], 30, True),  # 160 lines, now 60
        ([40, 40, 40, 40], None, False),  # goes on growing
        ([10, 10, 10, 10], 5, False),  # too short to matter
    ],
)
def test_a_history_that_begins_anew_is_told(
    tmp_path: Path, lines: list[int], new: int | None, shrunk: bool
) -> None:
    log = "".join(typed(day, count) for day, count in zip(DAYS[-4:], lines, strict=True))
    logs = [read("bash_history", log + ("" if new else typed(DAY, 20)), host="h", user="mallory")]
    if new:
        logs.append(read("bash_history", typed(DAY, new), host="h", user="mallory"))
    found = told(tmp_path, *logs)
    assert [one.id for one in found] == ["history_began_anew"] * shrunk
    if shrunk:
        assert found[0].sentence == (
            "the shell history on h began anew: it had 319 lines and has 59"
        )


@pytest.mark.parametrize("sent", [(200, 60, 150, 180), (100, 110, 120, 130)])
def test_where_only_new_lines_are_sent_a_short_day_is_no_loss(
    tmp_path: Path, sent: tuple[int, ...]
) -> None:
    days = zip(DAYS[-4:], sent, strict=True)
    logs = [history("mallory", [day], lines, host="h") for day, lines in days]
    assert told(tmp_path, *logs, history("mallory", [DAY], 5, host="h")) == []
