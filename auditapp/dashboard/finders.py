"""Serves Plotly's browser file out of its pinned Python package."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import plotly
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage


class PlotlyFinder(FileSystemFinder):
    """Finds `vendor/plotly/plotly.min.js`, and nothing else of the package."""

    PREFIX = "vendor/plotly"
    NAMES = ("plotly.min.js",)

    def __init__(self, app_names: object = None, *args: object, **kwargs: object) -> None:
        """Called by Django."""
        folder = str(Path(plotly.__file__).parent / "package_data")
        storage = FileSystemStorage(location=folder)
        storage.prefix = self.PREFIX  # type: ignore[attr-defined]
        self.locations = [(self.PREFIX, folder)]
        self.storages = {folder: storage}

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Nothing can be misconfigured here."""
        return []

    def find_location(self, root: str, path: str, prefix: str | None = None) -> str | None:
        """The file's path, or None for any other file."""
        if path not in [f"{self.PREFIX}/{name}" for name in self.NAMES]:
            return None
        return super().find_location(root, path, prefix)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        """What collectstatic takes."""
        for storage in self.storages.values():
            for name in self.NAMES:
                yield name, storage
