"""What the lists hold, as OpenAPI has it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from auditapp.ingest.serializers import ErrorSerializer

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": "string", "nullable": True}
NUMBER: Schema = {"type": "number"}
MAYBE_NUMBER: Schema = {"type": "number", "nullable": True}
WHOLE: Schema = {"type": "integer"}
MAYBE_WHOLE: Schema = {"type": "integer", "nullable": True}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
MAYBE_TIME: Schema = {"type": "string", "format": "date-time", "nullable": True}


def listed(of: Schema) -> Schema:
    """Any number of them."""
    return {"type": "array", "items": of}


def thing(**fields: Schema) -> Schema:
    """An object that has all of these."""
    return {"type": "object", "properties": fields, "required": sorted(fields)}


def page_of(row: Schema) -> Schema:
    """A page of a list."""
    return thing(results=listed(row), cursor=MAYBE, more=FLAG)


USER = {"type": "object", "properties": {"id": TEXT, "name": TEXT}}
ECS = thing(version=TEXT)
ALERT = thing(
    **{"@timestamp": TIME},
    ecs=ECS,
    message=TEXT,
    event=thing(
        **dict.fromkeys(("kind", "id", "module", "dataset", "url"), TEXT),
        created=TIME,
        severity=WHOLE,
    ),
    rule=thing(id=TEXT, name=TEXT, version=TEXT),
    user=USER,
    threat=thing(framework=TEXT, tactic=thing(name=listed(TEXT)), technique=thing(id=listed(TEXT))),
    tags=listed(TEXT),
    foureyes=thing(
        alert=thing(
            **dict.fromkeys(("state", "close_reason", "severity", "event"), TEXT),
            id=WHOLE,
            confidence=NUMBER,
            owner=MAYBE,
            object=MAYBE,
            hidden_by=MAYBE_WHOLE,
            group=WHOLE,
            updated=TIME,
        )
    ),
)
EXCEPTION = thing(
    **{"@timestamp": TIME},
    ecs=ECS,
    message=TEXT,
    event=thing(
        **dict.fromkeys(("kind", "id", "module", "dataset", "url"), TEXT),
        **dict.fromkeys(("created", "start", "end"), TIME),
    ),
    foureyes=thing(
        exception=thing(
            **dict.fromkeys(("number", "standing", "author", "reason"), TEXT),
            **dict.fromkeys(("rule", "account", "person", "person_name", "approved_by"), MAYBE),
            **dict.fromkeys(("id", "hides"), WHOLE),
            conditions=listed(thing(field=TEXT, how=TEXT, value=TEXT)),
            ended=MAYBE_TIME,
            updated=TIME,
        )
    ),
)
CASE = thing(
    **{"@timestamp": TIME},
    ecs=ECS,
    message=TEXT,
    event=thing(
        **dict.fromkeys(("kind", "id", "module", "dataset", "url"), TEXT),
        created=TIME,
        severity=WHOLE,
    ),
    related=thing(user=listed(TEXT)),
    tags=listed(TEXT),
    foureyes=thing(
        case=thing(
            **dict.fromkeys(("number", "title", "state", "severity", "tlp", "opened_by"), TEXT),
            **dict.fromkeys(("closed_by", "decision", "reason"), TEXT),
            **dict.fromkeys(("id", "version", "notes"), WHOLE),
            assignee=MAYBE,
            closed=MAYBE_TIME,
            people=listed(TEXT),
            alerts=listed(TEXT),
            evidence=listed(thing(event=TEXT, time=TIME)),
            updated=TIME,
        )
    ),
)
REASON = thing(
    **dict.fromkeys(("kind", "id", "title", "sentence"), TEXT),
    points=NUMBER,
    events=listed(TEXT),
    tactics={**listed(TEXT), "nullable": True},
)
RISK = thing(
    **{"@timestamp": TIME},
    ecs=ECS,
    message=TEXT,
    event=thing(kind=TEXT, module=TEXT, dataset=TEXT, url=TEXT),
    user=thing(
        id=TEXT,
        name=TEXT,
        risk=thing(calculated_level=TEXT, calculated_score=NUMBER, calculated_score_norm=NUMBER),
    ),
    foureyes=thing(
        risk=thing(before=TEXT, turned=MAYBE_TIME, updated=TIME, reasons=listed(REASON))
    ),
)
PERSON = thing(**dict.fromkeys(("id", "name", "team", "role", "level"), TEXT), score=MAYBE_NUMBER)
EVENT: Schema = {
    "type": "object",
    "properties": {"@timestamp": TIME, "event.id": TEXT, "user.id": TEXT, "user.name": TEXT},
    "required": ["@timestamp", "event.id"],
}
RULE = thing(
    **dict.fromkeys(("id", "title", "severity", "version", "description"), TEXT),
    confidence=NUMBER,
    tags=listed(TEXT),
    **dict.fromkeys(
        (
            *("tactics", "former_techniques", "falsepositives"),
            *("investigate", "references", "catalogue"),
        ),
        listed(TEXT),
    ),
)
RULE_VERSIONS = thing(
    id=TEXT,
    rule=RULE | {"nullable": True, "description": "as it is in force, null where it is not"},
    versions=listed(
        thing(
            **dict.fromkeys(("version", "title", "severity", "text"), TEXT),
            first=TIME,
            ended=MAYBE_TIME,
            alerts=WHOLE,
        )
    ),
)
PILLAR = thing(
    **dict.fromkeys(("id", "title", "question"), TEXT),
    people=WHOLE,
    findings=WHOLE,
    newest=MAYBE_TIME,
    matrix=listed(
        thing(
            **dict.fromkeys(("actor", "owner", "check", "title"), TEXT),
            count=WHOLE,
            days=WHOLE,
            first=TIME,
            last=TIME,
        )
    ),
    shares=listed(
        thing(
            by={**TEXT, "enum": ["month", "repository", "team"]},
            of=TEXT,
            **dict.fromkeys(("reviewed", "bypass", "unknown"), WHOLE),
            share=MAYBE_NUMBER,
        )
    ),
)
VERDICT = thing(
    **dict.fromkeys(("id", "repository", "branch", "commit", "verdict", "why", "said"), TEXT),
    **dict.fromkeys(("account", "lander", "person"), MAYBE),
    time=TIME,
    pull_request=MAYBE_WHOLE,
    team=TEXT,
    documents=FLAG,
    reviewers=listed(TEXT),
    events=listed(TEXT),
)
REPORT = thing(
    **dict.fromkeys(("schedule", "subject", "text"), TEXT),
    id=WHOLE,
    since=TIME,
    until=TIME,
    made=TIME,
    sent=MAYBE_TIME,
)
COUNTS = (
    *("batches", "waiting", "failed", "records", "stored", "duplicates", "rejected"),
    *("lines_hour", "bytes_hour", "lines_day", "bytes_day", "stored_day"),
)
VITALS: dict[str, Schema] = {
    "counts": thing(**dict.fromkeys(COUNTS, WHOLE), rejected_share=NUMBER),
    "heard": MAYBE_TIME,
    "newest": MAYBE_TIME,
    "lag_seconds": MAYBE_NUMBER,
    "ahead_seconds": MAYBE_NUMBER,
}
FEED = thing(
    name=TEXT,
    state=TEXT,
    last_seen=MAYBE_TIME,
    usual_silence_seconds=MAYBE_NUMBER,
    silent_since=MAYBE_TIME,
    sources=listed(thing(source=TEXT, **VITALS)),
    **VITALS,
)

STANDING: Schema = {**TEXT, "enum": ["suspect", "trusted", "cleared"]}
IMPACT = thing(
    asked=thing(
        kind={**TEXT, "enum": ["person", "path", "commit"]},
        value=TEXT,
        since=TIME,
        until=MAYBE_TIME,
    ),
    progress=thing(suspects=WHOLE, worked_through=WHOLE),
    notes=listed(TEXT),
    things=listed(
        thing(
            **dict.fromkeys(("key", "kind", "name", "why"), TEXT),
            **dict.fromkeys(("owner", "owner_name"), MAYBE),
            time=TIME,
            standing=STANDING,
            distance=WHOLE,
            steps=listed(
                thing(
                    **dict.fromkeys(("source", "person", "person_name"), MAYBE),
                    time=TIME,
                    sentence=TEXT,
                    events=listed(thing(id=TEXT, time=TIME)),
                )
            ),
            decision=thing(
                standing=STANDING,
                **dict.fromkeys(("by", "note"), TEXT),
                time=TIME,
                reached_otherwise_since=FLAG,
            )
            | {"nullable": True},
        )
    ),
)


def asked(most: int) -> list[OpenApiParameter]:
    """The parameters that all lists have."""
    return [
        OpenApiParameter("cursor", str, description="of the page before; goes on behind it"),
        OpenApiParameter(
            "limit", {"type": "integer", "minimum": 1, "maximum": most}, description="rows"
        ),
    ]


HIDDEN = OpenApiParameter("hidden", bool, description="true: also what exceptions hide")
UPDATED_AFTER = OpenApiParameter(
    "updated_after", str, description="a time as 2026-11-03T14:00:00Z, where no cursor is given"
)


def answers(row: Schema) -> dict[int, Any]:
    """A page, or why not."""
    return {200: page_of(row), **dict.fromkeys((400, 401, 403, 503), ErrorSerializer)}
