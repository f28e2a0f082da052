"""What commands do with what they name."""

import pytest

from analytics.governance.impact.deeds import deed
from analytics.governance.impact.naming import depended, image, unit


@pytest.mark.parametrize(
    ("command", "what", "found"),
    [
        ("cp -r /a/b /a/c /shared/x", "writes", {"/shared/x"}),
        ("cp -r /a/b /a/c /shared/x", "reads", {"/a/b", "/a/c"}),
        ("sudo -u ana mv one.pt ../two.pt", "writes", {"/home/two.pt"}),
        ("cd /shared/lib && vim optim.py", "writes", {"/shared/lib/optim.py"}),
        ("sed -i s/1/2/ /shared/lib/a.py b.py", "writes", {"/shared/lib/a.py", "/home/ana/b.py"}),
        ("sed s/1/2/ /shared/lib/a.py", "writes", set()),
        ("echo x >> /shared/lib/a.py", "writes", {"/shared/lib/a.py"}),
        ("dd if=/a/x of=/shared/y bs=1M", "writes", {"/shared/y"}),
        ("docker build -t reg:5000/lab/x:1 --push .", "pushes", {"lab/x:1"}),
        ("docker build -t reg:5000/lab/x:1 -f d/File /shared/c", "reads", {"/shared/c"}),
        ("podman image push lab/x", "pushes", {"lab/x:latest"}),
        ("docker tag lab/x:1 lab/y:2", "names", {"lab/x:1"}),
        ("skopeo copy docker://r.example/a:1 docker://r.example/b:1", "pushes", {"b:1"}),
        ("apptainer build /shared/i.sif docker://r.example/a:1", "writes", {"/shared/i.sif"}),
        ("hf upload lab/model ./out", "models", {"lab/model"}),
        ("hf upload lab/model ./out", "reads", {"/home/ana/out"}),
        ("hf download lab/model --local-dir /shared/m", "writes", {"/shared/m"}),
        ("git -C /shared/lib pull", "checkouts", {("/shared/lib", "lib")}),
        ("git clone git@h:lab/lib.git", "checkouts", {("/home/ana/lib", "lib")}),
        ("git status", "checkouts", set()),
        ("cp 'unclosed /shared/x", "reads", {"/home/ana/'unclosed"}),
        ("cp", "writes", set()),
        ("", "writes", set()),
    ],
)
def test_a_command_is_taken_apart(command: str, what: str, found: set[str]) -> None:
    assert getattr(deed(command, "/home/ana"), what) == found


@pytest.mark.parametrize(
    ("command", "folder", "found"),
    [
        ("python /shared/lib/train.py", None, {"/shared/lib/train.py", "/shared/lib"}),
        ("/shared/env/bin/python x.py", "/home/a", {"/shared/env/bin/python", "/shared/env",
                                                    "/home/a", "/home/a/x.py"}),
        ("sbatch ../x/t.sh", "/shared/p/q", {"/shared/p/q", "/shared/p/x", "/shared/p/x/t.sh"}),
        ("train --data=/shared/d/x.bin,/shared/e", None, {"/shared/d/x.bin", "/shared/e"}),
        ("train /usr/bin/x /tmp/y /shared", None, set()),
        ("curl https://a.example/shared/x", None, set()),
    ],
)  # fmt: skip
def test_a_command_depends_on_what_it_names(
    command: str, folder: str | None, found: set[str]
) -> None:
    assert set(depended(command, folder)) == found


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("reg.lab.example/a/b:1", "a/b:1"),
        ("localhost/a", "a:latest"),
        ("docker://reg:5000/a/b", "a/b:latest"),
        ("reg.lab.example#a/b:1", "a/b:1"),
        ("a@sha256:0f", "a@sha256:0f"),
        ("lab/a", "lab/a:latest"),
    ],
)
def test_an_image_has_one_name_however_it_is_written(name: str, one: str) -> None:
    assert image(name) == one


@pytest.mark.parametrize(
    ("path", "one"),
    [
        ("/shared/c/checkpoint-500/model.safetensors", "/shared/c/checkpoint-500"),
        ("/shared/c/global_step500/zero/rank_0.pt", "/shared/c/global_step500"),
        ("/shared/c/iter_0000500/mp_rank_00/model.pt", "/shared/c/iter_0000500"),
        ("/shared/c/step-500.pt", "/shared/c/step-500.pt"),
        ("/shared/c/model.pt", "/shared/c/model.pt"),
    ],
)
def test_the_parts_of_a_checkpoint_are_one_thing(path: str, one: str) -> None:
    assert unit(path) == one
