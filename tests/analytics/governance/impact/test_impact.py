"""What an act reached, from raw lines to the list: each way alone, and a whole story."""

from pathlib import Path

import pytest

from analytics.governance.impact import walking
from tests.analytics.governance.impact.lab import Lab, at, names, sha

LIBRARY = "/shared/envs/torch/lib/python3.11/site-packages/torch/optim/adam.py"
PYTHON = "/shared/envs/torch/bin/python"
BAD = "bad0" * 10


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_an_insider_edits_a_library_and_all_that_came_of_it_is_reached(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "lake")
    for job, start in ((11, 1), (12, 20), (13, 21), (14, 22)):
        lab.job(job, "ana", start, start + 5, f"sbatch --wrap {PYTHON} train.py", node=f"gpu{job}")
    lab.manifest("found", 2, "/shared/ckpt/base/step-1/model.pt", "b")
    lab.audit("write", "mal", 10, LIBRARY)
    lab.audit("write", "mal", 10.5, "/shared/ckpt/base/step-1/model.pt")
    lab.manifest("found", 11, "/shared/ckpt/base/step-1/model.pt", "b")
    lab.manifest("written", 6, "/shared/ckpt/llm/step-4/model.pt", "1", job="11", user="ana")
    lab.manifest("written", 25, "/shared/ckpt/llm/step-5/model.pt", "2", job="12", user="ana")
    lab.manifest("written", 26, "/shared/ckpt/llm/step-6/model.pt", "3", job="13", user="ana")
    lab.job(20, "bo", 40, 50, "sbatch tune.sh --init /shared/ckpt/llm/step-5", node="gpu20")
    lab.manifest("written", 49, "/shared/ckpt/tuned/step-1/model.pt", "4", job="20", user="bo",
                 parent="/shared/ckpt/llm/step-5/model.pt", parent_sha256=sha("2"))  # fmt: skip
    lab.job(21, "bo", 42, 50, "sbatch tune.sh --init /shared/ckpt/llm/step-4", node="gpu21")
    lab.ran("bo", 60, "docker build -t reg.lab.example/serve:3 /shared/ckpt/tuned/step-1")
    lab.ran("bo", 61, "docker push reg.lab.example/serve:3")
    lab.job(30, "ana", 70, 71, "srun --container-image=reg.lab.example#serve:3 serve", node="gpu30")
    found = lab.ask(since=9, until=12, person="mal")
    assert names(found, "job") == [
        *("12 train.py", "13 train.py", "14 train.py", "20 tune.sh", "30 train")
    ]
    assert names(found, "checkpoint") == [
        *("/shared/ckpt/llm/step-5", "/shared/ckpt/llm/step-6", "/shared/ckpt/tuned/step-1")
    ]
    assert names(found, "checkpoint", "trusted") == ["/shared/ckpt/base/step-1"]
    assert names(found, "image") == ["serve:3"]
    assert names(found, "file") == [LIBRARY]
    by_key = {one.key: one for one in found.things}
    tuned = by_key["path:/shared/ckpt/tuned/step-1"]
    assert tuned.distance == 3  # a library, a job, its checkpoint, and what was made of it
    assert {step.source.partition(":")[0] for step in tuned.steps if step.source} == {"job", "path"}
    assert all(step.events for one in found.things for step in one.steps)


def test_a_job_that_began_before_is_reached_only_by_what_it_read_after(lab: Lab) -> None:
    lab.job(1, "ana", 1, 20, f"{PYTHON} train.py", node="gpu01")
    lab.job(2, "bo", 1, 20, f"{PYTHON} train.py", node="gpu02")
    lab.audit("write", "mal", 10, LIBRARY)
    lab.audit("read", "ana", 9, LIBRARY, host="gpu01")
    lab.audit("read", "bo", 11, LIBRARY, host="gpu02")
    found = lab.ask(path=LIBRARY)
    assert names(found, "job") == ["2 train.py"]


