"""Records as products write them into their logs, and the events that our sources make of them."""

import dataclasses
import importlib
import io
import json
from typing import Any

import pyarrow as pa

from analytics.detection.loading import RuleSet
from analytics.detection.matcher import match
from tests.analytics.sources.reading import CONTEXT

Record = dict[str, Any]


def events_of(source: str, record: Record) -> pa.Table:
    """What the source makes of a log of one line, as rules look at it."""
    module = importlib.import_module(f"analytics.sources.{source}")
    log = io.BytesIO(json.dumps(record).encode() + b"\n")
    batches = list(module.SOURCE.parse(log, dataclasses.replace(CONTEXT)))
    assert not [each for batch in batches for each in batch.rejected]
    return pa.concat_tables(batch.events for batch in batches)


def fired(rules: RuleSet, events: pa.Table) -> set[str]:
    """The rules that fire on one of the events."""
    return {alert.rule for alert in match(rules, events)}


def of_github(action: str, **more: Any) -> Record:
    """A record as GitHub streams it."""
    return {
        "@timestamp": 1771578000003,
        "_document_id": "q3VnYm1pZ2h0eS1sb2cz",
        "action": action,
        "actor": "bkim",
        "actor_id": 4411,
        "actor_ip": "10.2.0.44",
        "actor_location": {"country_code": "DE"},
        "created_at": 1771578000003,
        "org": "lab",
        "org_id": 900,
        "user_agent": "Mozilla/5.0",
        **more,
    }


def of_gitlab(event_type: str, **details: Any) -> Record:
    """An audit event as GitLab streams it."""
    about = {"target_type": "Project", "target_details": "trainlib", **details}
    return {
        "id": "505",
        "author_id": 51,
        "author_name": "Bo Kim",
        "entity_id": 15,
        "entity_type": "Project",
        "entity_path": "lab/trainlib",
        "details": {"author_name": "Bo Kim", "author_class": "User", **about},
        "ip_address": "10.4.0.7",
        "created_at": "2026-02-20T09:03:00.000Z",
        "event_type": event_type,
    }


def of_bitbucket(action: str, key: str, category: str) -> Record:
    """A record of Bitbucket's audit log."""
    return {
        "affectedObjects": [{"id": "40", "name": "trainlib", "type": "REPOSITORY"}],
        "auditType": {
            "action": action,
            "actionI18nKey": key,
            "category": category,
            "level": "BASE",
        },
        "author": {"id": "6", "name": "bkim", "type": "NORMAL"},
        "changedValues": [],
        "extraAttributes": [],
        "method": "Browser",
        "source": "10.4.0.7",
        "timestamp": {"epochSecond": 1771574400, "nano": 313000000},
        "version": "1.0",
    }


def of_kubernetes(verb: str, resource: str, **more: Any) -> Record:
    """An event of the API server's audit log; `ref` adds to what it is about."""
    ref = more.pop("ref", {})
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Request",
        "auditID": "7b1c",
        "stage": "ResponseComplete",
        "requestURI": f"/api/v1/namespaces/team-vision/{resource}",
        "verb": verb,
        "user": {"username": "bkim@lab.example", "groups": ["vision", "system:authenticated"]},
        "sourceIPs": ["10.0.4.17"],
        "userAgent": "kubectl/v1.31.2 (linux/amd64) kubernetes/5864a46",
        "objectRef": {"resource": resource, "namespace": "team-vision", "name": "llm-13b", **ref},
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": "2026-02-10T09:30:00.123456Z",
        "stageTimestamp": "2026-02-10T09:30:00.234567Z",
        "annotations": {"authorization.k8s.io/decision": "allow"},
        **more,
    }


def of_hub(kind: str, **data: Any) -> Record:
    """An event of the Hub's audit log."""
    author = {"_id": "5f0c0a1b2c3d4e5f60718293", "user": "bkim", "type": "user"}
    return {
        "_id": "69a2b1c04d5e6f7081920a02",
        "createdAt": "2026-02-27T22:05:00.000Z",
        "type": kind,
        "message": "did it",
        "author": author,
        "data": data,
    }


def of_okta(kind: str) -> Record:
    """An entry of Okta's System Log."""
    return {
        "uuid": "a1",
        "published": "2026-02-20T09:00:00.000Z",
        "eventType": kind,
        "displayMessage": "Deactivate MFA factor",
        "actor": {"id": "00u1", "type": "User", "alternateId": "bkim@lab.example"},
        "client": {"ipAddress": "10.0.4.17", "userAgent": {"rawUserAgent": "curl/8"}},
        "outcome": {"result": "SUCCESS"},
        "securityContext": {"isProxy": True},
    }


CLOUDTRAIL = {
    "eventVersion": "1.09",
    "eventID": "e-1",
    "eventSource": "signin.amazonaws.com",
    "eventName": "ConsoleLogin",
    "eventTime": "2026-02-20T09:00:00Z",
    "awsRegion": "eu-central-1",
    "sourceIPAddress": "10.0.4.17",
    "userAgent": "Mozilla/5.0",
    "userIdentity": {"type": "IAMUser", "userName": "bkim", "principalId": "AIDA1"},
    "responseElements": {"ConsoleLogin": "Failure"},
    "errorMessage": "Failed authentication",
}
ENTRA_AUDIT = {
    "id": "a-1",
    "category": "Policy",
    "activityDateTime": "2026-02-20T09:00:00Z",
    "activityDisplayName": "Update conditional access policy",
    "loggedByService": "Conditional Access",
    "result": "success",
    "initiatedBy": {"user": {"userPrincipalName": "bkim@lab.example", "id": "u-1"}},
    "targetResources": [{"type": "Policy", "displayName": "Second factor"}],
}
ENTRA_SIGN_IN = {
    "id": "s-1",
    "createdDateTime": "2026-02-20T09:00:00Z",
    "userPrincipalName": "bkim@lab.example",
    "appDisplayName": "Azure Portal",
    "ipAddress": "10.0.4.17",
    "status": {"errorCode": 50053, "failureReason": "Account is locked"},
    "authenticationRequirement": "singleFactorAuthentication",
}
GOOGLE = {
    "logName": "projects/lab/logs/cloudaudit.googleapis.com%2Factivity",
    "insertId": "i-1",
    "timestamp": "2026-02-20T09:00:00Z",
    "protoPayload": {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "storage.googleapis.com",
        "methodName": "storage.buckets.delete",
        "authenticationInfo": {"principalEmail": "bkim@lab.example"},
        "resourceName": "projects/_/buckets/weights",
    },
}
POD = {"spec": {"hostPID": True, "containers": [{"securityContext": {"privileged": True}}]}}
