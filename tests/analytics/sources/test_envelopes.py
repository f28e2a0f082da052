"""The same records however another service passes them on, and what they say in other words."""

import json
from typing import Any

import pytest

from analytics.pipeline import log_sources
from tests.analytics.sources.reading import read

CALL = {
    "eventVersion": "1.08",
    "userIdentity": {"type": "IAMUser", "userName": "asilva"},
    "eventTime": "2026-02-07T22:23:37Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "DeleteObject",
    "requestParameters": {"bucketName": "ckpt", "key": "run7/step100.pt"},
    "eventID": "c1",
}
SIGN_IN = {
    "uuid": "u1",
    "published": "2026-02-07T22:23:37.000Z",
    "eventType": "user.session.start",
    "actor": {"type": "User", "alternateId": "asilva"},
    "outcome": {"result": "SUCCESS"},
}
REQUEST = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "auditID": "k1",
    "stage": "ResponseComplete",
    "verb": "delete",
    "user": {"username": "asilva"},
    "stageTimestamp": "2026-02-07T22:23:37.000000Z",
}
LOGIN = (
    'type="LOGIN", realmId="r1", clientId="hub", userId="u7", ipAddress="192.0.2.4", '
    'username="asilva"'
)


def log_group(record: Any) -> dict[str, Any]:
    return {"messageType": "DATA_MESSAGE", "logEvents": [{"message": json.dumps(record)}]}


@pytest.mark.parametrize(
    ("source", "document"),
    [
        ("cloudtrail", {"detail-type": "AWS API Call via CloudTrail", "detail": CALL}),
        ("cloudtrail", {"Events": [{"EventId": "c1", "CloudTrailEvent": json.dumps(CALL)}]}),
        ("cloudtrail", log_group(CALL)),
        ("okta_system_log", {"detail-type": "SystemLog", "detail": SIGN_IN}),
        ("okta_system_log", {"eventType": "com.okta.event_hook", "data": {"events": [SIGN_IN]}}),
        ("kubernetes_audit", log_group(REQUEST)),
        ("kubernetes_audit", {"log": json.dumps(REQUEST) + "\n", "stream": "stdout"}),
        (
            "kubernetes_audit",
            {"records": [{"category": "kube-audit", "properties": {"log": json.dumps(REQUEST)}}]},
        ),
        (
            "keycloak_events",
            {
                "timestamp": "2026-02-07T22:23:37Z",
                "loggerName": "org.keycloak.events",
                "message": LOGIN,
            },
        ),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_record_is_read_out_of_what_carries_it(
    source: str, document: Any, indent: int | None
) -> None:
    log = json.dumps(document, indent=indent)
    sure = [name for name, one in log_sources().items() if one.recognises(log.encode(), "x") >= 0.5]
    assert sure == [source]
    ((row,), rejected) = read(source, log)
    assert not rejected
    assert (row["@timestamp"].isoformat(), row["user.name"]) == (
        *("2026-02-07T22:23:37+00:00", "asilva"),
    )


@pytest.mark.parametrize("record", [CALL, SIGN_IN, REQUEST], ids=["aws", "okta", "kubernetes"])
@pytest.mark.parametrize(
    ("own", "name"), [({"__REALTIME_TIMESTAMP": "1770710400000000"}, "MESSAGE"),
                      ({"@timestamp": "2026-02-07T22:23:37Z", "ecs": {"version": "8.0"},
                        "agent": {"type": "filebeat"}}, "message")],
    ids=["journald", "ecs"],
)  # fmt: skip
def test_what_a_collector_took_as_text_is_the_collectors(
    record: Any, own: dict[str, Any], name: str, request: pytest.FixtureRequest
) -> None:
    log = json.dumps({**own, name: json.dumps(record)}).encode()
    sure = [found for found, one in log_sources().items() if one.recognises(log, "x") >= 0.5]
    assert sure == [request.node.callspec.id.partition("-")[0]]


def test_a_line_of_keycloak_that_syslog_brings_is_of_syslog() -> None:
    log = b"Feb 21 21:54:44 kc1 kc[1]: 2026-02-21 21:54:44,1 WARN  [org.keycloak.events] (x) a=b\n"
    sure = [name for name, one in log_sources().items() if one.recognises(log, "x") >= 0.5]
    assert sure == ["syslog"]


@pytest.mark.parametrize("source", ["cloudtrail", "okta_system_log", "kubernetes_audit"])
def test_a_message_that_is_no_record_is_rejected(source: str) -> None:
    for message in ('"{not json"', '"text"', "7", "null", "[]"):
        rows, rejected = read(source, f'{{"logEvents": [{{"message": {message}}}]}}')
        assert (rows, len(rejected)) == ([], 1)


@pytest.mark.parametrize(
    ("identity", "who"),
    [
        ({"type": "IAMUser", "arn": "arn:aws:iam::1:user/lab/asilva"}, "aws:asilva"),
        ({"type": "FederatedUser", "arn": "arn:aws:sts::1:federated-user/bkim"}, "aws:bkim"),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "9448-7"}}, "aws:9448-7"),
        ({"type": "IAMUser", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}, None),
        ({"type": "Root", "arn": "arn:aws:iam::1:root"}, "aws:root"),
        ({"type": "AWSService", "invokedBy": "backup.amazonaws.com"}, None),
    ],
)
def test_who_called_aws_is_told_by_each_kind_of_identity(identity: Any, who: str | None) -> None:
    ((row,), _) = read("cloudtrail", json.dumps({**CALL, "userIdentity": identity}))
    assert row["actor.account"] == who