def test_what_was_read_on_a_node_belongs_to_the_task_whose_process_it_was(lab: Lab) -> None:
    for job in (1, 2, 3, 4, 5):
        lab.job(job, "ana", 1, 20, "sbatch run.sh", node="gpu01")
    task = {"cluster": "lab", "job": "3", "step": "0", "user": "ana", "uid": "1002", "pid": "777"}
    began = int(at(1).timestamp())
    lab.ndjson("slurm_task", foureyes="slurm_task", at="prolog", time=began, host="gpu01", **task)
    lab.audit("write", "mal", 10, "/shared/data/tokens.bin")
    lab.audit("read", "ana", 11, "/shared/data/tokens.bin", host="gpu01", pid=777)
    assert names(lab.ask(path="/shared/data"), "job") == ["3 run.sh"]


def test_which_of_many_jobs_read_it_is_not_guessed(lab: Lab) -> None:
    for job in (1, 2, 3, 4):
        lab.job(job, "ana", 1, 20, "sbatch run.sh", node="gpu01")
    lab.audit("write", "mal", 10, "/shared/data/tokens.bin")
    lab.audit("read", "ana", 11, "/shared/data/tokens.bin", host="gpu01")
    assert names(lab.ask(path="/shared/data"), "job") == []


@pytest.mark.parametrize(
    ("command", "more", "reached"),
    [
        ("sbatch /shared/lib/train.py", {}, True),
        ("sbatch train.sh --code /shared/lib", {}, True),
        ("sbatch train.sh", {"folder": "/shared/lib"}, True),
        ("sbatch train.sh", {"comment": "uses /shared/lib"}, True),
        ("sbatch train.sh", {"steps": ["srun python /shared/lib/train.py"]}, True),
        ("sbatch train.sh --code /shared/library", {}, False),
        ("sbatch train.sh --data https://x/shared/lib", {}, False),
        ("sbatch /shared/other/train.py", {}, False),
    ],
)
def test_a_job_depends_on_what_it_names_and_where_it_runs(
    lab: Lab, command: str, more: dict[str, str], reached: bool
) -> None:
    lab.audit("write", "mal", 10, "/shared/lib/optim/adam.py")
    lab.job(1, "ana", 11, 12, command, **more)
    assert bool(names(lab.ask(path="/shared/lib"), "job")) is reached


def test_a_checkpoint_whose_content_was_known_before_is_trusted_and_leads_nowhere(lab: Lab) -> None:
    lab.manifest("found", 1, "/shared/ckpt/a.pt", "a")
    lab.audit("write", "mal", 10, "/shared/ckpt/a.pt")
    lab.manifest("found", 11, "/shared/ckpt/a.pt", "a")
    lab.job(1, "ana", 12, 13, "sbatch t.sh --from /shared/ckpt/a.pt")
    found = lab.ask(person="mal")
    assert names(found, "checkpoint", "trusted") == ["/shared/ckpt/a.pt"]
    assert names(found, "job") == []


def test_a_checkpoint_that_was_overwritten_is_suspect_although_its_path_was_known(lab: Lab) -> None:
    lab.manifest("found", 1, "/shared/ckpt/a.pt", "a")
    lab.audit("write", "mal", 10, "/shared/ckpt/a.pt")
    lab.manifest("found", 11, "/shared/ckpt/a.pt", "c")
    lab.job(1, "ana", 12, 13, "sbatch t.sh --from /shared/ckpt/a.pt")
    found = lab.ask(person="mal")
    (one,) = [one for one in found.things if one.kind == "checkpoint"]
    assert (one.standing, "overwritten" in one.why) == ("suspect", True)
    assert names(found, "job") == ["1 t.sh"]


def test_what_was_loaded_before_a_checkpoint_was_restored_is_suspect_and_after_it_is_not(
    lab: Lab,
) -> None:
    lab.manifest("found", 1, "/shared/ckpt/a.pt", "a")
    lab.audit("write", "mal", 10, "/shared/ckpt/a.pt")
    lab.job(1, "ana", 12, 13, "sbatch t.sh --from /shared/ckpt/a.pt")
    lab.audit("write", "ana", 14, "/shared/ckpt/a.pt")
    lab.manifest("found", 15, "/shared/ckpt/a.pt", "a")
    lab.job(2, "ana", 16, 17, "sbatch t.sh --from /shared/ckpt/a.pt")
    assert names(lab.ask(person="mal"), "job") == ["1 t.sh"]


