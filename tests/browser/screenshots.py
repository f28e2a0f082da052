"""Draws every page of a simulated organisation: python -m tests.browser.screenshots FOLDER"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.browser.browsing import chromium, follow, page_of, settle, sign_in
from tests.browser.serving import NAME, PASSWORD, organised, served

SIZES: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (1440, "light"),
    (1440, "dark"),
    (390, "light"),
    (390, "dark"),
)
PAGES = {
    "overview": "/",
    "people": "/people/",
    "identities": "/identities/",
    "unknown-accounts": "/identities/unknown/",
    "import": "/identities/import/",
    "circumstances": "/identities/circumstances/",
    "events": "/events/?range=30d",
    "alerts": "/alerts/",
    "cases": "/cases/?state=any",
    "isolation": "/isolation/",
    "review": "/review/",
    "traces": "/traces/",
    "victims": "/victims/?since=",
    "feeds": "/feeds/",
    "dead-letters": "/dead-letters/",
    "tokens": "/tokens/",
    "outgoing": "/outgoing/",
    "readiness": "/readiness/",
    "detections": "/detections/",
    "rule": "/detections/scancel_of_others/",
    "dismissals": "/dismissals/",
    "exceptions": "/exceptions/",
    "exception-new": "/exceptions/new/?rule=kill_with_sudo",
}


def addresses(page: Page) -> dict[str, str]:
    """The pages by name; those of one person, event, feed and batch are found by walking."""
    found = dict(PAGES)
    found["person"] = _first(page, "/", ".ranking tbody th a")
    found["identity"] = _first(page, "/identities/", "tbody th a")
    found["event"] = _first(page, "/alerts/", ".alert-list a.strong")
    found["case-open"] = f"/cases/open/?alert={_value(page, '/alerts/', 'input[name=alert]')}"
    found["case"] = _first(page, "/cases/?state=any", "tbody th a")
    found["exception"] = _first(page, "/exceptions/?standing=active", "tbody th a.strong")
    found["feed"] = _first(page, "/feeds/", "tbody th a")
    found["batch"] = _first(page, found["feed"], "[aria-labelledby=batches] tbody a")
    return found


def _value(page: Page, address: str, selector: str) -> str:
    page.goto(address)
    return page.locator(selector).first.input_value()


def look_into(page: Page) -> None:
    """Opens a case from two alerts, with a pinned event and a note."""
    page.goto("/alerts/?order=severity")
    for box in page.locator("input[name=alert]").all()[:2]:
        box.check()
    follow(page, page.get_by_role("button", name="Add chosen alerts to the case"))
    page.get_by_label("In hand of").select_option(NAME)
    follow(page, page.get_by_role("button", name="Open it"))
    follow(page, page.locator("[aria-labelledby=alerts] a.strong").first)
    page.get_by_role("combobox", name="Case").select_option(index=1)
    page.get_by_label("Why it matters").fill("No ticket asks for this, and nobody was told.")
    follow(page, page.get_by_role("button", name="Pin this event"))
    page.get_by_role("textbox", name="Note").fill("Asked the team: nobody knows of it.")
    follow(page, page.get_by_role("button", name="Add the note"))


def expect_some(page: Page) -> None:
    """Hides alerts of one rule for a while, and proposes to hide all on a host."""
    asked = "rule=team_checkpoint_changed&field1=object&how1=begins&value1=/shared/"
    page.goto(f"/exceptions/new/?{asked}&begin={datetime.now(UTC) - timedelta(days=30):%Y-%m-%d}")
    page.get_by_label("Reason").fill("The team averages checkpoints there until the release.")
    follow(page, page.get_by_role("button", name="Hide them"))
    page.goto("/exceptions/new/?host=login01")
    page.get_by_label("Reason").fill("<b>The image</b> of this host is tested.")
    follow(page, page.get_by_role("button", name="Propose it"))


def _first(page: Page, address: str, selector: str) -> str:
    page.goto(address)
    return page.locator(selector).first.get_attribute("href") or "/"


def draw(browser: Browser, address: str, folder: Path) -> None:
    """Every page in every size, as FOLDER/page-width-scheme.png."""
    with page_of(browser, address) as (page, _):
        sign_in(page, NAME, PASSWORD)
        look_into(page)
        expect_some(page)
    for width, scheme in SIZES:
        with page_of(browser, address, width=width, scheme=scheme) as (page, _):
            sign_in(page, NAME, PASSWORD)
            for name, path in addresses(page).items():
                page.goto(path)
                settle(page)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)


def main(folder: Path) -> None:
    """Simulates, serves and draws."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        installation = organised(Path(place) / "home", Path(place), people=24, days=30)
        with served(installation) as address, chromium() as browser:
            draw(browser, address, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
