"""Reads logs as they lie about: bounded lines, JSON documents, compressed files."""

from analytics.reading.archives import Unreadable, plain
from analytics.reading.documents import documents
from analytics.reading.lines import BLOCK, LONGEST_LINE, Line, lines
from analytics.reading.looking import leaves, sampled
from analytics.reading.values import LARGEST_DOCUMENT, Document

__all__ = [
    "BLOCK",
    "LARGEST_DOCUMENT",
    "LONGEST_LINE",
    "Document",
    "Line",
    "Unreadable",
    "documents",
    "leaves",
    "lines",
    "plain",
    "sampled",
]
