"""Where the output of `git log` can be cut: before the last commit, which may go on."""

import re

from analytics.seams import Seam, beginning, half_line

BEFORE = rb"(?:^|\x00)(?:\xef\xbb\xbf|\x1b\[[\d;]*m)*"  # -z puts a NUL between commits
MAIL = re.compile(BEFORE + rb"From ([0-9a-f]{40,64}) Mon Sep 17 00:00:00 2001", re.MULTILINE)
COMMIT = re.compile(BEFORE + rb"commit (?:[-<>=+^] )?([0-9a-f]{7,64})(?![^\s\x1b])", re.MULTILINE)


def _rest(text: bytes, whole: bool) -> int:
    """How many bytes there are from the last commit on, which may be shown for each parent."""
    half = len(text) - half_line(text, whole)
    begun, last = half, b""
    for match in (MAIL if MAIL.search(text) else COMMIT).finditer(text, 0, half):
        if match[1] != last:
            begun, last = match.start(), match[1]
    return len(text) - begun


SEAM = Seam(_rest, beginning(re.compile(MAIL.pattern + b"|" + COMMIT.pattern, re.MULTILINE)))
