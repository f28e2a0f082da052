"""What a mapping file says, checked whole before anything is read by it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from analytics.fields import BY_NAME, FAMILIES, Kind
from analytics.mapping.checks import Refusal, choice, pattern, table, text, texts
from analytics.mapping.values import Value, value_of

LARGEST_FILE = 1 << 20
FORMATS = ("json", "csv", "regex", "keyvalue")
KEYS = (
    *("name", "title", "family", "format", "pattern", "columns", "delimiter", "within"),
    *("recognise", "time", "identity", "fields", "accounts", "labels"),
)
ACCOUNTS = ("actor.account", "owner.account", "actor.on_behalf_of", "job.owner", "job.cancelled_by")
KINDS = (
    *("unix", "git", "github", "gitlab", "gitea", "gerrit", "bitbucket", "slurm", "k8s", "hf"),
    *("okta", "entra", "keycloak", "teleport", "airflow", "wandb", "mlflow", "aws", "gcp", "pbs"),
)
# Filled in by us, or said by a key of its own.
NOT_MAPPED = {
    *("@timestamp", "event.id", "event.ingested", "event.original", "event.dataset"),
    *("event.module", "feed.id", "batch.id", "batch.line", "labels", *ACCOUNTS),
}
YEARS = ("%Y", "%y", "%G", "%c", "%x")


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Which column is the time, how it is written, and its zone where it names none."""

    column: str
    format: str
    zone: ZoneInfo | None = None

    @property
    def has_year(self) -> bool:
        """Whether the format says the year."""
        return any(sign in self.format for sign in YEARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A log format of a site, as its mapping file describes it."""

    name: str
    title: str
    family: str
    format: str
    time: Time
    fields: Mapping[str, Value]
    accounts: Mapping[str, tuple[str, Value]]  # kind and name
    pattern: Any = None
    columns: tuple[str, ...] = ()
    delimiter: str = ","
    within: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    path: str = ""
    identity: tuple[str, ...] = ()
    keep: tuple[str, ...] | None = None  # as labels; None: all that nothing else takes
    drop: tuple[str, ...] = ()


def described(raw: bytes) -> Description:
    """The description in a file. Raises Refusal."""
    told = table(_loaded(raw), "the file", KEYS)
    missing = [name for name in ("name", "title", "family", "format", "time") if name not in told]
    if missing:
        raise Refusal(f"{missing[0]}: is missing")
    kind = choice(told["format"], "format", FORMATS)
    known = _columns(told, kind)
    labels = table(told.get("labels", {}), "labels", ("keep", "drop"))
    marks = table(told.get("recognise", {}), "recognise", ("marks", "path"))
    described_ = Description(
        name=text(told["name"], "name", "site_[a-z0-9_]{1,40}"),
        title=text(told["title"], "title", ".{1,100}"),
        family=choice(told["family"], "family", FAMILIES),
        format=kind,
        pattern=pattern(told["pattern"], "pattern") if kind == "regex" else None,
        columns=known if kind == "csv" else (),
        delimiter=text(told.get("delimiter", ","), "delimiter", r"[ -~\t]"),
        within=texts(told.get("within", []), "within"),
        time=_time(told["time"]),
        fields=_fields(told.get("fields", {})),
        accounts=_accounts(told.get("accounts", {})),
        marks=texts(marks.get("marks", []), "recognise.marks"),
        path=text(marks["path"], "recognise.path") if "path" in marks else "",
        identity=texts(told.get("identity", []), "identity"),
        keep=texts(labels["keep"], "labels.keep") if "keep" in labels else None,
        drop=texts(labels.get("drop", []), "labels.drop"),
    )
    if known:
        _check_columns(described_, known)
    return described_


def _loaded(raw: bytes) -> Any:
    if len(raw) > LARGEST_FILE:
        raise Refusal("the file: is larger than 1 MiB")
    try:
        return yaml.safe_load(raw)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refusal(f"the file: is not YAML: {' '.join(str(error).split())[:300]}") from None


def _columns(told: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """The columns where the file names them all; none where the log does."""
    belongs = {"pattern": "regex", "columns": "csv", "delimiter": "csv", "within": "json"}
    for key, format_ in belongs.items():
        if key in told and kind != format_:
            raise Refusal(f"{key}: belongs to the format {format_} only")
    if kind == "regex":
        if "pattern" not in told:
            raise Refusal("pattern: is missing")
        columns = tuple(pattern(told["pattern"], "pattern").groupindex)
        if not columns:
            raise Refusal("pattern: names no group as in (?P<user>…)")
        return columns
    if kind == "csv" and told.get("columns", "header") != "header":
        return texts(told["columns"], "columns")
    return ()


def _time(told: Any) -> Time:
    settings = table(told, "time", ("column", "format", "zone"))
    if "column" not in settings:
        raise Refusal("time.column: is missing")
    written = text(settings.get("format", "iso"), "time.format")
    if written not in ("iso", "epoch", "epoch_ms"):
        try:
            moment = datetime(2026, 12, 31, 13, 14, 15, tzinfo=UTC)
            datetime.strptime(moment.strftime(written), written)  # noqa: DTZ007
        except ValueError as error:
            raise Refusal(f"time.format: {error}") from None
    zone = None
    if "zone" in settings:
        try:
            zone = ZoneInfo(text(settings["zone"], "time.zone"))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Refusal(f"time.zone: no zone is called {settings['zone']!r}") from None
    return Time(column=text(settings["column"], "time.column"), format=written, zone=zone)


def _fields(told: Any) -> dict[str, Value]:
    known = [name for name in BY_NAME if name not in NOT_MAPPED]
    for name in (names := table(told, "fields")):
        if name in ACCOUNTS:
            raise Refusal(f"fields.{name}: belongs below accounts, with its kind")
        if name not in known:
            raise Refusal(f"fields.{name}: is no field that can be filled")
        if BY_NAME[name].kind is Kind.TIME:
            raise Refusal(f"fields.{name}: times are filled by the key time only")
    return {name: value_of(item, f"fields.{name}") for name, item in names.items()}


def _accounts(told: Any) -> dict[str, tuple[str, Value]]:
    found = {}
    for name, item in table(told, "accounts", ACCOUNTS).items():
        key = f"accounts.{name}"
        settings = table(item, key)
        if "kind" not in settings:
            raise Refusal(f"{key}.kind: is missing")
        kind = choice(settings.pop("kind"), f"{key}.kind", KINDS)
        found[name] = (kind, value_of(settings, key))
    return found


def _check_columns(found: Description, known: Collection[str]) -> None:
    """Raises Refusal where a column is named that no record has."""
    used = [("time.column", (found.time.column,)), ("identity", found.identity)]
    used += [("labels.keep", found.keep or ()), ("labels.drop", found.drop)]
    used += [(f"fields.{name}", value.columns) for name, value in found.fields.items()]
    used += [(f"accounts.{name}", value.columns) for name, (_, value) in found.accounts.items()]
    for key, columns in used:
        for column in columns:
            if column not in known:
                raise Refusal(f"{key}: there is no column {column}; there are {', '.join(known)}")
