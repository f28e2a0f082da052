"""What features make of columns: the owner of a model of its name, the folder of a file of its
path."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

FOLDER = r"^(?P<folder>(?:/[^/]+){1,3})/"  # /shared/ckpt/llm-13b: deeper ones come and go
OWNER = r"^(?P<owner>[^/]+)/"


def branch(events: pa.Table) -> pa.ChunkedArray:
    """A branch with its repository."""
    return pc.binary_join_element_wise(events["git.repository"], events["git.branch"], " ")


def folder(events: pa.Table) -> pa.ChunkedArray:
    """The first three folders of file.path, or as many as there are."""
    return _part(events["file.path"], FOLDER)


def hour(events: pa.Table) -> pa.ChunkedArray:
    """The hour of the day, UTC."""
    return pc.hour(events["@timestamp"])


def lines_changed(events: pa.Table) -> pa.ChunkedArray:
    """Lines added and lines deleted; null where neither is told."""
    added, deleted = events["git.lines_added"], events["git.lines_deleted"]
    both = pc.add(pc.fill_null(added, 0), pc.fill_null(deleted, 0))
    told = pc.or_(pc.is_valid(added), pc.is_valid(deleted))
    return pc.if_else(told, both, pa.scalar(None, pa.int64()))


def model_owner(events: pa.Table) -> pa.ChunkedArray:
    """The person or organisation of hf.repo; null for the hub's oldest models, which have none."""
    return _part(events["hf.repo"], OWNER)


def request_bytes(events: pa.Table) -> pa.ChunkedArray:
    """The bytes that a client sent, where its log tells them."""
    told = pc.map_lookup(events["labels"], "request_bytes", "first")
    number = pc.if_else(_is_number(told), told, None)
    return pc.cast(number, pa.int64())


def _is_number(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts of no more than 18 digits, which an int64 holds."""
    return pc.match_substring_regex(texts, r"^[0-9]{1,18}$")


def _part(texts: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    """The pattern's group, asked of each distinct text once."""
    return _distinctly(texts, lambda found: pc.struct_field(pc.extract_regex(found, pattern), 0))


def _distinctly(texts: pa.ChunkedArray, make: Callable[[pa.Array], pa.Array]) -> pa.ChunkedArray:
    encoded = pc.dictionary_encode(texts.combine_chunks())
    return pa.chunked_array([make(encoded.dictionary).take(encoded.indices)])
