"""Takes many values out of a record at once, as fast as if it were written out by hand."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from analytics.jsonlog.values import Payload

# Dotted, or the names one by one where there are points in them.
Path = str | tuple[str, ...]
NOTHING: Payload = {}


@lru_cache(maxsize=256)
def taker(paths: tuple[Path, ...]) -> Callable[[Payload], tuple[Any, ...]]:
    """A function that gives what stands at each of these paths, None where nothing does.

    It is compiled, as a named tuple's methods are: for a log's every record, a loop over paths
    would take longer than the parser. Paths are a source's own constants, never a log's text.
    """
    getters: dict[tuple[str, ...], str] = {(): "get"}
    lines = ["def take(record):", " get = record.get"]
    wanted = [_getter(names[:-1], getters, lines) for names in map(_names, paths)]
    values = [f"{of}({_names(path)[-1]!r})" for of, path in zip(wanted, paths, strict=True)]
    lines.append(f" return ({', '.join(values)},)")
    space: dict[str, Any] = {"nothing": NOTHING.get}
    exec("\n".join(lines), space)  # noqa: S102
    take: Callable[[Payload], tuple[Any, ...]] = space["take"]
    return take


def _names(path: Path) -> Sequence[str]:
    return path.split(".") if isinstance(path, str) else path


def _getter(names: Sequence[str], getters: dict[tuple[str, ...], str], lines: list[str]) -> str:
    """The variable that gets what is in the object at a path; lines that set it, where need be."""
    key = tuple(names)
    if key not in getters:
        outer = _getter(key[:-1], getters, lines)
        getters[key] = name = f"get{len(getters)}"
        lines.append(f" {name} = {outer}({key[-1]!r})")
        lines.append(f" {name} = {name}.get if type({name}) is dict else nothing")
    return getters[key]
