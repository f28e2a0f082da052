"""What a value of lines that are alike says as a time, or in its parts; read but once."""

import pyarrow as pa

from analytics.jsonlog.alike import Alike
from analytics.jsonlog.learnt import Sample
from analytics.jsonlog.moments import moments
from analytics.jsonlog.parts import Part, parts_of


def parts(alike: Alike, of: Part) -> list[pa.StringArray]:
    """All parts of the text that one is a part of, a column for each gap."""

    def made() -> list[pa.StringArray]:
        return parts_of(alike.column(alike.form.leaves[of.leaf].piece), of.template)

    found: list[pa.StringArray] = alike.once((of.leaf, of.template), made)
    return found


def times(alike: Alike, sample: Sample, leaf: int) -> pa.Array:
    """The times that a value tells, null for what is none; it may be a part of a text."""
    part = sample.parts.get(leaf)

    def made() -> pa.Array:
        if part:
            return moments(parts(alike, part)[part.gap])
        return moments(alike.raw(alike.form.leaves[leaf].piece))

    return alike.once(("times", part or leaf), made)
