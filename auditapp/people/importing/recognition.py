"""Which kind of file it is: its header decides."""

import re

from analytics.tables import lines
from auditapp.people.importing.plan import NotContext

PASSWD = re.compile(r"[^:\s]+:[^:]*:\d+:\d+:[^:]*:[^:]*:[^:]*")
GROUP = re.compile(r"[^:\s]+:[^:]*:\d+:[^:]*")
# In this order: the first whose columns are all there. People come before what speaks of them.
COLUMNS: tuple[tuple[str, frozenset[str]], ...] = (
    ("people", frozenset({"person", "accounts"})),
    ("scim", frozenset({"username", "emails"})),
    ("scim", frozenset({"username", "active"})),
    ("scim", frozenset({"username", "externalid"})),
    ("resources", frozenset({"kind", "pattern", "owner"})),
    ("watchlist", frozenset({"person", "reason"})),
    ("leave", frozenset({"person", "start", "end", "kind"})),
    ("oncall", frozenset({"person", "start", "end"})),
    ("incidents", frozenset({"start", "title"})),
    ("hosts", frozenset({"host", "sources"})),
    ("hosts", frozenset({"host", "kind"})),
    ("hosts", frozenset({"host", "realm"})),
)
KINDS: tuple[str, ...] = (*dict.fromkeys(kind for kind, _ in COLUMNS), "passwd", "group")


def recognise(text: str, stem: str) -> str:
    """What a file holds: one of KINDS.

    `stem`, the file's name without its ending, tells a leave without kinds from duty. Raises
    NotContext.
    """
    first = next((line.strip() for _, line in lines(text[: 1 << 16])), "")
    if PASSWD.fullmatch(first):
        return "passwd"
    if GROUP.fullmatch(first):
        return "group"
    header = {name.strip().lower() for name in first.replace('"', "").split(",")}
    told = [kind for kind, columns in COLUMNS if columns <= header]
    if "oncall" in told and stem == "leave":
        return "leave"
    if told:
        return told[0]
    raise NotContext("its header is that of no file of people, resources or context")
