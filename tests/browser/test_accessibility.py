"""No page has what axe-core (4.12) calls a violation, in either size and scheme."""

from importlib.resources import files
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.browsing import page_of, settle, sign_in
from tests.browser.screenshots import addresses, expect_some, look_into
from tests.browser.serving import NAME, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1800)]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RUN = "axe.run(document, {rules: {'target-size': {enabled: true}}})"  # WCAG 2.2's is off otherwise


def violations(page: Page, path: str) -> list[str]:
    """What axe-core finds on a page: the rule, and of each place how it begins."""
    page.goto(path)
    settle(page)
    page.evaluate(AXE)
    found = page.evaluate(RUN)["violations"]
    return [f"{path} {one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_no_page_keeps_anybody_out(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    with page_of(browser, address, width=width, scheme=scheme) as (page, complaints):
        sign_in(page, NAME, PASSWORD)
        look_into(page)
        expect_some(page)
        paths = [*addresses(page).values(), "/events/?q=a:(b", "/events/?q=nothing", "/victims/"]
        found = [one for path in paths for one in violations(page, path)]
    assert not found, "\n".join(found)
    assert complaints == []
