"""Raw lines of products, read by their sources: Sigma's names and own rules find what they say."""

import dataclasses
import importlib
import io
import json
from typing import Any

import pyarrow as pa
import pytest

from analytics.detection.loading import OWN_RULES, RuleSet, load
from analytics.detection.matcher import match
from tests.analytics.detection.conftest import Write, document
from tests.analytics.sources.reading import CONTEXT

OWN = load([OWN_RULES])
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

# A log source and fields as Sigma's public rules name them, and a line that such a rule is for.
PUBLIC = {
    "GitHub": (
        {"product": "github", "service": "audit"},
        {
            "action": "org.disable_saml",
            "actor": "bkim",
            "actor_ip|cidr": "10.0.0.0/8",
            "org": "lab",
        },
        "github_audit",
        of_github("org.disable_saml"),
    ),
    "GitHub, of a repository": (
        {"product": "github", "service": "audit"},
        {"action|startswith": "repo.", "repo": "lab/trainlib", "visibility": "public"},
        "github_audit",
        of_github("repo.access", repo="lab/trainlib", visibility="public"),
    ),
    "GitHub, of a member": (
        {"product": "github", "service": "audit"},
        {"action": "org.update_member", "user": "eve", "permission": "admin"},
        "github_audit",
        of_github("org.update_member", user="eve", permission="admin", old_permission="read"),
    ),
    "GitLab": (
        {"product": "gitlab", "service": "audit"},
        {
            "event_type": "project_visibility_level_updated",
            "author_name": "Bo Kim",
            "details.to": "Public",
            "entity_path": "lab/trainlib",
        },
        "gitlab_audit",
        of_gitlab("project_visibility_level_updated", change="visibility", to="Public"),
    ),
    "GitLab's requests": (
        {"product": "gitlab", "service": "production"},
        {"method": "POST", "path": "/users/password", "status": 302},
        "gitlab_production",
        {
            "method": "POST",
            "path": "/users/password",
            "controller": "PasswordsController",
            "action": "create",
            "status": 302,
            "time": "2026-02-20T09:00:00.000Z",
            "params": [{"key": "user", "value": {"email": ["bkim@lab.example"]}}],
            "correlation_id": "01H",
            "duration_s": 0.1,
        },
    ),
    "Bitbucket": (
        {"product": "bitbucket", "service": "audit"},
        {"auditType.category": "Repositories", "auditType.action": "Repository deleted"},
        "bitbucket_audit",
        of_bitbucket(
            "Repository deleted",
            "bitbucket.service.repository.audit.action.repositorydeleted",
            "Repositories",
        ),
    ),
    "Kubernetes": (
        {"product": "kubernetes", "service": "audit", "category": "application"},
        {
            "verb": "create",
            "objectRef.resource": "pods",
            "objectRef.namespace": "team-vision",
            "user.username|startswith": "bkim",
            "user.groups|contains": "vision",
            "responseStatus.code": 200,
            "annotations.authorization.k8s.io/decision": "allow",
            "requestObject.spec.containers.securityContext.privileged": "true",
            "requestObject.spec.hostPID": "true",
        },
        "kubernetes_audit",
        of_kubernetes("create", "pods", requestObject=POD),
    ),
    "Kubernetes, of rights": (
        {"product": "kubernetes", "service": "audit"},
        {
            "objectRef.resource": "clusterrolebindings",
            "requestObject.roleRef.name": "cluster-admin",
            "requestObject.subjects|contains": "ServiceAccount:default",
        },
        "kubernetes_audit",
        of_kubernetes(
            "create",
            "clusterrolebindings",
            requestObject={
                "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
                "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "n"}],
            },
        ),
    ),
    "Okta": (
        {"product": "okta", "service": "okta"},
        {"eventType": "user.mfa.factor.deactivate", "securityContext.isProxy": "true"},
        "okta_system_log",
        of_okta("user.mfa.factor.deactivate"),
    ),
    "AWS": (
        {"product": "aws", "service": "cloudtrail"},
        {
            "eventSource": "signin.amazonaws.com",
            "eventName": "ConsoleLogin",
            "responseElements.ConsoleLogin": "Failure",
            "userIdentity.type": "IAMUser",
        },
        "cloudtrail",
        CLOUDTRAIL,
    ),
    "Entra's directory": (
        {"product": "azure", "service": "auditlogs"},
        {"properties.message": "Update conditional access policy", "Category": "Policy"},
        "entra_logs",
        ENTRA_AUDIT,
    ),
    "Entra's sign-ins": (
        {"product": "azure", "service": "signinlogs"},
        {
            "ResultType": 50053,
            "Status": "Failure",
            "AuthenticationRequirement": "singleFactorAuthentication",
        },
        "entra_logs",
        ENTRA_SIGN_IN,
    ),
    "Google Cloud": (
        {"product": "gcp", "service": "gcp.audit"},
        {"gcp.audit.method_name": "storage.buckets.delete"},
        "gcs_audit",
        GOOGLE,
    ),
    "Hugging Face": (
        {"product": "huggingface", "service": "audit"},
        {"event.action": "org.settings.security.2fa.disable"},
        "hf_audit",
        of_hub("org.settings.security.2fa.disable"),
    ),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_fields_are_found_by_the_names_that_public_rules_use(name: str, write: Write) -> None:
    asked, fields, source, record = PUBLIC[name]
    events = events_of(source, record)
    rules = load([write(document({"selection": fields}, logsource=asked), "as_public")])
    assert not rules.refused
    assert fired(rules, events) == {"as_public"}
    for field in fields:
        other = {name: value for name, value in fields.items() if name != field}
        other[field.partition("|")[0]] = "something else"
        rules = load([write(document({"selection": other}, logsource=asked), "as_public")])
        assert fired(rules, events) == set(), f"{field} is not looked at"


LINES: dict[str, tuple[str, Record]] = {
    "audit_log_stream_off": ("github_audit", of_github("audit_log_streaming.destroy")),
    "second_factor_not_required": (
        "gitlab_audit",
        of_gitlab(
            "group_require_two_factor_authentication_updated",
            change="require_two_factor_authentication",
            **{"from": True, "to": False},
        ),
    ),
    "organisation_rights_raised": (
        "github_audit",
        of_github("org.update_member", user="eve", permission="admin", old_permission="read"),
    ),
    "repository_made_public": (
        "github_audit",
        of_github("repo.access", repo="lab/trainlib", visibility="public"),
    ),
    "password_reset_for_several": (
        "gitlab_audit",
        of_gitlab(
            "password_reset_requested",
            custom_message="Ask for password reset",
            target_details='["bkim@lab.example","x@evil.example"]',
        ),
    ),
    "secret_guard_off": (
        "bitbucket_audit",
        of_bitbucket(
            "Project secret scanning rule deleted",
            "bitbucket.secretscanning.audit.action.projectruledeleted",
            "Projects",
        ),
    ),
    "runner_registered": (
        "github_audit",
        of_github("repo.register_self_hosted_runner", repo="lab/trainlib"),
    ),
    "rights_self_granted": (
        "kubernetes_audit",
        of_kubernetes(
            "create",
            "clusterrolebindings",
            ref={"apiGroup": "rbac.authorization.k8s.io"},
            requestObject={
                "roleRef": {"kind": "ClusterRole", "name": "view"},
                "subjects": [{"kind": "User", "name": "bkim@lab.example"}],
            },
        ),
    ),
    "everybody_bound": (
        "kubernetes_audit",
        of_kubernetes(
            "patch",
            "rolebindings",
            requestObject={"subjects": [{"kind": "Group", "name": "system:unauthenticated"}]},
        ),
    ),
    "role_allows_everything": (
        "kubernetes_audit",
        of_kubernetes(
            "create",
            "clusterroles",
            requestObject={"rules": [{"verbs": ["get"]}, {"verbs": ["*"], "resources": ["*"]}]},
        ),
    ),
    "job_interface_opened": (
        "kubernetes_audit",
        of_kubernetes(
            "create",
            "services",
            ref={"name": "ray-head"},
            requestObject={"spec": {"type": "NodePort"}},
        ),
    ),
    "acted_as_administrator": (
        "kubernetes_audit",
        of_kubernetes(
            "get",
            "secrets",
            impersonatedUser={"username": "x", "groups": ["system:masters"]},
        ),
    ),
    "secret_read_in_container": (
        "kubernetes_audit",
        of_kubernetes(
            "create",
            "pods",
            ref={"subresource": "exec"},
            requestURI="/api/v1/namespaces/n/pods/p/exec?command=cat&command=%2Fproc%2F1%2Fenviron",
            responseStatus={"code": 101},
        ),
    ),
    "pod_with_host_rights": (
        "kubernetes_audit",
        of_kubernetes(
            "create",
            "pods",
            requestObject={
                "spec": {
                    "containers": [{"image": "i"}],
                    "volumes": [{"hostPath": {"path": "/data"}}, {"hostPath": {"path": "/etc"}}],
                }
            },
        ),
    ),
    "org_guard_lowered": ("hf_audit", of_hub("org.settings.security.2fa.disable")),
}


@pytest.mark.parametrize("rule", LINES)
def test_an_own_rule_fires_on_a_line_of_the_log(rule: str) -> None:
    source, record = LINES[rule]
    assert rule in fired(OWN, events_of(source, record))


def test_making_a_repository_private_is_not_taken_for_making_it_public() -> None:
    line = of_github("repo.access", repo="lab/trainlib", visibility="private")
    assert "repository_made_public" not in fired(OWN, events_of("github_audit", line))


def test_a_key_of_ones_own_is_not_taken_for_a_deploy_key() -> None:
    found = fired(OWN, events_of("github_audit", of_github("public_key.create")))
    assert "personal_key_added" in found
    assert "deploy_key_added" not in found
