"""What a payload of Gitea or Forgejo tells of, in the words that all forges share."""

from analytics.forges.deliveries import Delivery
from analytics.forges.pushes import branch_of, landed
from analytics.forges.values import Row, at, first, text

# Without a header the keys decide; the first row whose keys are all there is right.
BY_KEYS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (kind, frozenset(keys.split()))
    for kind, keys in (
        ("push", "commits ref"),
        ("delete", "ref_type pusher_type"),
        ("create", "ref_type sha"),
        ("create", "ref_type default_branch"),  # of Gogs
        ("fork", "forkee"),
        ("pull_request_review", "pull_request review"),
        ("issue_comment", "issue comment"),
        ("pull_request", "pull_request"),
        ("issues", "issue"),
        ("release", "release"),
        ("wiki", "page"),
        ("package", "package"),
        ("workflow_run", "workflow_run"),
        ("workflow_job", "workflow_job"),
        ("status", "context state"),
        ("repository", "action repository"),
    )
)
REVIEWS = {
    "pull_request_approved": "approved",
    "pull_request_review_approved": "approved",
    "pull_request_rejected": "changes_requested",
    "pull_request_review_rejected": "changes_requested",
    "pull_request_comment": "commented",
    "pull_request_review_comment": "commented",
}
STEPS = {"synchronized": "synchronize", "updated": "edited"}
PARTS = (  # of events that have names of their own beside the thing they are about
    *("_assign", "_label", "_milestone", "_sync", "_review_request"),
)


def kind_of(delivery: Delivery) -> str | None:
    """The event's name: the header's, else the one whose keys the payload has."""
    payload = delivery.payload
    kind = delivery.kind
    if kind is None:
        kind = next((name for name, keys in BY_KEYS if keys <= payload.keys()), None)
    review = first(payload, "review.type")
    return review if review in REVIEWS and kind not in REVIEWS else kind


def action_of(kind: str, delivery: Delivery) -> str:
    """What was done, in the words that all forges share where they fit."""
    payload = delivery.payload
    if kind in REVIEWS and "review" in payload:
        return f"pull_request_review.{REVIEWS[kind]}"
    if kind == "push" and landed(payload.get("after")) is None and landed(payload.get("before")):
        return "delete"
    if kind == "pull_request_comment" or (kind == "issue_comment" and payload.get("is_pull")):
        kind = "pull_request_review_comment"
    done = text(payload.get("action"))
    for part in PARTS:
        kind = kind.removesuffix(part)
    if kind == "pull_request" and done == "closed" and at(payload, "pull_request.merged") is True:
        return "pull_request.merged"
    return f"{kind}.{STEPS.get(done, done)}" if done else kind


def branch_told(kind: str, payload: Row) -> str | None:
    """The branch that it is about; of a pull request the one it goes into."""
    if "pull_request" in payload:
        return first(payload, "pull_request.base.ref", "pull_request.base_branch")
    if kind in ("create", "delete") and "ref_type" in payload:
        name = text(payload.get("ref")) if payload.get("ref_type") == "branch" else None
        return branch_of(name) or name
    return branch_of(payload.get("ref")) or first(payload, "workflow_run.head_branch")


def commit_told(action: str, payload: Row) -> str | None:
    """The commit that was pushed, landed, or reviewed."""
    if action == "pull_request.merged":
        paths = ("pull_request.merge_commit_sha", "pull_request.merged_commit_id")
    else:
        paths = ("commit_id", "pull_request.head.sha")
    found = (landed(at(payload, path)) for path in ("after", *paths, "sha"))
    return next(filter(None, found), None)
