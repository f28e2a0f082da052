"""Columns that are cut out of others."""

from typing import Any

import pytest

from analytics.detection.columns import View
from analytics.detection.examples import events_of
from analytics.detection.logsources import LogSource

ANY = LogSource(name="any", where=())


def cut(column: str, event: dict[str, Any]) -> Any:
    return View(events_of([event], ANY)).array(column)[0].as_py()


@pytest.mark.parametrize(
    ("event", "image"),
    [
        (
            {"process.executable": "/usr/bin/python3.11", "process.args": ["/x"]},
            "/usr/bin/python3.11",
        ),
        ({"process.name": "sudo", "process.args": ["/usr/bin/rm", "-r"]}, "/usr/bin/rm"),
        ({"process.name": "rm", "process.args": ["rm", "/usr/bin/x"]}, "/rm"),
        ({"process.name": "rm", "process.args": []}, "/rm"),
        ({"process.name": "rm"}, "/rm"),
        ({}, None),
    ],
)
def test_a_program_is_told_by_its_path_else_as_it_was_called_else_by_its_name(
    event: dict[str, Any], image: str | None
) -> None:
    assert cut("process.image", event) == image


@pytest.mark.parametrize(
    ("address", "domain", "path", "extension"),
    [
        ("/a/b.zip?x=1.exe", None, "/a/b.zip", "zip"),
        ("http://ana@hub.example:80/x.y/z", "hub.example", "/x.y/z", None),
        ("https://hub.example", "hub.example", None, None),
        ("hub.example:443", "hub.example", None, None),
        ("http://[::1]:9/a.tar.gz#f", "[::1]", "/a.tar.gz", "gz"),
        ("/a.b/?f=/c.exe", None, "/a.b/", None),
        ("*", None, None, None),
        (None, None, None, None),
    ],
)
def test_an_address_is_parted(
    address: str | None, domain: str | None, path: str | None, extension: str | None
) -> None:
    event = {"url.original": address}
    assert cut("url.domain", event) == domain
    assert cut("url.path", event) == path
    assert cut("url.extension", event) == extension
