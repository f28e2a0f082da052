import os
import socket
from pathlib import Path

import pytest

from auditapp.ingest.files import find


def reasons(folder: Path) -> dict[str, str | None]:
    """Each file below a folder with the reason why it is no log."""
    return {str(found.path.relative_to(folder)): found.reason for found in find(folder)}


def test_every_file_of_a_folder_is_found_in_order(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert list(reasons(tmp_path)) == ["a", "b/1", "b/2"]


def test_what_is_no_file_is_told_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        Path("loop").symlink_to("loop")
        Path("gone").symlink_to("nowhere")
        Path("up").symlink_to("..")
        Path("folder").mkdir()
        Path("folder/again").symlink_to("../folder")
        assert reasons(tmp_path) == {
            "pipe": "a pipe",
            "socket": "a socket",
            "loop": "too many levels of symbolic links",
            "gone": "no such file or directory",
            "up": "a link to a folder",
            "folder/again": "a link to a folder",
        }


def test_a_link_to_a_log_is_followed(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("x")
    (tmp_path / "link").symlink_to("log")
    assert reasons(tmp_path) == {"log": None, "link": None}


def test_context_files_are_for_import(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person,accounts\n")
    (tmp_path / "truth.json").write_text("{}")
    assert reasons(tmp_path) == {
        "people.csv": "import it with manage.py import",
        "truth.json": "the truth of a simulation, no log",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert reasons(tmp_path) == {"closed": "permission denied"}
