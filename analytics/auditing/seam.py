"""Where an audit log can be cut: an event may get more records until its end was seen."""

import re
from dataclasses import replace

from analytics.seams import Seam, beginning, half_line

RECORD = re.compile(
    rb"^(node=\S+ )?type=(\S+) msg=audit\((\d{1,11})(\.\d{1,6}:\d{1,20})\)", re.MULTILINE
)
MARK = b"audit("  # in each record; it is found much faster
AT_ONCE = 2  # seconds after which the kernel's records of one event are all there
ENDS = (b"EOE", b"1320")  # also as the kernel's own lines have it
# What programs write themselves is one record, which no end follows.
ALONE = re.compile(
    rb"USER_|CRED_|GRP_|(?:ADD|DEL)_(?:USER|GROUP)|SERVICE_|SYSTEM_|DAEMON_|CRYPTO_|VIRT_|ROLE_"
    rb"|USYS_|ACCT_|CHGRP_|CHUSER_|TRUSTED_APP|TEST"
)


def seam_of(record: re.Pattern[bytes], longest: int | None = None) -> Seam:
    """Of a log in which `record` finds the records: node, type, seconds, and what follows them.

    It finds lines from their beginning on (MULTILINE). An event behind which more than `longest`
    bytes stand gets no more records.
    """

    def rest(text: bytes, whole: bool) -> int:
        """How many bytes there are from the first record on whose event may get more.

        Events lie across each other: none that began before is cut.
        """
        half = half_line(text, whole)
        if MARK not in text:
            return half
        spans: dict[tuple[bytes, bytes, bytes], tuple[int, int]] = {}
        ended: set[tuple[bytes, bytes, bytes]] = set()
        latest: dict[bytes, int] = {}
        for one in record.finditer(text, 0, len(text) - half):
            node, kind, seconds, serial = one.groups(b"")
            key, place = (node, seconds, serial), one.start()
            latest[node] = int(seconds)
            spans[key] = (spans.get(key, (place,))[0], place)
            if kind in ENDS or ALONE.match(kind):
                ended.add(key)
        begun = len(text) - half
        for key, (first, last) in reversed(spans.items()):
            node, seconds, _ = key
            is_open = key not in ended and int(seconds) + AT_ONCE > latest[node]
            is_open &= longest is None or len(text) - last <= longest
            if is_open or last >= begun:
                begun = first
        return len(text) - begun

    return Seam(rest, within=longest)


SEAM = replace(seam_of(RECORD), apart=beginning(RECORD))
