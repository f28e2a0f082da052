"""What a page says when it fails."""

from typing import NoReturn

import pytest
from django.db import OperationalError, connection
from django.test import Client


def away(*_: object) -> NoReturn:
    raise OperationalError("gone: <b>db.internal</b>")


def broken(*_: object) -> NoReturn:
    raise ValueError("a defect")


@pytest.fixture
def browser(analyst: Client) -> Client:
    """One that is answered, as a real one is, whatever was raised."""
    analyst.raise_request_exception = False
    return analyst


@pytest.mark.parametrize("address", ["/", "/people/", "/feeds/", "/dead-letters/"])
def test_a_page_says_that_the_database_is_away(browser: Client, address: str) -> None:
    with connection.execute_wrapper(away):
        answer = browser.get(address)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert b"The database cannot be reached" in answer.content
    assert b"db.internal" not in answer.content


def test_so_does_signing_in(browser: Client) -> None:
    browser.logout()
    with connection.execute_wrapper(away):
        answer = browser.post("/sign-in/", {"username": "ines", "password": "wrong"})
    assert answer.status_code == 503


def test_a_part_of_a_page_gets_a_part(browser: Client) -> None:
    with connection.execute_wrapper(away):
        answer = browser.get("/", headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert answer.content.startswith(b'<div class="state error" role="alert">')


def test_a_defect_is_no_outage(browser: Client) -> None:
    with connection.execute_wrapper(broken):
        answer = browser.get("/")
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content
