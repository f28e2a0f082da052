"""Raw lines of products, read by their sources, have the names of fields that public rules use."""

import pytest

from analytics.detection.loading import load
from tests.analytics.detection.conftest import Write, document
from tests.analytics.detection.product_lines import (
    CLOUDTRAIL,
    ENTRA_AUDIT,
    ENTRA_SIGN_IN,
    GOOGLE,
    POD,
    events_of,
    fired,
    of_bitbucket,
    of_github,
    of_gitlab,
    of_hub,
    of_kubernetes,
    of_okta,
)

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