@pytest.mark.parametrize(
    ("result", "outcome"),
    [("50126", "failure"), (0, "success"), ("Success", "success"), (None, "unknown")],
)
def test_a_sign_in_without_a_status_has_its_envelopes_result(result: Any, outcome: str) -> None:
    document = {
        "time": "2026-01-15 09:30:45.123",
        "category": "SignInLogs",
        "resultType": result,
        "properties": {"userPrincipalName": "asilva@lab.example"},
    }
    ((row,), _) = read("entra_logs", json.dumps(document))
    assert (row["event.action"], row["event.outcome"]) == ("sign-in", outcome)


def test_a_risk_that_entra_finds_is_an_alert_and_no_sign_in() -> None:
    document = {
        "time": "2026-01-15T09:30:45Z",
        "category": "UserRiskEvents",
        "properties": {
            "riskEventType": "unfamiliarFeatures",
            "riskState": "atRisk",
            "riskLevel": "high",
            "userPrincipalName": "asilva@lab.example",
        },
    }
    ((row,), _) = read("entra_logs", json.dumps(document))
    assert (row["event.kind"], row["event.action"]) == ("alert", "unfamiliarFeatures")
    assert (row["actor.account"], row["user.name"]) == (None, "asilva@lab.example")


def test_an_audit_may_be_named_by_its_envelope_alone() -> None:
    document = {
        "time": "2026-01-15T09:30:45Z",
        "category": "AuditLogs",
        "operationName": "User has elevated their access",
        "properties": {"initiatedBy": {"user": {"userPrincipalName": "asilva@lab.example"}}},
    }
    ((row,), _) = read("entra_logs", json.dumps(document))
    assert (row["event.category"], row["actor.account"]) == ("iam", "entra:asilva@lab.example")


@pytest.mark.parametrize(
    "said",
    [
        'operationType="CREATE", realmId="r1", userId="u7", ipAddress="192.0.2.4", '
        r'representation="[{\"name\": \"x, userId=u9, username=root\"}]"',
        "operationType=CREATE, realmId=r1, userId=u7, ipAddress=192.0.2.4, "
        "reason='a b, userId=u9', redirect_uri=http://hub/?a=1,userId=u9, userId=u9",
    ],
)
def test_what_somebody_typed_is_no_field_of_keycloak(said: str) -> None:
    log = f"2026-02-07 22:23:37,001 INFO  [org.keycloak.events] (executor-thread-1) {said}\n"
    ((row,), _) = read("keycloak_events", log)
    assert (row["user.id"], row["source.ip"]) == ("u7", "192.0.2.4")
    assert row["actor.account"] == "keycloak:u7"