def test_a_job_that_wrote_down_that_it_loaded_the_old_content_is_not_reached(lab: Lab) -> None:
    lab.manifest("found", 1, "/shared/ckpt/a.pt", "a")
    lab.audit("write", "mal", 10, "/shared/ckpt/a.pt")
    for job, digest in ((1, "a"), (2, "c")):
        lab.job(job, "ana", 12, 14, "sbatch t.sh --from /shared/ckpt/a.pt", node=f"gpu{job}")
        lab.manifest("loaded", 12.1, "/shared/ckpt/a.pt", digest, job=str(job), user="ana")
    assert names(lab.ask(person="mal"), "job") == ["2 t.sh"]


def test_a_content_that_was_first_seen_where_the_act_had_reached_is_not_known(lab: Lab) -> None:
    lab.audit("write", "mal", 10, "/shared/ckpt/a.pt")
    lab.manifest("found", 11, "/shared/ckpt/a.pt", "c")
    lab.ran("ana", 12, "cp /shared/ckpt/a.pt /shared/best/b.pt")
    lab.manifest("found", 13, "/shared/best/b.pt", "c")
    assert names(lab.ask(person="mal"), "checkpoint") == ["/shared/ckpt/a.pt", "/shared/best/b.pt"]


def test_a_copy_is_found_by_its_content_alone(lab: Lab) -> None:
    lab.audit("write", "mal", 10, "/shared/ckpt/a.pt")
    lab.manifest("found", 11, "/shared/ckpt/a.pt", "c")
    lab.manifest("found", 20, "/scratch/ana/copy.pt", "c")
    lab.manifest("found", 9, "/scratch/ana/earlier.pt", "d")
    found = lab.ask(person="mal")
    assert names(found, "checkpoint") == ["/shared/ckpt/a.pt", "/scratch/ana/copy.pt"]


def test_a_training_that_tells_what_it_loaded_and_saved_is_followed(lab: Lab) -> None:
    lab.audit("write", "mal", 10, "/shared/ckpt/llm/step-5/model.pt")
    lab.job(1, "ana", 11, 14, "sbatch resume.sh")
    for event, hour, path in (
        ("load", 11.5, "/shared/ckpt/llm/step-5"),
        ("checkpoint", 13, "/shared/ckpt/llm/step-6"),
    ):
        told = {"event": event, "run": "llm", "job": "1", "host": "gpu01", "user": "ana"}
        time = f"2026-05-04T{int(hour):02}:{int(hour % 1 * 60):02}:00Z"
        lab.ndjson("training_steps", time=time, rank=0, step=1, path=path, **told)
    found = lab.ask(person="mal")
    assert names(found, "job") == ["1 resume.sh"]
    assert names(found, "checkpoint")[-1] == "/shared/ckpt/llm/step-6"


def test_what_a_job_writes_by_its_owner_on_its_node_while_it_runs_is_its_own(lab: Lab) -> None:
    lab.audit("write", "mal", 10, "/shared/lib/a.py")
    lab.job(1, "ana", 11, 13, "sbatch /shared/lib/train.py", node="gpu01")
    lab.audit("create", "ana", 12, "/shared/out/model.pt", host="gpu01")
    lab.audit("create", "ana", 14, "/shared/out/later.pt", host="gpu01")
    lab.audit("create", "ana", 12, "/shared/out/elsewhere.pt", host="gpu02")
    lab.audit("create", "bo", 12, "/shared/out/others.pt", host="gpu01")
    assert names(lab.ask(path="/shared/lib"), "checkpoint") == ["/shared/out/model.pt"]


def test_two_things_that_lead_to_each_other_end_the_walk(lab: Lab) -> None:
    lab.audit("write", "mal", 1, "/shared/a/one.bin")
    for hour in range(2, 10):
        lab.ran("ana", hour, "cp /shared/a/one.bin /shared/b/two.bin")
        lab.ran("ana", hour + 0.5, "cp /shared/b/two.bin /shared/a/one.bin")
    found = lab.ask(until=1.5, path="/shared/a/one.bin")
    assert names(found, "checkpoint") == ["/shared/a/one.bin", "/shared/b/two.bin"]


