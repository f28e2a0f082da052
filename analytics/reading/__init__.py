"""Reads logs as they lie about: bounded lines, JSON documents, compressed files."""

from analytics.reading.archives import GZIP, ZSTD, Unreadable, gunzipped, plain, unzstd
from analytics.reading.documents import documents
from analytics.reading.lines import BLOCK, LONGEST_LINE, Line, lines
from analytics.reading.looking import leaves, sampled
from analytics.reading.values import LARGEST_DOCUMENT, Document

__all__ = [
    "BLOCK",
    "GZIP",
    "LARGEST_DOCUMENT",
    "LONGEST_LINE",
    "ZSTD",
    "Document",
    "Line",
    "Unreadable",
    "documents",
    "gunzipped",
    "leaves",
    "lines",
    "plain",
    "sampled",
    "unzstd",
]
