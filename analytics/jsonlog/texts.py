"""What texts of a column have in common, and how they differ."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.jsonlog.alike import spans

LOOKED_AT = 512  # texts by which it is told whether they are often the same


def matching(texts: pa.StringArray, pattern: str) -> Any:
    """In which texts a pattern is found; looked for once in each where they are often the same."""
    some = texts[:LOOKED_AT].dictionary_encode()
    if 2 * len(some.dictionary) > len(some):
        return np.asarray(pc.match_substring_regex(texts, pattern))
    encoded = texts.dictionary_encode()
    found = np.asarray(pc.match_substring_regex(encoded.dictionary, pattern))
    return found[np.asarray(encoded.indices)]


def numbered(texts: pa.StringArray) -> tuple[Any, list[Any]]:
    """Each text's number, and the texts by these numbers."""
    if is_constant(texts):
        return np.zeros(len(texts), np.int32), [texts[0].as_py()]
    encoded = texts.dictionary_encode()
    return np.asarray(encoded.indices), encoded.dictionary.to_pylist()


def begin_with(texts: pa.StringArray, sign: int) -> Any:
    """1 for each text that begins with a sign, 0 for others."""
    text, bounds = spans(texts)
    if not len(text):
        return np.zeros(len(texts), np.int64)
    begun = (text == sign)[np.minimum(bounds[:-1], len(text) - 1)] & (np.diff(bounds) > 0)
    return begun.astype(np.int64)


def is_constant(texts: pa.StringArray) -> bool:
    """Whether these texts are all the same one."""
    text, bounds = spans(texts)
    width = bounds[1]
    if bounds[-1] != width * len(texts) or (np.diff(bounds) != width).any():
        return False
    return bool((text[width:] == text[: len(text) - width]).all())
