"""Many accounts, one person, each for a time."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from analytics.identity import Directory, IdentityError, Link, Person, Use, normalise, read_people

HEADER = "person,name,team,role,manager,start,end,accounts\n"
MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 12, tzinfo=UTC)


def chunked(values: list[object], kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, kind)])


def test_accounts_of_every_kind_lead_to_their_person() -> None:
    directory = read_people(
        HEADER + "p1,Ana Silva,vision,researcher,p2,2020-01-01,,"
        "unix:asilva;uid:1017;git:Ana@Lab.example;github:AnaS\n"
    )
    for account in ("unix:asilva", "uid:site/1017", "git:ana@lab.example", "github:anas"):
        assert directory.who(account, MARCH) == "p1"
    assert directory.who("unix:ASILVA", MARCH) is None


def test_an_account_ends_after_its_persons_last_day() -> None:
    directory = read_people(HEADER + "p1,Ana,,,,2020-01-01,2026-03-01,unix:asilva\n")
    assert directory.who("unix:asilva", MARCH) == "p1"
    assert directory.who("unix:asilva", APRIL) is None


def test_an_account_may_pass_from_one_person_to_another() -> None:
    change = datetime(2026, 3, 15, tzinfo=UTC)
    directory = Directory(
        {"p1": Person(id="p1", name="Ana"), "p2": Person(id="p2", name="Ben")},
        (
            Link(account="unix:node", person="p1", until=change),
            Link(account="unix:node", person="p2", since=change),
        ),
    )
    accounts = chunked(["unix:node", "unix:node", None, "unix:other"], pa.string())
    times = chunked([MARCH, APRIL, MARCH, MARCH], pa.timestamp("us", "UTC"))
    assert directory.persons(accounts, times).to_pylist() == ["p1", "p2", None, None]


def test_shared_and_service_accounts_name_nobody() -> None:
    directory = Directory(
        {},
        (
            Link(account="unix:train", person="p1", use=Use.SHARED),
            Link(account="github:ci", person="p2", use=Use.SERVICE),
        ),
    )
    accounts = chunked(["unix:train", "github:ci"], pa.string())
    times = chunked([MARCH, MARCH], pa.timestamp("us", "UTC"))
    assert directory.persons(accounts, times).to_pylist() == [None, None]


def test_columns_and_single_look_ups_agree() -> None:
    directory = read_people(HEADER + "p1,Ana,,,,,,unix:a;unix:b\np2,Ben,,,,,2026-03-02,unix:c\n")
    names = ["unix:a", "unix:b", "unix:c", "unix:d", None]
    for time in (MARCH, APRIL):
        found = directory.persons(
            chunked(names, pa.string()), chunked([time] * 5, pa.timestamp("us", "UTC"))
        )
        assert found.to_pylist() == [directory.who(name, time) for name in names]


def test_peers_share_a_role_or_else_a_team() -> None:
    rows = "".join(f"p{n},N{n},vision,researcher,,,,unix:u{n}\n" for n in range(3))
    directory = read_people(HEADER + rows + "boss,B,vision,director,,,,unix:boss\n")
    assert directory.peers("p0") == ["p0", "p1", "p2"]
    assert directory.peers("boss") == ["p0", "p1", "p2", "boss"]
    assert directory.peers("nobody") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,team\nAna,vision\n", "line 1: no column accounts, person"),
        (HEADER + ",Ana,,,,,,unix:a\n", "line 2: a person without an id"),
        (HEADER + "p1,Ana,,,,,,asilva\n", "line 2: 'asilva' is no account"),
        (HEADER + "p1,Ana,,,,soon,,unix:a\n", "line 2: Invalid isoformat"),
        (HEADER + "p1,Ana,,,,,,\np1,Ben,,,,,,\n", "line 3: person p1 stands there twice"),
        (HEADER + 'p1,"Ana,,,,,,\n', "line 2: unexpected end of data"),
        (HEADER + "p1," + "a" * 200_000 + ",,,,,,\n", "line 2: field larger than field limit"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_line_and_reason(text: str, reason: str) -> None:
    with pytest.raises(IdentityError, match=reason):
        read_people(text)


def test_numeric_ids_carry_their_realm() -> None:
    assert normalise("uid:1017") == "uid:site/1017"
    assert normalise("uid:hpc/1017") == "uid:hpc/1017"
