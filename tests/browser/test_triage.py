"""Alerts decided by keys alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.browsing import page_of, settle, sign_in
from tests.browser.serving import NAME, PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("one site in a browser"),
]
QUEUE = "/alerts/?state=open&severity=informational"


@pytest.fixture
def queue(browser: Browser, address: str) -> Iterator[Page]:
    """The open alerts of the lowest severity; fails if the browser complained."""
    with page_of(browser, address) as (page, complaints):
        sign_in(page, NAME, PASSWORD)
        page.goto(QUEUE)
        settle(page)
        yield page
        assert complaints == []


def row(page: Page, place: int) -> Locator:
    """The alert that stands at a place of the list."""
    return page.locator("[data-triage] > li").nth(place)


def test_keys_move_choose_open_and_decide(queue: Page) -> None:
    page, keys = queue, queue.keyboard
    keys.press("j")
    expect(row(page, 0)).to_be_focused()
    keys.press("j")
    expect(row(page, 1)).to_be_focused()
    keys.press("k")
    keys.press("x")
    expect(row(page, 0).locator("input[name=alert]")).to_be_checked()
    keys.press("x")
    title = row(page, 0).locator("a.strong").inner_text()
    second = row(page, 1).locator("input[name=alert]").input_value()
    with page.expect_navigation():
        keys.press("a")
    settle(page)
    expect(page.locator(".messages")).to_contain_text(title)
    expect(row(page, 0)).to_be_focused()  # the next alert is at hand
    expect(row(page, 0).locator("input[name=alert]")).to_have_value(second)
    keys.press("e")
    expect(row(page, 0).get_by_role("combobox", name="Reason")).to_be_focused()
    keys.press("j")  # types into the choice, and moves nothing
    keys.press("Escape")
    expect(row(page, 0)).to_be_focused()
    with page.expect_navigation():
        keys.press("o")
    expect(page).to_have_url(re.compile("/events/"))


def test_keys_can_be_turned_off_outside_of_the_list(queue: Page) -> None:
    page, keys = queue, queue.keyboard
    page.locator("body").press("?")
    switch = page.get_by_label("Keys work anywhere on this page")
    switch.uncheck()
    page.reload()
    settle(page)
    expect(switch).not_to_be_checked()
    keys.press("j")
    expect(row(page, 0)).not_to_be_focused()
    row(page, 0).focus()
    keys.press("j")
    expect(row(page, 1)).to_be_focused()
