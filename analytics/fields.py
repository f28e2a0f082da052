"""The one table of fields: Arrow schema, Elasticsearch mapping, search bar and docs come of it."""

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class Kind(StrEnum):
    """What a field holds."""

    TIME = "time"  # UTC, microseconds
    KEYWORD = "keyword"  # one exact value
    TEXT = "text"  # free text: also found by any part of it
    KEYWORDS = "keywords"  # a list of exact values
    NUMBER = "number"  # whole, signed, 64 bits
    DECIMAL = "decimal"
    FLAG = "flag"
    LABELS = "labels"  # a flat map of strings


ARROW: dict[Kind, pa.DataType] = {
    Kind.TIME: pa.timestamp("us", tz="UTC"),
    Kind.KEYWORD: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.KEYWORDS: pa.list_(pa.string()),
    Kind.NUMBER: pa.int64(),
    Kind.DECIMAL: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.LABELS: pa.map_(pa.string(), pa.string()),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its dotted name, what it holds, and one line for the search bar and the docs."""

    name: str
    kind: Kind
    about: str
    facet: bool = False  # offered beside search results, with counts

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type of its column."""
        return ARROW[self.kind]


FIELDS: tuple[Field, ...] = (
    Field("@timestamp", Kind.TIME, "when it happened"),
    Field("event.id", Kind.KEYWORD, "what tells it apart: the same event never has two"),
    Field("event.ingested", Kind.TIME, "when it was received"),
    Field(
        "event.kind",
        Kind.KEYWORD,
        "event; alert where the source raised one; state where its time is not known",
    ),
    Field("event.category", Kind.KEYWORD, "process, file, authentication, iam, web …", facet=True),
    Field("event.type", Kind.KEYWORD, "start, end, change, creation, deletion, access …"),
    Field("event.action", Kind.KEYWORD, "what was done, in the source's words", facet=True),
    Field("event.outcome", Kind.KEYWORD, "success, failure or unknown", facet=True),
    Field("event.module", Kind.KEYWORD, "family: shell, git, scheduler, context …", facet=True),
    Field("event.dataset", Kind.KEYWORD, "log source that read it", facet=True),
    Field("event.original", Kind.TEXT, "the raw line, whole"),
    Field("message", Kind.TEXT, "one short sentence: who did what to what"),
    Field("actor.account", Kind.KEYWORD, "account that acted, as realm:name", facet=True),
    Field("actor.basis", Kind.KEYWORD, "how the actor is known"),
    Field("actor.on_behalf_of", Kind.KEYWORD, "account for which an agent or bot acted"),
    Field("owner.account", Kind.KEYWORD, "account that owns what was touched", facet=True),
    Field("user.name", Kind.KEYWORD, "user as the log names it", facet=True),
    Field("user.id", Kind.KEYWORD, "numeric or forge id of the user"),
    Field("user.email", Kind.KEYWORD, "e-mail address of the user"),
    Field("user.effective.name", Kind.KEYWORD, "user whose rights were used"),
    Field("user.effective.id", Kind.KEYWORD, "numeric id of the rights that were used"),
    Field("user.target.name", Kind.KEYWORD, "user who was acted upon"),
    Field("host.name", Kind.KEYWORD, "host on which it happened", facet=True),
    Field("process.name", Kind.KEYWORD, "program's short name", facet=True),
    Field("process.executable", Kind.KEYWORD, "program's path"),
    Field("process.command_line", Kind.TEXT, "command as typed or executed"),
    Field("process.args", Kind.KEYWORDS, "arguments, the program first"),
    Field("process.pid", Kind.NUMBER, "process id"),
    Field("process.parent.pid", Kind.NUMBER, "process id of the parent"),
    Field("process.parent.executable", Kind.KEYWORD, "parent program's path"),
    Field("process.working_directory", Kind.KEYWORD, "directory in which it ran"),
    Field("file.path", Kind.TEXT, "file that was touched"),
    Field("file.owner", Kind.KEYWORD, "owner of the file"),
    Field("file.hash.sha256", Kind.KEYWORD, "SHA-256 of the file's content, lower case"),
    Field("source.ip", Kind.KEYWORD, "address it came from", facet=True),
    Field("url.original", Kind.TEXT, "address that was asked for"),
    Field("http.request.method", Kind.KEYWORD, "GET, POST, PUT …"),
    Field("http.response.status_code", Kind.NUMBER, "HTTP status"),
    Field("http.response.body.bytes", Kind.NUMBER, "bytes sent"),
    Field("user_agent.original", Kind.TEXT, "client that asked"),
    Field("git.repository", Kind.KEYWORD, "repository as owner/name", facet=True),
    Field("git.branch", Kind.KEYWORD, "branch without refs/heads/"),
    Field("git.commit", Kind.KEYWORD, "commit hash"),
    Field("git.author", Kind.KEYWORD, "account of the commit's author"),
    Field("git.committer", Kind.KEYWORD, "account of the committer"),
    Field("git.pusher", Kind.KEYWORD, "account that pushed"),
    Field("git.reviewers", Kind.KEYWORDS, "accounts that approved"),
    Field("git.pull_request", Kind.NUMBER, "pull or merge request"),
    Field("git.protected", Kind.FLAG, "the branch is protected"),
    Field("git.forced", Kind.FLAG, "history was rewritten"),
    Field("git.files", Kind.KEYWORDS, "files that were changed"),
    Field("git.added", Kind.TEXT, "the lines that were added, each behind its file: `path: line`"),
    Field("git.lines_added", Kind.NUMBER, "lines added"),
    Field("git.lines_deleted", Kind.NUMBER, "lines deleted"),
    Field("job.id", Kind.KEYWORD, "job, array task or step"),
    Field("job.name", Kind.TEXT, "job's name"),
    Field("job.owner", Kind.KEYWORD, "account that submitted the job"),
    Field("job.state", Kind.KEYWORD, "COMPLETED, FAILED, CANCELLED …", facet=True),
    Field("job.cancelled_by", Kind.KEYWORD, "account that cancelled the job"),
    Field("job.exit", Kind.NUMBER, "exit code"),
    Field("job.signal", Kind.NUMBER, "signal that ended it"),
    Field("job.nodes", Kind.KEYWORDS, "nodes it ran on"),
    Field("job.gpus", Kind.NUMBER, "GPUs it held"),
    Field("job.gpu_hours", Kind.DECIMAL, "GPUs × hours it held them"),
    Field("job.partition", Kind.KEYWORD, "partition or queue", facet=True),
    Field("job.match", Kind.KEYWORD, "exact, interval or ambiguous"),
    Field("hf.repo", Kind.KEYWORD, "model, dataset or space as owner/name", facet=True),
    Field("hf.kind", Kind.KEYWORD, "model, dataset or space"),
    Field("hf.revision", Kind.KEYWORD, "branch, tag or commit"),
    Field("hf.path", Kind.KEYWORD, "file inside the repository"),
    Field("hf.format", Kind.KEYWORD, "pickle, safetensors, gguf …", facet=True),
    Field("hf.event", Kind.KEYWORD, "audit event type"),
    Field("hf.token", Kind.KEYWORD, "token that was used (its id, never itself)"),
    Field("hf.verdict", Kind.KEYWORD, "artefact verdict"),
    Field("risk.tags", Kind.KEYWORDS, "ATT&CK and ATLAS ids"),
    Field("feed.id", Kind.KEYWORD, "feed it came by", facet=True),
    Field("batch.id", Kind.KEYWORD, "batch it came in"),
    Field("batch.line", Kind.NUMBER, "line number in the batch, from 1"),
    Field("labels", Kind.LABELS, "what the source has beyond these fields"),
)

BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
SCHEMA: pa.Schema = pa.schema([pa.field(field.name, field.arrow) for field in FIELDS])
FAMILIES: tuple[str, ...] = (
    "shell",
    "git",
    "scheduler",
    "huggingface",
    "artifact",  # verdicts on model files
    "context",  # sign-ins, storage, experiments, hardware: what explains or links the others
)
FACETS: tuple[str, ...] = tuple(field.name for field in FIELDS if field.facet)
