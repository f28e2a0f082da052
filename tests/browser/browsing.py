"""A real browser that tells everything a page complains about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LISTEN = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), headless=True, args=list(FLAGS)
        )
        yield browser
        browser.close()


@contextmanager
def page_of(
    browser: Browser,
    address: str,
    *,
    width: int = 1440,
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[tuple[Page, list[str]]]:
    """A page of the site at `address`, and the list of what it complains about."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text}")

    def thrown(error: Error) -> None:
        complaints.append(f"thrown: {error.message}")

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the walk went on before it was answered
            complaints.append(f"failed: {request.url} {request.failure}")

    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.on("console", heard)
    page.on("pageerror", thrown)
    page.on("requestfailed", failed)
    yield page, complaints
    context.close()


def sign_in(page: Page, name: str, password: str) -> None:
    """Signs in by the form and waits for the first page."""
    page.goto("/sign-in/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def follow(page: Page, link: Locator) -> None:
    """Clicks and waits for the page that it leads to: what is asked next is asked of that one."""
    with page.expect_navigation():
        link.click()


def settle(page: Page) -> None:
    """Scrolls through the page, so that every panel is fetched, and waits until all are drawn."""
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    for top in range(0, height, 400):
        page.evaluate("top => scrollTo(0, top)", top)
        page.wait_for_timeout(60)
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=30_000)
    page.wait_for_timeout(200)
