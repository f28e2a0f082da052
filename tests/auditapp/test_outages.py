"""What is an outage of the database, by errors that it made."""

import sqlite3
from pathlib import Path

import pytest
from django.db import DataError, InterfaceError, OperationalError

from auditapp.outages import is_outage


def caused(cause: BaseException) -> OperationalError:
    """As Django hands on what a driver raised."""
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


def test_a_database_that_has_no_room_left_is_out(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "full") as connection:
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("CREATE TABLE one (text)")
        with pytest.raises(sqlite3.OperationalError) as raised:
            connection.executemany("INSERT INTO one VALUES (?)", [("x" * 4000,)] * 9)
    assert is_outage(caused(raised.value))


def test_a_statement_that_is_wrong_is_no_outage(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "any")
    with pytest.raises(sqlite3.OperationalError) as raised:
        connection.execute("SELECT nothing FROM nowhere")
    connection.close()
    assert not is_outage(caused(raised.value))


@pytest.mark.parametrize(
    ("state", "out"),
    [("53100", True), ("57P01", True), ("08006", True), (None, True), ("54000", False)],
)
def test_a_server_says_by_its_state_whose_fault_it_is(state: str | None, out: bool) -> None:
    cause = Exception("told by the server")
    cause.sqlstate = state  # type: ignore[attr-defined]
    assert is_outage(caused(cause)) is out


def test_only_what_the_database_could_not_do_is_an_outage() -> None:
    assert is_outage(InterfaceError("the connection is closed"))
    assert not is_outage(DataError("too long"))
    assert not is_outage(ValueError("something else"))
    assert not is_outage(None)
