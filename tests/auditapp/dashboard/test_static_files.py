"""What browsers load: out of pinned packages, whole, and without needing a looser policy."""

import hashlib
import re
from pathlib import Path

from django.contrib.staticfiles.finders import find, get_finders
from django.test import Client
from django.urls import reverse

from auditapp.dashboard.finders import PlotlyFinder

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "auditapp/dashboard/templates"

# BLAKE2 of what the pinned packages carry: a new version is looked at before it is served.
PINNED = {
    "vendor/plotly/plotly.min.js": "456696879d27748febe891caa3e369f0118292a1",
    "django_htmx/htmx-2.min.js": "668d33227bb6cff083d359923dce44f9a9f03a8c",
}


def source(name: str) -> Path:
    """The file that is served under that name."""
    found = find(name)
    assert isinstance(found, str)
    return Path(found)


def test_the_scripts_of_others_are_those_of_the_pinned_packages() -> None:
    digests = {
        name: hashlib.blake2b(source(name).read_bytes(), digest_size=20).hexdigest()
        for name in PINNED
    }
    assert digests == PINNED
    assert all("site-packages" in source(name).parts for name in PINNED)


def test_nothing_else_of_the_plotly_package_is_served() -> None:
    assert find("vendor/plotly/widgetbundle.js") is None
    assert find("vendor/plotly/../validators.py") is None
    plotly = next(finder for finder in get_finders() if isinstance(finder, PlotlyFinder))
    assert [name for name, _ in plotly.list(None)] == ["plotly.min.js"]


def test_each_style_sheet_that_plotly_would_write_has_a_stand_in() -> None:
    """Plotly leaves a sheet out where an element of its id stands in the page already."""
    script = source("vendor/plotly/plotly.min.js").read_text()
    written = set(re.findall(r'getElementById\("([0-9a-f]{64})"\)', script))
    page = (TEMPLATES / "figures.html").read_text()
    assert written
    assert all(f'id="{name}"' in page for name in written)
    assert '"plotly.js-style-"+' in script
    assert re.search(r'id="plotly\.js-style-global" class="no-inline-styles"', page)


def test_no_template_needs_inline_script_or_style_or_another_site() -> None:
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|https?://", text), template
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), template


def test_no_style_or_script_of_ours_loads_from_another_site() -> None:
    for file in (ROOT / "auditapp/dashboard/static").rglob("*.[cj]s*"):
        assert not re.search(r"https?://|@import|url\(", file.read_text()), file


def test_the_policy_is_strict_on_every_page(client: Client, db: None) -> None:
    policy = client.get(reverse("sign-in"))["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


def test_pages_of_people_are_kept_in_no_cache(analyst: Client) -> None:
    assert "no-store" in analyst.get(reverse("overview"))["Cache-Control"]
