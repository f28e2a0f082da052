"""`manage.py simulate`: writes a site folder, and says clearly what it cannot do."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def test_it_writes_a_site_folder_and_says_what_is_in_it(tmp_path: Path) -> None:
    out = StringIO()
    site = tmp_path / "site"
    options = ("--people", "6", "--days", "3", "--until", "2026-02-27")
    call_command("simulate", "--out", str(site), *options, stdout=out)
    assert "6 people from 2026-02-25 to 2026-02-27; 1 insiders" in out.getvalue()
    assert (site / "truth.json").exists()


def test_no_scenario_name_means_nobody_does_harm(tmp_path: Path) -> None:
    site = tmp_path / "site"
    options = ("--people", "6", "--days", "2", "--until", "2026-02-27", "--scenario")
    call_command("simulate", "--out", str(site), *options, stdout=StringIO())
    assert json.loads((site / "truth.json").read_text())["insiders"] == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--scenario", "spy"), "no scenario 'spy'; there are"),
        (("--people", "1"), "1 people are too few"),
        (("--people", "many"), "invalid int value: 'many'"),
        (("--days", "-3"), "-3 days are too few"),
        (("--until", "soon"), "'soon' is no day; say YYYY-MM-DD"),
    ],
)
def test_bad_options_are_one_clear_line(
    tmp_path: Path, options: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(CommandError, match=reason) as error:
        call_command("simulate", "--out", str(tmp_path / "site"), *options)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "site").exists()


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("simulate", "--out", str(tmp_path))
