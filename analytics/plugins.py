"""Finds plugins: every module of a package is one, and its file name is its id."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


class PluginError(Exception):
    """A module in a plugin package is no plugin; the message names it and what is missing."""


def discover(package: ModuleType, constant: str, kind: type[T]) -> dict[str, T]:
    """The value of `constant` in each module of `package`, by file name, in alphabetical order.

    Raises PluginError for a module that lacks the constant, whose constant is not a `kind`, or
    whose plugin calls itself otherwise than its file: a broken plugin stops the start.
    """
    found: dict[str, T] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        name = f"{package.__name__}.{module.name}"
        plugin = getattr(importlib.import_module(name), constant, None)
        if plugin is None:
            raise PluginError(f"{name} does not define {constant}")
        if not isinstance(plugin, kind):
            raise PluginError(f"{constant} in {name} is not a {kind.__name__}")
        if getattr(plugin, "name", module.name) != module.name:
            raise PluginError(f"{constant} in {name} is called {plugin.name!r}")  # type: ignore[attr-defined]
        found[module.name] = plugin
    return found
