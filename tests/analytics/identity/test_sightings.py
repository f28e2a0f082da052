"""Which accounts a day's events name."""

import pyarrow as pa

from analytics.fields import BY_NAME
from analytics.identity.sightings import COLUMNS, Role, TieKind, sightings_of, ties_of
from tests.analytics.laboratory import DAY, event, table


def test_its_columns_are_fields() -> None:
    assert set(COLUMNS) <= BY_NAME.keys()


def test_a_day_without_events_names_nobody() -> None:
    empty = table().select(COLUMNS)
    assert sightings_of(empty) == []
    assert ties_of(empty) == []


def test_accounts_that_acted_and_that_were_named_are_counted_by_source() -> None:
    events = table(
        event(3, actor__account="github:ana", git__reviewers=["github:bo", "github:cy"]),
        event(5, actor__account="github:ana", owner__account="slurm:bo", event__dataset="x"),
        event(4, actor__account="github:ana", git__author="github:bo"),
        event(1, actor__account=None, actor__on_behalf_of="github:cy"),
        event(1, actor__account="a" * 301),
    ).select(COLUMNS)
    found = {(one.account, one.source, one.role): one for one in sightings_of(events)}
    ana = found["github:ana", "", Role.ACTED]
    assert (ana.events, ana.first.hour, ana.last.hour) == (2, 3, 4)
    assert ana.first.date() == DAY.date()
    assert found["github:ana", "x", Role.ACTED].events == 1
    assert found["github:bo", "", Role.NAMED].events == 2
    assert found["github:cy", "", Role.NAMED].events == 2
    assert found["slurm:bo", "x", Role.NAMED].events == 1
    assert len(found) == 5


def test_what_stands_beside_an_account_ties_it() -> None:
    events = table(
        event(actor__account="github:ana", user__email="Ana@Lab.example", user__name="Ana Silva"),
        event(actor__account="uid:site/1017", user__name="asilva", user__email="no address"),
        *(
            event(actor__account=None, git__pusher="github:ana", git__author=author)
            for author in ("git:ana@lab.example", "git:ana@lab.example", "github:ana")
        ),
    ).select(COLUMNS)
    found = {(tie.account, tie.kind, tie.other, tie.events) for tie in ties_of(events)}
    assert found == {
        ("github:ana", TieKind.MAIL, "mail:ana@lab.example", 1),
        ("github:ana", TieKind.CALLED, "Ana Silva", 1),
        ("uid:site/1017", TieKind.NUMBERED, "unix:asilva", 1),
        ("github:ana", TieKind.PUSHED, "git:ana@lab.example", 2),
    }


def test_a_table_in_pieces_is_read_as_one() -> None:
    rows = [event(actor__account="github:ana", git__reviewers=["github:bo"]) for _ in range(3)]
    pieces = pa.concat_tables([table(row).select(COLUMNS) for row in rows])
    assert {(one.account, one.events) for one in sightings_of(pieces)} == {
        ("github:ana", 3),
        ("github:bo", 3),
    }
