"""Columns about packages: what commands install and added lines pin, made while rules ask."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.detection.derived import DERIVED, Derived, Stored
from analytics.detection.patterns import Pattern
from analytics.detection.pins import Pin, of_added, of_command
from analytics.detection.vulnerable import Vulnerabilities

COMMAND, ADDED = "process.command_line", "git.added"
# Where there can be a pin at all; a literal of each stands wherever it matches.
INSTALLS = Pattern(
    r"(?is:(?:pip|conda|mamba|poetry|pdm|pixi|uvx?|easy_install)\S*\s.*"
    r"(?:install|add|create|update|download|wheel|with)\s.*(?:[=<~@^]|\.whl|\.tar\.gz|\.zip))",
    frozenset({"install", "add ", "create ", "update ", "download ", "wheel ", "with "}),
)
PINS = Pattern(
    r"(?is:(?:requirements|constraints|environment|conda|pyproject\.toml|setup\.|pipfile|meta\.ya?ml"
    r"|pixi\.toml|install).*(?:[=<~@^]|\.whl|\.tar\.gz|\.zip))",
    frozenset(
        {
            *("requirements", "constraints", "environment", "conda", "pyproject.toml", "setup."),
            *("pipfile", "meta.y", "pixi.toml", "install"),
        }
    ),
)
READERS: Mapping[str, tuple[Pattern, Callable[[str], tuple[Pin, ...]]]] = {
    COMMAND: (INSTALLS, of_command),
    ADDED: (PINS, of_added),
}
OF = frozenset(READERS)
LIST = "vulnerable_packages"  # the watch-list
OF_LIST = frozenset({"package.vulnerability", "package.vulnerable"})
NAMES = OF_LIST | {"package.name", "package.version"}


def derived(known: Vulnerabilities) -> Mapping[str, Derived]:
    """All derived columns, of which two tell what is known of packages."""
    return {
        **DERIVED,
        "package.name": _lists(lambda pins: list(dict.fromkeys(pin.name for pin in pins))),
        "package.version": _lists(lambda pins: list(dict.fromkeys(pin.version for pin in pins))),
        "package.vulnerability": _lists(known.ids),
        "package.vulnerable": Derived(OF, partial(_told, known), rare=True),
    }


def _lists(tell: Callable[[Sequence[Pin]], list[str]]) -> Derived:
    """A column of lists, null where there is nothing to tell."""

    def cut(stored: Stored) -> pa.Array:
        rows = {row: told for row, pins in _pinned(stored).items() if (told := tell(pins))}
        counts = np.zeros(len(stored(COMMAND)), dtype=np.int32)
        counts[list(rows)] = [len(told) for told in rows.values()]
        offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        texts = [text for row in sorted(rows) for text in rows[row]]
        return pa.ListArray.from_arrays(
            pa.array(offsets), pa.array(texts, pa.string()), mask=pa.array(counts == 0)
        )

    return Derived(OF, cut, rare=True)


def _told(known: Vulnerabilities, stored: Stored) -> pa.Array:
    told: list[str | None] = [None] * len(stored(COMMAND))
    for row, pins in _pinned(stored).items():
        told[row] = known.told(pins)
    return pa.array(told, pa.string())


def _pinned(stored: Stored) -> dict[int, list[Pin]]:
    """The rows in which something is pinned; each text is read once."""
    found: dict[int, list[Pin]] = {}
    for column, (where, read) in READERS.items():
        texts = stored(column)
        chosen = pc.match_substring_regex(texts, where.regex).fill_null(False)
        rows = np.flatnonzero(np.asarray(chosen))
        read_once: dict[str, tuple[Pin, ...]] = {}
        for row, text in zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True):
            if text not in read_once:
                read_once[text] = read(text)
            if read_once[text]:
                found.setdefault(row, []).extend(read_once[text])
    return found


UNKNOWING = derived(Vulnerabilities())  # where no list of vulnerable packages is at hand
