"""Which requests mean what every forge knows: fetches, pushes, rules, members, settings."""

FETCH, PUSH = "git.fetch", "git.push"
STEPS = {"create": "created", "update": "edited", "destroy": "deleted"}
MEMBERS = {"create": "added", "update": "edited", "destroy": "removed"}
GIT = ("Repositories::GitHttpController", "Projects::GitHttpController")


def _steps(controller: str, noun: str, words: dict[str, str] = STEPS) -> dict[str, str]:
    return {f"{controller}#{step}": f"{noun}.{word}" for step, word in words.items()}


# A push is one git_receive_pack. A clone or fetch is one info_refs for git-upload-pack (see
# `fetched`), but one or more git_upload_pack.
CONTROLLERS: dict[str, str] = {
    **{f"{controller}#git_receive_pack": PUSH for controller in GIT},
    **_steps("Projects::ProtectedBranchesController", "branch_protection_rule"),
    **_steps("Projects::DeployKeysController", "deploy_key"),
    **_steps("Projects::ProjectMembersController", "member", MEMBERS),
    **_steps("Groups::GroupMembersController", "membership", MEMBERS),
    **_steps("ProjectsController", "repository"),
    "ProjectsController#transfer": "repository.transferred",
    "ProjectsController#archive": "repository.archived",
    "ProjectsController#unarchive": "repository.unarchived",
    "ProjectsController#export": "repository.export",
    "ProjectsController#download_export": "repository.download_export",
    "Projects::RepositoriesController#archive": "repo.download_zip",
    "Projects::BranchesController#destroy": "branch.deleted",
}
PROJECT = "/api/:version/projects/:id"
METHODS = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "destroy"}


def _routes(noun: str, collection: str, key: str, words: dict[str, str]) -> dict[str, str]:
    places = {"POST": collection} | dict.fromkeys(("PUT", "PATCH", "DELETE"), f"{collection}/{key}")
    return {
        f"{method} {place}": f"{noun}.{words[METHODS[method]]}" for method, place in places.items()
    }


ROUTES: dict[str, str] = {
    **_routes("branch_protection_rule", f"{PROJECT}/protected_branches", ":name", STEPS),
    **_routes("deploy_key", f"{PROJECT}/deploy_keys", ":key_id", STEPS),
    **_routes("member", f"{PROJECT}/members", ":user_id", MEMBERS),
    **_routes("membership", "/api/:version/groups/:id/members", ":user_id", MEMBERS),
    **_routes("branch_protection_rule", f"{PROJECT}/approval_rules", ":approval_rule_id", STEPS),
    "POST /api/:version/projects": "repository.created",
    f"PUT {PROJECT}": "repository.edited",
    f"DELETE {PROJECT}": "repository.deleted",
    f"PUT {PROJECT}/transfer": "repository.transferred",
    f"POST {PROJECT}/archive": "repository.archived",
    f"POST {PROJECT}/export": "repository.export",
    f"GET {PROJECT}/export/download": "repository.download_export",
    f"GET {PROJECT}/repository/archive": "repo.download_zip",
    f"DELETE {PROJECT}/repository/branches/:branch": "branch.deleted",
}
INFO = frozenset(f"{controller}#info_refs" for controller in GIT)
COMMANDS = {
    "git-upload-pack": FETCH,
    "git-upload-archive": FETCH,
    "git-receive-pack": PUSH,
}


def fetched(asked: str, service: object) -> bool:
    """Whether a request is what every clone and fetch over HTTP asks exactly once."""
    return asked in INFO and service == "git-upload-pack"
