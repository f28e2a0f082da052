"""Columns that no event stores: they are cut out of others while rules look at them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*://"
BEFORE_PATH = rf"^(?:{SCHEME}[^/?#]*)?"  # proxies tell an address with its host, servers without

Stored = Callable[[str], pa.Array]  # a column of the events by its name


@dataclass(frozen=True, slots=True)
class Derived:
    """A column that is filled where one of `of` is; `cut` makes it. One that is `rare` is filled
    in so few rows that it is only cut for those that a rule still asks about."""

    of: frozenset[str]
    cut: Callable[[Stored], pa.Array]
    rare: bool = False


def _program(stored: Stored) -> pa.Array:
    """The program's path: as the system knows it, else as it was called, else /name."""
    called = stored("process.args[0]")
    path = pc.if_else(pc.starts_with(called, "/"), called, None)
    name = pc.binary_join_element_wise("", stored("process.name"), "/")
    return pc.coalesce(stored("process.executable"), path, name)


def _part(regex: str) -> Derived:
    """The part of an address that the group `part` of an RE2 expression names."""

    def cut(stored: Stored) -> pa.Array:
        return pc.struct_field(pc.extract_regex(stored("url.original"), regex), "part")

    return Derived(frozenset({"url.original"}), cut)


DERIVED: Mapping[str, Derived] = {
    "process.image": Derived(
        frozenset({"process.executable", "process.args", "process.name"}), _program
    ),
    "url.domain": _part(
        rf"^(?:{SCHEME})?(?:[^/?#@]*@)?(?P<part>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]+)?(?:[/?#]|$)"
    ),
    "url.path": _part(rf"{BEFORE_PATH}(?P<part>/[^?#]*)"),
    "url.extension": _part(
        rf"{BEFORE_PATH}/(?:[^?#]*/)?[^/?#]*\.(?P<part>[A-Za-z0-9]{{1,10}})(?:[?#]|$)"
    ),
}