def test_a_commit_is_followed_to_its_branch_its_checkouts_and_the_jobs_of_these(lab: Lab) -> None:
    later = "1a7e" * 10
    lab.push("mal", 10, "lab/trainlib", [BAD], ["optim.py"])
    lab.push("ana", 20, "lab/trainlib", [later], ["readme.md"])
    lab.job(1, "ana", 9, 9.5, "sbatch /shared/trainlib/train.py")
    lab.ran("ana", 11, "git pull", folder="/shared/trainlib")
    lab.ran("ana", 11, "git pull", folder="/shared/otherlib")
    lab.job(2, "ana", 12, 13, "sbatch /shared/trainlib/train.py")
    lab.job(3, "ana", 12, 13, "sbatch x.sh", comment=f"code=lab/trainlib@{BAD[:12]}", node="gpu02")
    lab.job(4, "bo", 30, 31, "sbatch x.sh", node="gpu03")
    lab.ndjson("training_steps", time="2026-05-05T06:10:00Z", event="start", run="r", job="4",
               rank=0, host="gpu03", user="bo", step=0, code_commit=later)  # fmt: skip
    for commit in (BAD, BAD[:8]):
        found = lab.ask(commit=commit)
        assert names(found, "commit") == [BAD]
        assert names(found, "repository") == ["lab/trainlib main"]
        assert names(found, "file") == ["/shared/trainlib"]
        assert names(found, "job") == ["2 train.py", "3 x.sh", "4 x.sh"]


@pytest.mark.parametrize("dated", [-200, 500])
def test_a_commit_counts_from_its_push_whatever_its_author_dates_it(lab: Lab, dated: float) -> None:
    head = "1a7e" * 10
    lab.push("mal", 10, "lab/trainlib", [BAD, head], ["optim.py"], dated=dated)
    lab.ran("ana", 9, "git pull", folder="/shared/early")
    lab.ran("ana", 9, "git pull", folder="/shared/trainlib")
    lab.ran("ana", 11, "git pull", folder="/work/trainlib")
    found = lab.ask(since=-300, commit=BAD)
    assert names(found, "file") == ["/work/trainlib"]


def test_a_commit_in_a_pull_request_is_followed_to_what_was_merged(lab: Lab) -> None:
    squashed = "5c0a" * 10
    ten, noon = "2026-05-04T10:00:00Z", "2026-05-04T12:00:00Z"
    pull = {
        "number": 7,
        "title": "x",
        "user": {"login": "mal", "id": 1},
        "head": {"sha": BAD, "ref": "fix"},
        "base": {"ref": "main", "sha": "a" * 40},
    }
    told = {
        "number": 7,
        "sender": {"login": "mal", "id": 1, "type": "User"},
        "repository": {"full_name": "lab/trainlib", "default_branch": "main"},
    }
    opened = pull | {"created_at": ten, "updated_at": ten}
    merged = pull | {"merged": True, "merged_at": noon, "updated_at": noon}
    merged |= {"merge_commit_sha": squashed}
    lab.ndjson("github_webhook", action="opened", pull_request=opened, **told)
    lab.ndjson("github_webhook", action="closed", pull_request=merged, **told)
    review = {"state": "approved", "commit_id": BAD, "submitted_at": ten}
    review |= {"user": {"login": "ana", "id": 2}}
    by_ana = {**told, "sender": {"login": "ana", "id": 2, "type": "User"}}
    lab.ndjson("github_webhook", action="submitted", pull_request=opened, review=review, **by_ana)
    assert lab.ask(person="ana").things == ()  # who approved it has not brought it
    found = lab.ask(commit=BAD)
    assert names(found, "commit") == [BAD, squashed]
    assert names(found, "repository") == ["lab/trainlib main"]


def test_all_accounts_of_a_person_count(lab: Lab) -> None:
    lab.push("mal", 10, "lab/trainlib", [BAD], ["optim.py"])
    lab.job(1, "mal", 11, 12, "sbatch own.sh")
    lab.job(2, "ana", 11, 12, "sbatch theirs.sh")
    lab.ran("mal", 13, "hf upload lab/model /home/mal/out")
    lab.ran("mal", 14, "docker push reg.lab.example/base:1")
    found = lab.ask(person="mal")
    assert names(found, "commit") == [BAD]
    assert names(found, "job") == ["1 own.sh"]
    assert names(found, "model") == ["lab/model"]
    assert names(found, "image") == ["base:1"]


