"""Slots count across processes, and a slot whose holder is gone is free."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from auditapp.ingest import slots

TOKEN, OTHER = ApiToken(pk=1), ApiToken(pk=2)
HOLD = (
    "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); "
    "print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture(autouse=True)
def two(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token has two slots, and nobody waits for one."""
    settings.HOME, settings.TOKEN_BODIES = tmp_path, 2
    monkeypatch.setattr(slots, "WAIT_SECONDS", 0)


def test_a_token_has_so_many_slots_and_another_its_own() -> None:
    with slots.held(TOKEN), slots.held(TOKEN):
        with pytest.raises(slots.NoSlot, match="2 bodies of this token"), slots.held(TOKEN):
            pass
        with slots.held(OTHER):
            pass
    with slots.held(TOKEN):
        pass


def test_a_slot_that_another_process_held_is_free_when_it_is_killed(tmp_path: Path) -> None:
    with slots.held(TOKEN):
        pass
    path = tmp_path / "slots" / "token-1-0"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    with slots.held(TOKEN):
        with pytest.raises(slots.NoSlot), slots.held(TOKEN):
            pass
        holder.kill()
        holder.communicate()
        with slots.held(TOKEN):
            pass


def test_a_process_keeps_threads_for_its_pages(settings: Settings) -> None:
    settings.TOKEN_BODIES = 1000
    with ExitStack() as stack:
        for _ in range(settings.BODIES):
            stack.enter_context(slots.held(None))
        with pytest.raises(slots.NoSlot, match="too many"), slots.held(None):
            pass
    with slots.held(TOKEN):
        pass
