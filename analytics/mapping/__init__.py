"""A site's own log formats, each described by a YAML file instead of written in Python."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from analytics.event import Source
from analytics.mapping.checks import Refusal
from analytics.mapping.description import described
from analytics.mapping.source import source_of


class Refused(NamedTuple):
    """A mapping file that is not used, and why: the key and what is wrong with it."""

    path: Path
    reason: str


class Mappings(NamedTuple):
    """The log sources that mapping files make, by name, and the files that make none."""

    sources: dict[str, Source]
    refused: tuple[Refused, ...]


def load(folder: Path) -> Mappings:
    """What the `*.yml` and `*.yaml` files of a folder describe; nothing where it does not exist.

    A file that is wrong in anything is refused whole, and does not stop the rest.
    """
    sources: dict[str, Source] = {}
    refused: list[Refused] = []
    for path in _files(folder):
        try:
            description = described(path.read_bytes())
            if description.name in sources:
                raise Refusal(f"name: {description.name} is described by another file")
            sources[description.name] = source_of(description)
        except (Refusal, OSError) as error:
            refused.append(Refused(path, str(error)))
    return Mappings(sources, tuple(refused))


def _files(folder: Path) -> Iterable[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in (".yml", ".yaml"))
