"""A broken plugin stops the start."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from analytics.plugins import PluginError, discover

Make = Callable[..., ModuleType]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a package of modules with the given texts."""
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "plugged"
    folder.mkdir()
    (folder / "__init__.py").touch()

    def make(**modules: str) -> ModuleType:
        for name, text in modules.items():
            (folder / f"{name}.py").write_text(text)
        import importlib

        return importlib.import_module("plugged")

    yield make
    for name in [name for name in sys.modules if name.split(".")[0] == "plugged"]:
        del sys.modules[name]


def test_the_file_name_is_the_id(package: Make) -> None:
    assert discover(package(b="X = 2", a="X = 1"), "X", int) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Y = 1", "plugged.oops does not define X"),
        ("X = 'text'", "X in plugged.oops is not a int"),
        ("class N(int):\n    name = 'other'\nX = N(1)", "X in plugged.oops is called 'other'"),
    ],
)
def test_a_module_that_is_no_plugin_is_named(package: Make, text: str, reason: str) -> None:
    with pytest.raises(PluginError, match=reason):
        discover(package(oops=text), "X", int)


def test_a_module_that_cannot_be_imported_raises(package: Make) -> None:
    with pytest.raises(ModuleNotFoundError):
        discover(package(oops="import nothing_of_that_name"), "X", int)
