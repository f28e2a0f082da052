"""Which lines have values of the kind that was learnt from, so that they can be filled in."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import EARLIEST, Context
from analytics.jsonlog.alike import Alike
from analytics.jsonlog.learnt import STAMP, Sample
from analytics.jsonlog.marks import RECEIVED
from analytics.jsonlog.moments import TIME
from analytics.jsonlog.parts import FOUR
from analytics.jsonlog.reading import times

# Escapes of what is no letter or sign of Latin script, or may be none.
NO_LETTER = r"\\(?:[bfnrt]|u(?:[^0]|0[^0]|00(?:[01]|20|7[fF]|[89]|[aA]0)))"
LONGEST_DECIMAL = 24  # characters
NOT_WHOLE = ("decimal", "power", "time")


def fit(alike: Alike, samples: Sequence[Sample], context: Context) -> Any:
    """Which lines are fit for what was learnt from samples that agree in `Sample.fitting`."""
    sample, leaves = samples[0], alike.form.leaves
    found = np.ones(alike.size, bool)
    pieces = {
        piece._replace(leaf=sample.parts[piece.leaf].leaf) if piece.leaf in sample.parts else piece
        for piece in sample.pieces()
        if piece.leaf >= 0
    }
    texts = sorted({piece.leaf for piece in pieces if leaves[piece.leaf].kind == "text"})
    if texts:
        found &= _plain(alike, texts, samples)
    for piece in pieces:
        raw, taken = alike.raw(leaves[piece.leaf].piece), sample.taken[piece.leaf]
        if piece.written and alike.escaped(leaves[piece.leaf].piece):
            found &= ~np.asarray(pc.match_substring(raw, "\\"))
        if piece.cut:
            found &= _are_cut(alike.column(leaves[piece.leaf].piece), piece.cut)
        if taken == "address":
            found &= _addresses(raw, with_port=piece.leaf in sample.with_port)
        elif leaves[piece.leaf].kind == "number" and taken in NOT_WHOLE:
            found &= _are_usual(raw)
    cells = [(name, cell) for row in sample.rows for name, cell in row.items()]
    read = {cell.shape for _, cell in cells if cell.kind == "time"}
    stamps = {cell.shape for name, cell in cells if cell.kind == "time" and name == STAMP}
    for leaf in (read | {piece.leaf for piece in pieces if piece.iso}) - {RECEIVED}:
        told = times(alike, sample, leaf)
        found &= _timely(told, context) if leaf in stamps else np.asarray(told.is_valid())
    return found


def _plain(alike: Alike, leaves: Sequence[int], samples: Sequence[Sample]) -> Any:
    """Which lines have no blanks around these texts, and none that is too long."""
    pieces = [alike.form.leaves[leaf].piece for leaf in leaves]
    told = np.ones(alike.size, bool)
    lengths = {id(sample.longest): sample.longest for sample in samples}.values()
    for leaf, piece in zip(leaves, pieces, strict=True):
        told &= alike.bare(piece, min(longest[leaf] for longest in lengths))
    for piece in filter(alike.escaped, pieces):
        told &= ~np.asarray(pc.match_substring_regex(alike.raw(piece), NO_LETTER))
    return told


def _are_cut(texts: pa.StringArray, length: int) -> Any:
    """Which texts have at least so many characters, the last of which is no blank."""
    told = pc.greater_equal(pc.utf8_length(texts), length)
    last = pc.utf8_slice_codeunits(texts, length - 1, length)
    return np.asarray(pc.and_not(told, pc.utf8_is_space(last)))


def _addresses(texts: pa.StringArray, *, with_port: bool) -> Any:
    encoded = texts.dictionary_encode()
    pattern = f"^{FOUR}:[0-9]{{1,5}}$" if with_port else f"^{FOUR}$"
    told = np.asarray(pc.match_substring_regex(encoded.dictionary, pattern))
    if not told.all():
        is_fit = _is_bracketed if with_port else _is_address
        told |= np.array(list(map(is_fit, encoded.dictionary.to_pylist())), bool)
    return told[np.asarray(encoded.indices)]


@lru_cache(maxsize=8192)
def _is_address(text: str) -> bool:
    try:
        return str(ip_address(text)) == text
    except ValueError:
        return False


def _are_usual(texts: pa.StringArray) -> Any:
    """Which numbers are written as Python writes them: Arrow does as well, but for many noughts."""
    told = np.asarray(pc.equal(texts.cast(pa.float64()).cast(pa.string()), texts))
    told = told & ~np.asarray(pc.match_substring(texts, ".0000"))
    told[~told] = list(map(_is_usual, texts.filter(pa.array(~told)).to_pylist()))
    return told


def _is_bracketed(text: str) -> bool:
    """Whether it is an address with colons, in brackets, and a port behind it."""
    shown, _, port = text[1:].rpartition("]:")
    is_port = port.isascii() and port.isdigit() and len(port) <= 5
    return text.startswith("[") and is_port and ":" in shown and _is_address(shown)


def _is_usual(text: str) -> bool:
    return text.isdigit() or (len(text) <= LONGEST_DECIMAL and str(float(text)) == text)


def _timely(told: pa.Array, context: Context) -> Any:
    latest = context.latest
    low, high = (pa.scalar(bound, TIME) for bound in (EARLIEST, latest))
    fit = pc.and_(pc.greater_equal(told, low), pc.less_equal(told, high))
    return np.asarray(fit.fill_null(False))
