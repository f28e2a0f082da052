"""Many accounts, one person, each for a time."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.identity import (
    Directory,
    IdentityError,
    Link,
    Person,
    Position,
    Use,
    normalise,
    read_people,
)
from analytics.identity.reading import people_of

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
        (HEADER + "p1,Ana,,,,soon,,unix:a\n", "line 2: 'soon' is no date: Invalid isoformat"),
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


def test_an_agents_deeds_are_its_persons_but_a_bots_are_not_its_keepers() -> None:
    directory = Directory(
        {},
        (
            Link(account="github:ana-agent", person="p1", use=Use.AGENT),
            Link(account="github:renovate", person="p2", use=Use.BOT),
            Link(account="unix:ci", use=Use.SERVICE),
            Link(account="unix:train", person="p2", use=Use.SHARED),
        ),
    )
    accounts = [link.account for link in directory.links]
    assert [directory.who(one, MARCH) for one in accounts] == ["p1", None, None, None]
    assert [directory.behind(one, MARCH) for one in accounts] == ["p1", "p2", None, None]
    columns = chunked(accounts, pa.string()), chunked([MARCH] * 4, pa.timestamp("us", "UTC"))
    assert directory.persons(*columns).to_pylist() == ["p1", None, None, None]


def test_what_a_bot_did_for_somebody_is_theirs() -> None:
    directory = Directory(
        {},
        (
            Link(account="github:ana", person="p1"),
            Link(account="github:ben", person="p2"),
            Link(account="github:bot", use=Use.BOT),
        ),
    )
    events = pa.table(
        {
            "@timestamp": pa.array([MARCH] * 3, pa.timestamp("us", "UTC")),
            "actor.account": ["github:bot", "github:ben", "github:bot"],
            "actor.on_behalf_of": pa.array(["github:ana", "github:ana", None], pa.string()),
            "owner.account": pa.array([None, None, "github:ben"], pa.string()),
        }
    )
    joined = directory.joined(events)
    assert joined["person"].to_pylist() == ["p1", "p2", None]
    assert joined["owner"].to_pylist() == [None, None, "p2"]
    assert (
        directory.joined(events.drop_columns(["actor.on_behalf_of"]))["person"][0].as_py() is None
    )


def test_a_mover_is_what_they_were_on_that_day() -> None:
    move, second = date(2026, 3, 10), date(2026, 5, 1)
    directory = Directory(
        {"p1": Person(id="p1", name="Ana", team="infra", role="lead", manager="p9")},
        positions=(
            Position(person="p1", until=move, team="vision", role="intern", manager="p2"),
            Position(person="p1", since=move, until=second, team="vision", role="researcher"),
        ),
    )
    assert directory.as_of(date(2026, 3, 9)).people["p1"].role == "intern"
    assert directory.as_of(date(2026, 3, 9)).reports("p2") == ["p1"]
    assert directory.as_of(move).people["p1"].role == "researcher"
    assert directory.as_of(second).people["p1"].team == "infra"
    assert directory.as_of(second) is directory


def test_joiners_and_leavers_work_from_their_first_day_to_their_last() -> None:
    person = Person(id="p1", name="Ana", start=date(2026, 3, 1), end=date(2026, 3, 31))
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    assert [person.works(day) for day in days] == [False, True, True, False]


@given(st.text())
def test_any_text_is_people_or_a_reason_with_a_line(text: str) -> None:
    try:
        read_people(text)
    except IdentityError as error:
        assert str(error).startswith("line ")


@given(st.text(alphabet='pa1,;:"\n2026-03\x00é', max_size=200))
def test_any_row_is_people_or_a_reason_with_a_line(text: str) -> None:
    table = people_of(HEADER + text)
    assert all(problem.line >= 1 and problem.reason for problem in table.problems)


def test_the_last_day_of_all_has_no_next_one() -> None:
    directory = read_people(HEADER + "p1,Ana,,,,,9999-12-31,unix:a\n")
    assert directory.links_of("p1")[0].until is None
