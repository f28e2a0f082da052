"""Exports of user administration."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.identity.reading import Entry
from analytics.identity.scim import scim_of

TODAY = date(2026, 3, 10)
HEADER = "userName,emails,active,externalId,name.formatted,title,department,manager\n"


def people(text: str) -> dict[str, Entry]:
    """By id."""
    table = scim_of(text, TODAY)
    assert table.problems == []
    return {entry.person.id: entry for _, entry in table.rows}


def test_a_user_is_a_person_with_a_login_and_addresses() -> None:
    found = people(
        HEADER
        + "asilva,Ana@Lab.example; a.silva@lab.example,true,p017,Ana Silva,intern,vision,bkim\n"
        + "bkim,b.kim@lab.example,TRUE,p002,Bo Kim,lead,vision,\n"
    )
    ana = found["p017"].person
    assert (ana.name, ana.role, ana.team, ana.manager) == ("Ana Silva", "intern", "vision", "p002")
    assert [link.account for link in found["p017"].links] == [
        "unix:asilva",
        "mail:ana@lab.example",
        "mail:a.silva@lab.example",
    ]


def test_columns_may_be_named_and_ordered_as_other_systems_do() -> None:
    found = people(
        "Active,emails[0].value,Name.GivenName,name.familyName,USERNAME,userType\r\n"
        "1,b@lab.example,Bo,Kim,Bo.Kim@lab.example,contractor\r\n"
    )
    bo = found["Bo.Kim@lab.example"]
    assert (bo.person.name, bo.person.role) == ("Bo Kim", "contractor")
    assert [link.account for link in bo.links] == [
        "mail:bo.kim@lab.example",
        "mail:b@lab.example",
    ]


def test_who_is_not_active_has_left() -> None:
    found = people("userName,active,endDate\na,false,\nb,no,2026-01-31\nc,true,2026-06-30\n")
    assert found["a"].person.end == TODAY
    assert found["b"].person.end == date(2026, 1, 31)
    assert found["c"].person.end == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",a@lab.example,true,p1,,,,", "a user without a userName"),
        ("a,,perhaps,p1,,,,", "active is 'perhaps', neither true nor false"),
        ("a,,,p1,,,,\nb,,,p1,,,,", "person p1 stands there twice"),
        ("a,\x00@b,,p1,,,,", "a value holds a NUL"),
    ],
)
def test_what_is_wrong_is_told_by_line(row: str, reason: str) -> None:
    problem = scim_of(HEADER + row + "\n", TODAY).problems[0]
    assert problem.reason == reason
    assert problem.line == 1 + len(row.split("\n"))


@given(st.text(alphabet='aA1,;@"\n\r\x00é ', max_size=200))
def test_any_text_is_people_or_problems(text: str) -> None:
    scim_of(HEADER + text, TODAY)
    scim_of(text, TODAY)