def test_a_model_that_was_uploaded_reaches_the_jobs_that_name_it(lab: Lab) -> None:
    lab.ran("mal", 10, "huggingface-cli upload lab/model /home/mal/out")
    lab.job(1, "ana", 11, 12, "sbatch t.sh --model lab/model")
    lab.job(2, "ana", 11, 12, "sbatch t.sh --model lab/model-2")
    lab.job(3, "ana", 9, 9.5, "sbatch t.sh --model lab/model")
    assert names(lab.ask(person="mal"), "job") == ["1 t.sh"]


def test_files_that_a_person_changed_and_nobody_used_are_counted_not_listed(lab: Lab) -> None:
    for number in range(3):
        lab.audit("write", "mal", 10 + number, f"/home/mal/notes/{number}.txt")
    found = lab.ask(person="mal")
    assert found.things == ()
    assert found.notes == ("3 changed files that nobody was seen to use are left out.",)


def test_a_path_that_nobody_was_seen_to_change_is_followed_from_the_time_asked_for(
    lab: Lab,
) -> None:
    lab.job(1, "ana", 5, 6, "sbatch /shared/lib/train.py")
    lab.job(2, "ana", 15, 16, "sbatch /shared/lib/train.py")
    found = lab.ask(since=10, path="/shared/lib/optim.py")
    assert names(found, "job") == ["2 train.py"]
    assert (
        "nobody was seen"
        in next(one for one in found.things if one.kind == "file").steps[0].sentence
    )


def test_of_what_nobody_did_nothing_is_said(lab: Lab) -> None:
    lab.job(1, "ana", 5, 6, "sbatch a.sh")
    for what in ({"person": "nobody"}, {"commit": "abc"}, {"commit": BAD}):
        assert lab.ask(**what).things == ()


def test_names_may_be_hostile(lab: Lab) -> None:
    odd = "/shared/lib/<img src=x onerror=alert(1)>/%s{0}'$(id)`/../a.py"
    lab.audit("write", "mal", 10, odd.replace(" ", "_"))
    lab.ran("ana", 11, "docker build -t ${IFS}:'\"x /shared/lib/[a-z")
    lab.ran("ana", 12, "cp -- /shared/lib/( /shared/lib/*")
    lab.job(1, "ana", 13, 14, "sbatch /shared/lib/((?:a+)+$.py")
    lab.job("2_[1-3]", "ana", 13, 14, "")
    found = lab.ask(path="/shared/lib")
    assert len(names(found, "job")) <= 1


def test_the_list_ends_where_it_becomes_too_long_and_says_so(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "MOST_THINGS", 5)
    lab.audit("write", "mal", 1, "/shared/lib/a.py")
    for job in range(20):
        lab.job(job + 1, "ana", 2 + job, 3 + job, "sbatch /shared/lib/train.py")
    found = lab.ask(path="/shared/lib")
    assert len(found.things) == 5
    assert "first" in found.notes[0]


def test_jobs_that_were_cancelled_or_whose_processes_were_sent_signals_are_reached(
    lab: Lab,
) -> None:
    lab.job(1, "ana", 1, 10, "sbatch a.sh", node="gpu01", cancelled_by="mal")
    lab.job(2, "bo", 1, 20, "sbatch b.sh", node="gpu02")
    lab.job(3, "bo", 1, 20, "sbatch b.sh", node="gpu03")
    lab.signal("mal", 11, "bo", host="gpu02")
    found = lab.ask(person="mal")
    assert names(found, "job") == ["1 a.sh", "2 b.sh"]
    assert [one.steps[0].person for one in found.things] == ["mal", "mal"]


def test_an_image_reaches_pods_that_run_it_and_jobs_that_pull_it(lab: Lab) -> None:
    lab.registry("mal", "PUT", 10, "train/base", "3")
    lab.job(1, "ana", 9, 20, "sbatch a.sh", node="gpu01")
    lab.registry("ana", "GET", 9.5, "train/base", "2")
    lab.registry("ana", "GET", 11, "train/base", "3", host="gpu01")
    lab.pod("bo", 12, "vision/llm-0", "reg.lab.example/train/base:3")
    lab.pod("bo", 12, "vision/llm-1", "reg.lab.example/train/base:4")
    assert names(lab.ask(person="mal"), "job") == ["1 a.sh", "vision/llm-0"]
