"""What `git log` prints: medium, fuller, raw or e-mail, with --numstat, --stat, -p and others."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source, readable
from analytics.reading import Line, lines
from analytics.sources.git_log.commit import Commit
from analytics.sources.git_log.rows import row_of
from analytics.sources.git_log.seam import SEAM

START = re.compile(
    rb"commit (?:[-<>=+^] )?([0-9a-f]{7,64})(?: [0-9a-f]{7,64})*(?: \(from [0-9a-f]{7,64}\))?"
    rb"(?:\t(\S+))?(?: \((.+)\))?"
)
MAIL = re.compile(rb"From ([0-9a-f]{40}|[0-9a-f]{64}) Mon Sep 17 00:00:00 2001")
BEGINNINGS = (b"com", b"Fro", b"\xef\xbb\xbf")
OF_ZEROS = re.compile(rb"\x00|(?:\d+|-)\t(?:\d+|-)\t")
ZEROS = re.compile(rb"[^\x00]*\x00+|[^\x00]+")
COLOUR = re.compile(rb"\x1b\[[\d;]*m")
BEGINS = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*" + START.pattern + rb"\r?\n"
    rb"(?:(?:gpg|Merge|Reflog|Primary key|Good|log size|Could not|No sig)[^\n]*\n){0,20}"
    rb"(?:Author: |tree [0-9a-f]{40})"
)
BEGINS_MAIL = re.compile(rb"(?:\xef\xbb\xbf)?\s*" + MAIL.pattern + rb"\r?\n(?:From|Date): ")


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each commit."""
    collector = Collector(context, SOURCE)
    commit: Commit | None = None
    for line in _parted(stream):
        text = line.text
        if b"\x00" in text:
            text = text.strip(b"\x00")
        if b"\x1b" in text:
            text = COLOUR.sub(b"", text)
        begun = _begun(line, text, commit) if text[:3] in BEGINNINGS else None
        if begun is not None:
            if commit is not None and commit.sha == begun.sha:
                commit.show_again()
                commit.take(line.text, text)
                continue
            _finish(commit, collector)
            commit = begun
            if collector.full:
                yield collector.take()
        elif commit is not None:
            commit.take(line.text, text)
        elif text.strip():
            collector.reject(line.number, "not part of a commit", line.text)
            if collector.full:
                yield collector.take()
    _finish(commit, collector)
    yield from collector.rest()


def _parted(stream: BinaryIO) -> Iterator[Line]:
    """Lines; with -z a NUL ends a file's name and a commit, but none within a message or patch."""
    for line in lines(stream):
        if b"\x00" in line.text and OF_ZEROS.match(line.text):
            number, offset, text, too_long = line
            for piece in ZEROS.findall(text):
                yield Line(number, offset, piece, too_long)
                offset += len(piece)
        else:
            yield line


def _begun(line: Line, text: bytes, before: Commit | None) -> Commit | None:
    """The commit whose first line this is, if it is one; an e-mail's body may quote others."""
    text = text.removeprefix(b"\xef\xbb\xbf")
    if mail := MAIL.fullmatch(text):
        commit = Commit(line.number, mail[1].decode(), mail=True)
    elif not (before and before.mail) and (start := START.fullmatch(text)):
        commit = Commit(line.number, start[1].decode())
        commit.source = readable(start[2]) if start[2] else None
        commit.refs = readable(start[3]) if start[3] else None
    else:
        return None
    commit.raw.append(line.text)
    return commit


def _finish(commit: Commit | None, collector: Collector) -> None:
    """Makes the commit an event or a rejection."""
    if commit is None:
        return
    row = row_of(commit, collector.context)
    if row is not None:
        collector.add(row)
    else:
        text = b"\n".join(commit.raw)
        collector.reject(commit.number, "a commit without a date that can be read", text)


def recognises(head: bytes, path: str) -> float:
    """Sure where it begins with a commit and its author."""
    if b"\x1b" in head[:64]:
        head = COLOUR.sub(b"", head[:4096])
    return 0.95 if BEGINS.match(head) or BEGINS_MAIL.match(head) else 0.0


SOURCE = Source(
    name="git_log",
    family="git",
    title="git log",
    recognises=recognises,
    parse=parse,
    seam=SEAM,
)
