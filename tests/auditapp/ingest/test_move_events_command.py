"""manage.py move-events and upgrade-events, as an operator runs them."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analytics.store import open_store
from analytics.store.base import Question
from auditapp.eventstore import store
from tests.analytics.store.samples import event, shell, table


@pytest.fixture(autouse=True)
def _own_lake(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()


def said(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_it_tells_each_day_what_is_proved_and_how_to_switch_over(tmp_path: Path) -> None:
    store().append(shell(150))
    to = (tmp_path / "other").as_uri()
    told = said("move-events", "--to", to)
    assert "1/2  2026-01-30  120 events, hash " in told
    assert "2 days: 150 events, hash " in told
    assert "Nothing is missing there." in told
    assert "set EVENT_STORE_URL" in told
    store().append(table([event(1_000)]))
    assert "1/1  2026-01-31  31 events" in said("move-events", "--to", to)
    other = open_store(to)
    assert other.count(Question()) == 151
    other.close()


def test_what_cannot_be_is_one_clear_line(settings: Any, tmp_path: Path) -> None:
    for to, reason in (
        (settings.EVENT_STORE_URL, "in use"),
        ("ftp://elsewhere", "event store"),
        ("http://127.0.0.1:9/none", "Connection"),
    ):
        with pytest.raises(CommandError, match=reason):
            said("move-events", "--to", to)


def test_no_password_is_kept_or_shown(settings: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as told:
        said("move-events", "--to", "http://user:secret@127.0.0.1:9/none")
    assert "secret" not in str(told.value)


def test_the_lake_needs_no_upgrade() -> None:
    assert "nothing to do" in said("upgrade-events")
