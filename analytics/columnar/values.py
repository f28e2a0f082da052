"""Columns of numbers out of texts."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc


def numbers(texts: Sequence[str | None], digits: int = 18) -> pa.Array:
    """Whole numbers; null for what is none, is below zero or has more digits."""
    found = pa.array(texts, pa.string())
    told = pc.match_substring_regex(found, f"^[0-9]{{1,{digits}}}$")
    return pc.if_else(told, found, None).cast(pa.int64())
