"""What comes in: the context of a feed, batches of events as Arrow tables, and rejected lines."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, BinaryIO

import pyarrow as pa

from analytics.fields import BY_NAME, SCHEMA
from analytics.framing import Framing
from analytics.seams import Seam
from analytics.turning import columns_of

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=2)
EMPTY = hashlib.blake2b(digest_size=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known of a log beside its bytes: who sent it, when, and what it leaves unsaid.

    `origin` tells this file or request body apart from others: of a file the hash of its first
    line with host and user, so that a file that grew keeps its events' ids; of a request the
    hash of its body. `timezone` is used where a time in the log names no zone. `earlier` says
    when logs of the same origin came before, the oldest first, and how many bytes they had.
    `read` is when it is read, if later. `framing` is told what stands around the records.
    """

    feed: str
    batch: str
    origin: str
    received: datetime
    timezone: tzinfo = UTC
    host: str | None = None
    user: str | None = None
    realm: str = "site"
    columns: tuple[str, ...] = ()
    earlier: tuple[tuple[datetime, int], ...] = ()
    read: datetime | None = None
    framing: Framing = field(default_factory=Framing, compare=False, repr=False)

    def first_seen(self, end: int) -> datetime:
        """When what ends at this byte of the log was first received (UTC): the time of a record
        that has none of its own. It is the same each time the log is sent, also after it grew."""
        return next((time for time, size in self.earlier if size >= end), self.received)

    @property
    def latest(self) -> datetime:
        """The latest time that is no future by the clock at its arrival or at its reading."""
        return max(self.received, self.read or self.received) + LATEST_AHEAD

    def event_id(self, *identity: object) -> str:
        """A stable id from the source's own identity of the event: same parts, same id."""
        digest = EMPTY.copy()
        digest.update(_encoded("\x1f".join(map(str, identity))))
        return digest.hexdigest()

    def event_ids(self, kind: str, *identities: Sequence[object]) -> list[str]:
        """As `event_id`, for many events of a kind at once: a column for each part."""
        begun, ids = EMPTY.copy(), []
        begun.update(f"{kind}\x1f".encode())
        one, *more = (map(str, column) for column in identities)
        told = map("\x1f".join, zip(one, *more, strict=True)) if more else one
        for identity in told:
            digest = begun.copy()
            digest.update(_encoded(identity))
            ids.append(digest.hexdigest())
        return ids

    def line_id(self, offset: int, line: bytes) -> str:
        """A stable id for a line that has no identity of its own: its place and its bytes."""
        key = f"{self.feed}\x1f{self.origin}\x1f{offset}\x1f".encode()
        return hashlib.blake2b(key + line, digest_size=16).hexdigest()

    def line_ids(self, offsets: Sequence[int], lines: Sequence[bytes]) -> list[str]:
        """As `line_id`, for many lines at once."""
        begun = hashlib.blake2b(f"{self.feed}\x1f{self.origin}\x1f".encode(), digest_size=16)
        ids = []
        for offset, line in zip(offsets, lines, strict=True):
            digest = begun.copy()
            digest.update(b"%d\x1f%b" % (offset, line))
            ids.append(digest.hexdigest())
        return ids

    def implausible(self, time: datetime) -> str | None:
        """Why this time (with zone) cannot be an event's, or None where it can."""
        if time < EARLIEST:
            return f"time {time.isoformat()} is before {EARLIEST.year}"
        return f"time {time.isoformat()} is in the future" if time > self.latest else None


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair that stands for no byte
        return text.encode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record that could not become an event: its first line's number, why, and its text."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some events of one log, as a table with the columns of `SCHEMA`, and what was rejected."""

    events: pa.Table
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A log format: how to recognise it and how to read it.

    `recognises` gets the first bytes (at most 64 KiB, whole lines where there are any) and the
    path as it was given, and answers how sure it is, 0 to 1; it never raises. `parse` reads the
    stream to its end in bounded memory; it never raises: each record ends in some Batch as an
    event or as Rejected. `needs` are columns that must be among those told of a log without a
    header; `seam` says where records end, None by lines or as JSON does. `headed` are logs whose
    lines are told by a header above them; it holds until the next one, also in later parts.
    """

    name: str
    family: str
    title: str
    recognises: Callable[[bytes, str], float]
    parse: Callable[[BinaryIO, Context], Iterator[Batch]]
    needs: tuple[str, ...] = ()
    seam: Seam | None = None
    headed: bool = False

    def lacking(self, columns: Iterable[str]) -> list[str]:
        """Which of the columns it needs are not among those told; none where none are told."""
        told = {name.partition("%")[0].lower() for name in columns}
        return [name for name in self.needs if name.lower() not in told] if told else []


# Kinds of accounts whose names are the same in upper and lower case.
CASELESS = frozenset(
    [
        *("git", "github", "gitlab", "gitea", "gerrit", "bitbucket", "hf", "k8s", "okta", "entra"),
        *("keycloak", "teleport", "airflow", "wandb", "mlflow", "gcp", "mail"),
    ]
)
LONGEST_REJECTED = 1 << 16  # characters; the whole is in the batch's file
REALM = "site"  # of numeric ids where the site has only one


def account(kind: str, name: str | None) -> str | None:
    """An account as `kind:name`, lower case where the kind ignores case; None for no name."""
    if not name:
        return None
    return f"{kind}:{name.lower() if kind in CASELESS else name}"


Row = Mapping[str, Any]


def table_of(rows: Sequence[Row], context: Context, source: Source) -> pa.Table:
    """A table with the columns of `SCHEMA`; fields that no row has are null.

    Each row maps field names to Python values and has at least `@timestamp` and `event.id`.
    What is the same in all rows of a source (family, dataset, feed, batch) is filled in here.
    """
    named: set[str] = set().union(*rows) if rows else set()
    unknown = named - BY_NAME.keys()
    if unknown:
        raise KeyError(f"{source.name} fills unknown fields: {', '.join(sorted(unknown))}")
    names = list(named)
    columns = zip(names, columns_of(rows, names), strict=True)
    arrays = {name: pa.array(values, BY_NAME[name].arrow) for name, values in columns}
    return assemble(arrays, len(rows), context, source)


KINDS = tuple({column.type for column in SCHEMA})


def assemble(
    columns: Mapping[str, pa.Array], size: int, context: Context, source: Source
) -> pa.Table:
    """As `table_of`, from columns of `size` values each; for sources with no time for rows.

    The family and `event.kind` are only filled in where a column leaves them null.
    """
    constants: dict[str, Any] = {
        "event.ingested": context.received,
        "event.dataset": source.name,
        "feed.id": context.feed,
        "batch.id": context.batch,
    }
    usual: dict[str, Any] = {"event.kind": "event", "event.module": source.family} | constants
    arrays = []
    nulls = {kind: pa.nulls(size, kind) for kind in KINDS}
    for column in SCHEMA:
        name, kind = column.name, column.type
        if name in columns and name not in constants:
            own = columns[name]
            arrays.append(own.fill_null(usual[name]) if name in usual else own)
        elif name in usual:
            arrays.append(pa.repeat(pa.scalar(usual[name], kind), size))
        else:
            arrays.append(nulls[kind])
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


AT_ONCE = 1000  # rows
MOST_ROWS = 50_000  # of a batch
MOST_BYTES = 64 << 20  # of a batch's raw text, more or less


def merged(batches: Iterable[Batch]) -> Iterator[Batch]:
    """The same events and rejections in fewer batches, still of bounded size."""
    tables: list[pa.Table] = []
    rejected: list[Rejected] = []
    rows = size = 0
    for batch in batches:
        tables.append(batch.events)
        rejected.extend(batch.rejected)
        rows, size = rows + batch.events.num_rows, size + batch.events.nbytes
        if rows >= MOST_ROWS or size >= 2 * MOST_BYTES or len(rejected) >= MOST_ROWS:
            yield Batch(events=pa.concat_tables(tables), rejected=tuple(rejected))
            tables, rejected, rows, size = [], [], 0, 0
    if tables:
        yield Batch(events=pa.concat_tables(tables), rejected=tuple(rejected))


@dataclass(slots=True)
class Collector:
    """Gathers a parser's rows and rejections and hands them out in batches of bounded size."""

    context: Context
    source: Source
    size: int = MOST_ROWS
    weight: int = 0
    rows: list[Row] = field(default_factory=list)
    tables: list[pa.Table] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    latest: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.latest = self.context.latest

    def add(self, row: Row) -> None:
        """Takes an event whose time is plausible; one whose time is not becomes Rejected."""
        time = row["@timestamp"]
        if EARLIEST <= time <= self.latest:
            self.rows.append(row)
            self.weight += len(row.get("event.original") or "")
            if len(self.rows) >= AT_ONCE:
                self._turn()
        else:
            reason = self.context.implausible(time) or ""
            self.reject(row.get("batch.line") or 0, reason, row.get("event.original") or "")

    def reject(self, line: int, reason: str, text: str | bytes) -> None:
        """Takes a record that cannot be read; keeps at most `LONGEST_REJECTED` of its text."""
        kept = readable(text[: 5 * LONGEST_REJECTED])[:LONGEST_REJECTED]
        self.rejected.append(Rejected(line=line, reason=reason, text=kept))

    @property
    def full(self) -> bool:
        """Whether it is time to `take`."""
        gathered = len(self.rows) + sum(table.num_rows for table in self.tables)
        heavy = self.weight >= MOST_BYTES
        return heavy or gathered >= self.size or len(self.rejected) >= self.size

    def take(self) -> Batch:
        """What was gathered since the last time."""
        self._turn()
        events = pa.concat_tables(self.tables)
        batch = Batch(events=events, rejected=tuple(self.rejected))
        self.tables, self.rejected, self.weight = [], [], 0
        return batch

    def rest(self) -> Iterable[Batch]:
        """The last batch, if anything is left."""
        return [self.take()] if self.rows or self.tables or self.rejected else []

    def _turn(self) -> None:
        """Turns rows into columns, a few at a time: many would fall out of the caches."""
        self.tables.append(table_of(self.rows, self.context, self.source))
        self.rows = []


def readable(text: str | bytes) -> str:
    """Text that can be stored and shown: invalid UTF-8 as \\xNN, NUL and lone surrogates too."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    elif not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode()
    return text.replace("\x00", "\\x00") if "\x00" in text else text
