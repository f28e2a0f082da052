"""A walk through the site in a real browser: nothing is complained about, hostile text stays
text, and figures are drawn and lead on."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import follow, page_of, settle, sign_in
from tests.browser.serving import NAME, PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("one site in a browser"),
]

PAGES = (
    "/",
    "/people/",
    "/identities/",
    "/identities/unknown/",
    "/identities/import/",
    "/identities/merge/",
    "/identities/give/?account=unix:asilva&use=service",
    "/identities/changes/",
    "/events/?range=30d",
    "/events/?q=a:(b",
    "/events/?q=nothinglikethis",
    "/alerts/?state=any",
    "/cases/",
    "/cases/?state=closed&severity=low",
    "/cases/open/?alert=1&alert=2",
    "/isolation/",
    "/review/",
    "/traces/",
    "/victims/",
    "/victims/?since=&until=",
    "/impact/",
    "/impact/?kind=path&what=/shared",
    "/feeds/",
    "/dead-letters/",
    "/detections/",
    "/detections/history_tampering/",
    "/dismissals/",
    "/exceptions/",
    "/exceptions/new/",
)


@pytest.fixture
def walk(browser: Browser, address: str) -> Iterator[Page]:
    """A page that is signed in; fails the test afterwards if the browser complained."""
    with page_of(browser, address) as (page, complaints):
        sign_in(page, NAME, PASSWORD)
        yield page
        assert complaints == []
        assert page.title() != "owned"


def drawn(page: Page) -> int:
    """How many figures stand on the page."""
    return page.locator(".plot .main-svg").count()


def test_from_signing_in_to_the_raw_line(walk: Page) -> None:
    expect(walk.get_by_role("heading", name="Who needs attention")).to_be_visible()
    settle(walk)
    assert drawn(walk)
    follow(walk, walk.locator(".ranking tbody th a").first)
    settle(walk)
    assert drawn(walk) >= 4
    follow(walk, walk.get_by_role("link", name=re.compile(r"^\d+ events?$")).first)
    settle(walk)
    walk.locator(".events tbody .time a").first.click()
    raw = walk.locator("pre.raw")
    expect(raw).to_be_visible()
    assert raw.inner_text().strip()


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_complained_about_or_wider_than_the_screen(
    browser: Browser, address: str, width: int
) -> None:
    with page_of(browser, address, width=width, scheme="dark") as (page, complaints):
        sign_in(page, NAME, PASSWORD)
        for path in PAGES:
            page.goto(path)
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert complaints == [], path


def test_hostile_commands_are_shown_and_do_nothing(walk: Page) -> None:
    walk.goto("/events/?q=host.name:gpu09&range=24h")
    settle(walk)
    rows = walk.locator(".events tbody tr")
    expect(rows).to_have_count(5)
    expect(rows.filter(has_text="<script>document.title='owned'</script>")).to_have_count(1)
    expect(rows.filter(has_text="⟨U+202E⟩gpj.exe")).to_have_count(1)
    rows.filter(has_text="<img src=x").locator(".time a").click()
    expect(walk.locator("pre.raw")).to_contain_text('"><img src=x onerror=alert(1)>')
    assert walk.locator("img").count() == 0


def test_a_hostile_feed_name_leads_to_its_batches_and_rejected_lines(walk: Page) -> None:
    walk.goto("/feeds/")
    settle(walk)
    walk.get_by_role("link", name="<img src=x onerror=alert(5)>").click()
    walk.get_by_role("region", name="Batches").locator("tbody a").first.click()
    expect(walk.get_by_role("heading", name="Rejected lines")).to_be_visible()
    expect(walk.locator("td code")).to_contain_text("<script>alert(4)</script>")


def test_a_click_on_a_bar_leads_to_its_events(walk: Page) -> None:
    walk.goto("/events/?range=30d")
    settle(walk)
    bars = walk.locator(".plot .bars .point path")
    before = walk.locator("#found").inner_text()
    box = max(
        (bar.bounding_box() for bar in bars.all()), key=lambda box: box["height"] if box else 0
    )
    assert box
    walk.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    walk.wait_for_url(re.compile("from="))
    expect(walk.locator("#found")).not_to_have_text(before)


def test_a_brushed_span_narrows_the_search(walk: Page) -> None:
    walk.goto("/events/?range=30d&q=event.module:shell")
    settle(walk)
    box = walk.locator(".plot .draglayer .nsewdrag").bounding_box()
    assert box
    walk.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    walk.mouse.down()
    walk.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 60, steps=8)
    walk.mouse.up()
    walk.wait_for_url(re.compile(r"from=.*&to="))
    assert "event.module" in walk.url


def test_a_facet_narrows_and_the_address_keeps_it(walk: Page) -> None:
    walk.goto("/events/?range=30d")
    settle(walk)
    walk.locator(".facet .value", has_text="auditd").first.click()
    expect(walk).to_have_url(re.compile("event.dataset"))
    expect(walk.get_by_label("Search", exact=True)).to_have_value(re.compile("auditd"))


def test_a_search_is_answered_in_place(walk: Page) -> None:
    walk.goto("/events/?range=30d")
    walk.get_by_label("Search", exact=True).fill("event.dataset:github_webhook")
    walk.keyboard.press("Enter")
    walk.wait_for_url(re.compile("q=event.dataset"))
    settle(walk)
    assert set(walk.locator(".events tbody td:nth-child(2)").all_inner_texts()) == {
        "github_webhook"
    }


def test_an_alert_is_closed_with_a_reason(walk: Page) -> None:
    walk.goto("/alerts/")
    settle(walk)
    count = walk.locator(".head p.dim").first.inner_text()
    walk.get_by_text("Decide").first.click()
    walk.locator("details.decide[open]").get_by_role("button", name="Close").click()
    closed = re.compile("(is|are) now closed: false positive")
    expect(walk.locator(".messages")).to_contain_text(closed)
    expect(walk.get_by_role("heading", level=1)).to_have_text("Which alerts are expected?")
    walk.goto("/alerts/")
    settle(walk)
    assert walk.locator(".head p.dim").first.inner_text() != count


def test_the_keyboard_skips_to_the_content(walk: Page) -> None:
    walk.goto("/people/")
    walk.keyboard.press("Tab")
    expect(walk.get_by_role("link", name="Skip to the content")).to_be_focused()
    walk.keyboard.press("Enter")
    expect(walk.locator("main")).to_be_focused()


def test_the_chosen_theme_lasts(walk: Page) -> None:
    walk.get_by_role("button", name="Switch between light and dark").click()
    walk.goto("/people/")
    assert walk.locator("html").get_attribute("data-theme") == "dark"


def test_an_unknown_account_is_assigned_with_the_keyboard(walk: Page) -> None:
    walk.goto("/identities/unknown/")
    settle(walk)
    row = walk.locator(".unknown > li").filter(has_text="uid:site/0").first
    row.get_by_role("link", name="Assign…").focus()
    walk.keyboard.press("Enter")
    walk.get_by_label("Use").select_option("service")
    walk.get_by_role("button", name="Show what changes").focus()
    walk.keyboard.press("Enter")
    expect(walk.get_by_text("assessed again")).to_be_visible()
    walk.get_by_role("button", name="Change it").focus()
    walk.keyboard.press("Enter")
    expect(walk.locator(".messages")).to_contain_text("uid:site/0 was changed")
    expect(walk.locator(".unknown > li").filter(has_text="uid:site/0")).to_have_count(0)


def test_one_box_chooses_all_accounts(walk: Page) -> None:
    walk.goto("/identities/unknown/")
    boxes = walk.locator("input[name=chosen]")
    walk.get_by_label("choose all shown").check()
    assert all(box.is_checked() for box in boxes.all())
    walk.get_by_label("choose all shown").uncheck()
    assert not any(box.is_checked() for box in boxes.all())


def test_a_file_is_uploaded_looked_at_and_imported(walk: Page) -> None:
    walk.goto("/identities/import/")
    text = b"person,name,accounts\nx1,New One,unix:newone\n"
    walk.get_by_label("File").set_input_files(
        {"name": "new.csv", "mimeType": "text/csv", "buffer": text}
    )
    walk.get_by_role("button", name="Show what would change").click()
    expect(walk.get_by_text("+ unix:newone")).to_be_visible()
    walk.get_by_role("button", name="Import it").click()
    expect(walk.locator(".messages")).to_contain_text("1 new, 0 changed, 0 unchanged")
