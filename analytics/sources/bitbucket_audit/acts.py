"""What a record tells of: by the key of its action, which no language changes."""

from analytics.jsonlog.values import LONGEST_LABEL

# The end of a key and the word that all forges share.
ACTIONS = {
    "repositorycreated": "repository.created",
    "repositorydeleted": "repository.deleted",
    "repositorymodified": "repository.edited",
    "repositoryforked": "fork",
    "repositorymoved": "repository.transferred",
    "repositoryarchived": "repository.archived",
    "repositoryaccessed": "repository.accessed",
    "repositorydefaultbranchmodified": "repository.edited",
    "repositorypermissiongranted": "member.added",
    "repositorypermissionmodified": "member.edited",
    "repositorypermissionrevoked": "member.removed",
    "projectpermissiongranted": "membership.added",
    "projectpermissionmodified": "membership.edited",
    "projectpermissionrevoked": "membership.removed",
    "globalpermissiongranted": "membership.added",
    "globalpermissionmodified": "membership.edited",
    "globalpermissionrevoked": "membership.removed",
    "sshaccesskeygranted.repository": "deploy_key.created",
    "sshaccesskeygranted.project": "deploy_key.created",
    "sshaccesskeyrevoked.repository": "deploy_key.deleted",
    "sshaccesskeyrevoked.project": "deploy_key.deleted",
    "restrictioncreated": "branch_protection_rule.created",
    "restrictiondeleted": "branch_protection_rule.deleted",
    "restrictionmodified": "branch_protection_rule.edited",
}
RULES = ("restriction", "mergecheck", "requiredbuild", "defaultreviewer", "branchpermission")
CATEGORIES = (
    *(("authentication", "authentication"), ("login", "authentication")),
    ("loggedin", "authentication"),
    *(("logout", "authentication"), ("permission", "iam"), ("user", "iam"), ("group", "iam")),
    *(("accesstoken", "iam"), ("sshkey", "iam"), ("accesskey", "iam"), ("gpg", "iam")),
    *(("member", "iam"), ("deploy_key", "iam"), ("token", "iam")),
)
KINDS = (
    *(("created", "creation"), ("added", "creation"), ("granted", "creation")),
    *(("deleted", "deletion"), ("removed", "deletion"), ("revoked", "deletion")),
    *(
        ("accessed", "access"),
        ("audit.search", "access"),
        ("success", "start"),
        ("loggedin", "start"),
        ("clone", "access"),
    ),
)
FAILURES = ("fail", "unauthorized", "denied", "rejected")


def action_of(key: str, said: str | None) -> str:
    """What was done: the shared word, else the key without what all keys begin with."""
    tail = key.rpartition(".action.")[2]
    found = ACTIONS.get(tail)
    if found:
        return found
    if any(rule in tail for rule in RULES):
        step = next((kind for word, kind in KINDS if word in tail), "change")
        words = {"creation": "created", "deletion": "deleted"}
        return f"branch_protection_rule.{words.get(step, 'edited')}"
    return (tail or said or "audit-record")[:LONGEST_LABEL]


def category_of(action: str) -> str:
    """The ECS category of an action."""
    words = action.lower()
    return next((name for word, name in CATEGORIES if word in words), "configuration")


def type_told(action: str) -> str:
    """The ECS type of an action."""
    words = action.lower()
    return next((name for word, name in KINDS if word in words), "change")


def outcome_of(action: str, said: str | None) -> str:
    """Failure where the action's name says so."""
    words = f"{action} {said or ''}".lower()
    return "failure" if any(word in words for word in FAILURES) else "success"
