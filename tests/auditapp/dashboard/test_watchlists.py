"""Watch-lists on the page of detections."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auditapp.cases.rules import forget
from tests.auditapp.dashboard.organisation import HOSTILE
from tests.auditapp.dashboard.test_pages import assert_harmless, read


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A site's folder of watch-lists, looked at anew."""
    settings.WATCHLIST_FOLDERS = [tmp_path]
    forget()
    yield tmp_path
    forget()


def test_the_page_shows_each_list_its_entries_and_where_they_come_from(
    analyst: Client, folder: Path
) -> None:
    (folder / "own_organisations.yml").write_text(
        "mode: replace\nentries: [{value: acme-research, reason: Bought in May}]\n"
    )
    (folder / "jump_hosts.yml").write_text("about: Ways in\nentries: [jump1, jump2]\n")
    page = read(analyst, reverse("rules"))
    for said in ("acme-research", "Bought in May", "Ways in", "jump2", str(folder), "2 entries"):
        assert said in page
    assert "northlab</bdi>" not in page


def test_a_list_that_is_none_is_shown_with_the_reason(analyst: Client, folder: Path) -> None:
    (folder / "own_organisations.yml").write_text("entries: acme\n")
    page = read(analyst, reverse("rules"))
    assert "entries: a list of at most 1000 is needed" in page
    assert "northlab</bdi>" in page


def test_hostile_entries_stay_text(analyst: Client, folder: Path) -> None:
    text = HOSTILE.replace("'", "''")[:150]
    (folder / "own_organisations.yml").write_text(f"entries: [{{value: x, reason: '{text}'}}]\n")
    assert_harmless(read(analyst, reverse("rules")))
