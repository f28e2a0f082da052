"""A case from two alerts to its decision, with the mouse and by keyboard alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.browsing import follow, page_of, settle, sign_in
from tests.browser.serving import NAME, PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("one site in a browser"),
]
HOSTILE = '<img src=x onerror=alert(9)>"><script>alert(10)</script>'


@pytest.fixture
def walk(browser: Browser, address: str) -> Iterator[Page]:
    """A page that is signed in; fails the test afterwards if the browser complained."""
    with page_of(browser, address) as (page, complaints):
        sign_in(page, NAME, PASSWORD)
        yield page
        assert complaints == []


def press(page: Page, what: Locator, key: str = "Enter") -> None:
    """Goes to it and presses the key: what a keyboard cannot reach fails."""
    what.focus()
    expect(what).to_be_focused()
    page.keyboard.press(key)


def go(page: Page, what: Locator) -> None:
    """The same, and waits for the page that it leads to."""
    with page.expect_navigation():
        press(page, what)


def opened(page: Page, title: str, alerts: int = 2) -> str:
    """Opens a case from alerts by keyboard alone; its address."""
    page.goto("/alerts/?state=any")
    for box in page.locator("input[name=alert]").all()[:alerts]:
        press(page, box, "Space")
        expect(box).to_be_checked()
    go(page, page.get_by_role("button", name="Add chosen alerts to the case"))
    page.get_by_label("Title").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(title)
    go(page, page.get_by_role("button", name="Open it"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    return page.url


def number_of(address: str) -> str:
    """The case's key in an address."""
    found = re.search(r"/cases/(\d+)/", address)
    assert found
    return found[1]


def test_a_case_is_opened_filled_decided_and_closed_by_keyboard_alone(walk: Page) -> None:
    case = opened(walk, "Who killed the jobs?")
    expect(walk.locator("[aria-labelledby=alerts] .alert-list > li")).to_have_count(2)
    go(walk, walk.locator("[aria-labelledby=alerts] a.strong").first)
    choice = walk.get_by_role("combobox", name="Case")
    choice.focus()
    walk.keyboard.type(f"C-{number_of(case)}")
    expect(choice).to_have_value(number_of(case))
    walk.get_by_label("Why it matters").focus()
    walk.keyboard.type(HOSTILE)
    go(walk, walk.get_by_role("button", name="Pin this event"))
    expect(walk.locator(".timeline li")).to_contain_text([HOSTILE])
    walk.get_by_role("textbox", name="Note").focus()
    walk.keyboard.type(HOSTILE)
    go(walk, walk.get_by_role("button", name="Add the note"))
    expect(walk.locator(".notes")).to_contain_text(HOSTILE)
    press(walk, walk.get_by_label("confirmed"), "Space")
    walk.get_by_label("Reason").focus()
    walk.keyboard.type("Seen by two people.")
    go(walk, walk.get_by_role("button", name="Close the case"))
    expect(walk.locator(".case-head")).to_contain_text("closed: confirmed")
    expect(walk.locator("[aria-labelledby=history]")).to_contain_text("set the decision to")
    assert walk.locator("main img").count() == 0
    go(walk, walk.locator(".timeline a.strong").first)
    expect(walk.locator("pre.raw")).to_be_visible()


def test_who_was_overtaken_is_told_and_loses_nothing(browser: Browser, address: str) -> None:
    with (
        page_of(browser, address) as (one, complaints),
        page_of(browser, address) as (other, _),
    ):
        sign_in(one, NAME, PASSWORD)
        sign_in(other, NAME, PASSWORD)
        other.goto(opened(one, "Two at once"))
        other.get_by_label("Severity").select_option("low")
        follow(other, other.get_by_role("button", name="Keep the changes"))
        one.get_by_label("Title").fill("A better title")
        follow(one, one.get_by_role("button", name="Keep the changes"))
        said = re.compile("changed the severity from .* to")
        expect(one.get_by_role("alert")).to_contain_text(said)
        expect(one.get_by_label("Title")).to_have_value("A better title")
        assert [text for text in complaints if "409" not in text] == []
        follow(one, one.get_by_role("button", name="Keep the changes"))
        expect(one.get_by_role("heading", level=1)).to_contain_text("A better title")


def test_a_person_is_linked_from_their_page_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, NAME, PASSWORD)
    page.goto("/people/")
    name = page.locator(".ranking tbody th a").first.inner_text()
    follow(page, page.locator(".ranking tbody th a").first)
    follow(page, page.get_by_role("button", name="Link this person"))
    page.get_by_label("Title").fill("About one person")
    follow(page, page.get_by_role("button", name="Open it"))
    expect(page.get_by_role("region", name="People")).to_contain_text(name)
    follow(page, page.get_by_role("button", name=f"Take out {name}"))
    expect(page.get_by_role("region", name="People")).to_contain_text("Nobody is linked yet")
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_about_cases_is_complained_about_or_wider_than_the_screen(
    browser: Browser, address: str, width: int
) -> None:
    with page_of(browser, address, width=width, scheme="dark") as (page, complaints):
        sign_in(page, NAME, PASSWORD)
        case = opened(page, "x" * 150)
        for path in (case, "/cases/?state=any", "/cases/open/?alert=1", "/alerts/"):
            page.goto(path)
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert complaints == [], path
