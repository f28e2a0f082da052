"""What the attributes of LDAP and Active Directory mean."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.identity.accounts import IdentityError
from analytics.identity.ldap import SCHEMAS, attribute_map, people_of, wanted

TODAY = date(2026, 3, 10)
AD = {
    "employeeID": ["p017"],
    "sAMAccountName": ["asilva"],
    "displayName": ["Ana Silva"],
    "department": ["vision"],
    "title": ["intern"],
    "manager": ["CN=Kim\\, Bo,OU=People,DC=lab,DC=example"],
    "userPrincipalName": ["ASilva@lab.example"],
    "mail": ["ana@lab.example"],
    "userAccountControl": ["512"],
    "accountExpires": ["9223372036854775807"],
}
BOSS = "cn=kim\\, bo, ou=People,dc=lab,dc=example"


def test_active_directory_names_people_their_accounts_and_managers() -> None:
    boss = {"sAMAccountName": ["bkim"], "employeeID": ["p002"], "uidNumber": ["4001"]}
    table = people_of([("CN=Ana", AD), (BOSS, boss)], SCHEMAS["ad"], TODAY, "hpc")
    (_, ana), (_, bo) = table.rows
    assert (ana.person.id, ana.person.name, ana.person.team) == ("p017", "Ana Silva", "vision")
    assert (ana.person.manager, ana.person.end) == ("p002", None)
    assert [link.account for link in ana.links] == [
        "unix:asilva",
        "entra:asilva@lab.example",
        "mail:ana@lab.example",
    ]
    assert [link.account for link in bo.links] == ["unix:bkim", "uid:hpc/4001"]


def test_who_is_disabled_has_left_and_their_accounts_end() -> None:
    values = {**AD, "userAccountControl": ["514"]}
    _, entry = people_of([("CN=Ana", values)], SCHEMAS["ad"], TODAY).rows[0]
    assert entry.person.end == TODAY
    assert all(link.until for link in entry.links)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("0", None),
        ("-1", None),
        ("134117856000000000", date(2026, 1, 2)),
        ("20454", date(2026, 1, 1)),
        ("20260101000000Z", date(2026, 1, 1)),
        ("20260101", date(2026, 1, 1)),
        ("2026-01-01", date(2026, 1, 1)),
        ("2026-01-01T10:00:00", date(2026, 1, 1)),
    ],
)
def test_a_last_day_is_written_in_many_ways(text: str, day: date | None) -> None:
    values = {**AD, "accountExpires": [text]}
    _, entry = people_of([("CN=Ana", values)], SCHEMAS["ad"], TODAY).rows[0]
    assert entry.person.end == day


def test_an_entry_that_is_nobody_is_told_and_stops_no_others() -> None:
    wrong = {**AD, "employeeID": ["p9"], "accountExpires": ["tomorrow"]}
    entries = [("CN=printer", {"cn": ["printer"]}), ("CN=Ana", AD), ("CN=Bad", wrong)]
    table = people_of(entries, SCHEMAS["ad"], TODAY)
    assert [line for line, _ in table.rows] == [2]
    assert [problem.line for problem in table.problems] == [1, 3]
    assert "none of employeeID, sAMAccountName is there" in table.problems[0].reason


def test_a_site_changes_the_attributes() -> None:
    schema = attribute_map(SCHEMAS["posix"], ["team=ou|o", "manager=", "account.github=ghLogin"])
    assert schema.attributes["team"] == ("ou", "o")
    assert schema.attributes["manager"] == ()
    assert "ghLogin" in wanted(schema)
    with pytest.raises(IdentityError, match="is not name=attribute"):
        attribute_map(SCHEMAS["posix"], ["team"])


VALUES = st.lists(st.text(max_size=30), max_size=2)


@given(st.dictionaries(st.sampled_from(sorted(wanted(SCHEMAS["ad"]))), VALUES))
def test_any_values_are_a_person_or_a_problem(values: dict[str, list[str]]) -> None:
    table = people_of([("CN=x", values)], SCHEMAS["ad"], TODAY)
    assert len(table.rows) + len(table.problems) == 1


@given(st.sampled_from(["accountExpires", "userAccountControl"]), st.integers(), st.text())
def test_any_number_or_text_of_a_day_never_raises(name: str, number: int, text: str) -> None:
    for value in (str(number), str(number) * 60, text):
        people_of([("CN=x", {**AD, name: [value]})], SCHEMAS["ad"], TODAY)
