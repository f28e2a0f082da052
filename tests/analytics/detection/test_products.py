"""Raw lines of products, read by their sources: Sigma's names and own rules find what they say."""

import pytest

from analytics.detection.loading import OWN_RULES, load
from tests.analytics.detection.product_lines import (
    Record,
    events_of,
    fired,
    of_bitbucket,
    of_github,
    of_gitlab,
    of_hub,
    of_kubernetes,
)

OWN = load([OWN_RULES])


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
