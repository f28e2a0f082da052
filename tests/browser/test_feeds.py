"""Feeds, tokens and destinations with the keyboard alone, and with hostile names."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import page_of, settle, sign_in
from tests.browser.serving import NAME, PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("one site in a browser"),
]
HOSTILE = '<img src=x onerror=alert(7)>"><script>alert(8)</script>'


@pytest.fixture
def walk(browser: Browser, address: str) -> Iterator[Page]:
    """A page that is signed in; fails the test afterwards if the browser complained."""
    with page_of(browser, address) as (page, complaints):
        sign_in(page, NAME, PASSWORD)
        yield page
        assert complaints == []


def test_a_token_is_issued_and_revoked_with_the_keyboard(walk: Page) -> None:
    walk.goto("/tokens/")
    walk.get_by_label("Name: what will use it").focus()
    walk.keyboard.type(HOSTILE)
    walk.get_by_label(re.compile("Feeds to send to")).focus()
    walk.keyboard.type(HOSTILE)
    walk.get_by_role("button", name="Issue it").focus()
    walk.keyboard.press("Enter")
    expect(walk.locator("code.secret")).to_have_text(re.compile("^fe_"))
    assert walk.locator("main img").count() == 0
    walk.goto("/tokens/")
    expect(walk.locator("code.secret")).to_have_count(0)
    row = walk.locator("tbody tr").filter(has_text=HOSTILE).first
    row.locator("summary").focus()
    walk.keyboard.press("Enter")
    row.get_by_role("button", name="Revoke now").focus()
    walk.keyboard.press("Enter")
    expect(walk.locator(".messages")).to_contain_text("is revoked")


def test_a_feed_is_told_what_is_usual_with_the_keyboard(walk: Page) -> None:
    walk.goto("/feeds/")
    settle(walk)
    walk.get_by_role("link", name="<img src=x onerror=alert(5)>").focus()
    walk.keyboard.press("Enter")
    walk.get_by_label("An alarm is raised").select_option("set")
    walk.get_by_role("spinbutton", name="Minutes").fill("90")
    walk.keyboard.press("Enter")
    expect(walk.locator(".messages")).to_contain_text("was changed")
    expect(walk.get_by_text("silent from 1 h 30 min on")).to_be_visible()
    assert walk.locator("main img").count() == 0


def test_a_destination_is_added_and_its_test_told_of(walk: Page) -> None:
    walk.goto("/outgoing/")
    walk.get_by_label("Name").fill(HOSTILE)
    walk.get_by_label("Address").fill("https://127.0.0.1:1/hook")
    walk.get_by_label("alerts", exact=True).check()
    walk.get_by_role("button", name="Add it").focus()
    walk.keyboard.press("Enter")
    expect(walk.locator("code.secret")).to_have_text(re.compile("^whsec_"))
    walk.locator("tbody tr").filter(has_text=HOSTILE).locator("summary").first.click()
    walk.get_by_role("button", name="Send a test").first.click()
    expect(walk.locator(".messages")).to_contain_text("is not public and not allowed")
    assert walk.locator("main img").count() == 0


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_wider_than_the_screen(browser: Browser, address: str, width: int) -> None:
    with page_of(browser, address, width=width, scheme="dark") as (page, complaints):
        sign_in(page, NAME, PASSWORD)
        for path in ("/feeds/", "/tokens/", "/outgoing/"):
            page.goto(path)
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert complaints == [], path
