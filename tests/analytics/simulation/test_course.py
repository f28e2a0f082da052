"""What a simulation writes: the same for a seed, in every format, in order of time."""

import hashlib
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from analytics.identity import read_people
from analytics.resources import read_resources
from analytics.simulation import ImpossibleSimulation, UnknownScenario, simulate
from analytics.simulation.truth import read_truth

UNTIL = date(2026, 3, 1)


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _made(folder: Path, people: int = 8, days: int = 6, seed: int = 3) -> dict[str, str]:
    simulate(folder, people=people, days=days, seed=seed, until=UNTIL)
    return _digests(folder)


def test_a_seed_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    assert _made(tmp_path / "one") == _made(tmp_path / "two")


def test_another_seed_gives_other_logs(tmp_path: Path) -> None:
    one, other = _made(tmp_path / "one"), _made(tmp_path / "two", seed=4)
    assert one["logs/login01/auditd.log"] != other["logs/login01/auditd.log"]


def test_people_stay_who_they_are_when_more_are_employed(tmp_path: Path) -> None:
    _made(tmp_path / "few", people=8)
    _made(tmp_path / "many", people=12)
    few = (tmp_path / "few" / "people.csv").read_text().splitlines()
    assert (tmp_path / "many" / "people.csv").read_text().splitlines()[: len(few)] == few


ABOUT_JOBS = re.compile(r"sbatch|squeue|scancel|sacct|slurm-|scontrol|ssh|nvidia|dmesg|df -h|ls -l")


def _typed(folder: Path) -> dict[str, Counter[str]]:
    """What each person typed, without what depends on the fate of jobs."""
    typed: dict[str, Counter[str]] = defaultdict(Counter)
    for path in folder.glob("logs/*/home/*/.*_history"):
        lines = path.read_text().splitlines()
        typed[path.parent.name].update(line for line in lines if not ABOUT_JOBS.search(line))
    return typed


def test_an_insider_changes_no_innocent_history(tmp_path: Path) -> None:
    for name, scenarios in (("calm", []), ("site", ["quiet_saboteur", "thief"])):
        simulate(tmp_path / name, people=24, days=6, seed=5, scenarios=scenarios, until=UNTIL)
    people = read_people((tmp_path / "site" / "people.csv").read_text())
    logins = {
        link.account.removeprefix("unix:")
        for insider in read_truth(tmp_path / "site").insiders
        for link in people.links_of(insider.person)
        if link.account.startswith("unix:")
    }
    calm, site = (
        {
            login: Counter({text: n for text, n in lines.items() if text[:1] not in "#"})
            for login, lines in _typed(tmp_path / name).items()
        }
        for name in ("calm", "site")
    )
    changed = {login for login in site if calm.get(login) != site[login]}
    assert changed == logins


def test_the_site_folder_has_every_table_and_log(site: Path) -> None:
    expected = {
        "people.csv", "resources.csv", "hosts.csv", "oncall.csv", "leave.csv", "incidents.csv",
        "watchlist.csv", "truth.json", "logs/slurm/sacct.txt", "logs/git/github-webhooks.ndjson",
        "logs/hf/mirror-access.log", "logs/hf/audit.json", "logs/login01/auditd.log",
    }  # fmt: skip
    assert expected <= set(_digests(site))
    assert list(site.glob("logs/*/home/*/.bash_history"))
    assert list(site.glob("logs/*/home/*/.zsh_history"))


def test_people_and_resources_can_be_read(site: Path) -> None:
    directory = read_people((site / "people.csv").read_text())
    resources = read_resources((site / "resources.csv").read_text())
    assert len(directory.people) == 24
    accounts = Counter(link.account for link in directory.links)
    assert max(accounts.values()) == 1, "an account belongs to one person"
    kinds = {account.split(":")[0] for account in accounts}
    assert kinds == {"unix", "uid", "git", "github", "slurm", "k8s", "hf", "wandb", "mlflow"}
    own = resources.of("path", "/shared/ckpt/llm-13b/asilva-train-1/step_000500/model.safetensors")
    shared = resources.of("path", "/shared/ckpt/llm-13b/shared/average/model.safetensors")
    library = resources.of("path", "/shared/envs/train/lib/python3.11/site-packages/torch/x.py")
    assert shared is not None
    assert library is not None
    assert shared.owner == "team:language"
    assert library.owner == "team:infra"
    assert own is None or own.owner in ("unix:asilva", "team:language")


def test_audit_serials_go_up_and_times_never_go_back(site: Path) -> None:
    for path in site.glob("logs/*/auditd.log"):
        stamps = [
            (float(time), int(serial))
            for time, serial in re.findall(r"audit\((\d+\.\d+):(\d+)\)", path.read_text())
        ]
        first_seen = list(dict.fromkeys(stamps))
        assert first_seen == sorted(first_seen)
        assert len({serial for _, serial in first_seen}) == len(first_seen)


def test_events_of_one_instant_are_interleaved(site: Path) -> None:
    serials = re.findall(r"audit\(\d+\.\d+:(\d+)\)", (site / "logs/login01/auditd.log").read_text())
    runs = [serial for number, serial in enumerate(serials) if serials[number - 1] != serial]
    assert len(runs) > len(set(runs)), "no event's records stand apart"


def test_work_follows_the_week(calm: Path) -> None:
    text = (calm / "logs/slurm/sacct.txt").read_text()
    submitted = [line.split("|")[10] for line in text.splitlines()[1:] if "." not in line[:12]]
    days = Counter(date.fromisoformat(time[:10]).weekday() for time in submitted)
    assert all(days[day] > 10 for day in range(5))
    assert days[5] == days[6] == 0


def test_innocents_cancel_their_own_jobs_and_administrators_those_of_others(calm: Path) -> None:
    rows = [line.split("|") for line in (calm / "logs/slurm/sacct.txt").read_text().splitlines()]
    cancelled = [(row[8].removeprefix("CANCELLED by "), row[6]) for row in rows if "by" in row[8]]
    people = (calm / "people.csv").read_text().splitlines()
    keepers = {"0"} | {
        line.split("uid:")[1].split(";")[0] for line in people if ",administrator," in line
    }
    own = [by for by, owner in cancelled if by == owner]
    others = {by for by, owner in cancelled if by != owner}
    assert len(own) > 20
    assert others
    assert others <= keepers


def test_progress_is_told_day_by_day(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    simulate(
        tmp_path / "site", people=5, days=3, until=UNTIL,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_first_and_the_last_day_are_those_asked_for(tmp_path: Path) -> None:
    truth = simulate(tmp_path / "site", people=5, days=3, until=UNTIL)
    assert (truth.first, truth.last) == (date(2026, 2, 27), UNTIL)
    assert read_truth(tmp_path / "site") == truth


def test_a_single_day_can_be_simulated(tmp_path: Path) -> None:
    truth = simulate(tmp_path / "site", people=5, days=1, until=date(2026, 2, 27))
    assert truth.insiders[0].acts


@pytest.mark.parametrize(
    ("people", "days", "until", "reason"),
    [
        (4, 5, UNTIL, "too few; at least 5"),
        (5, 0, UNTIL, "0 days are too few"),
        (5, 5, date(1975, 1, 1), "after 2000"),
        (5, 100_000, UNTIL, "ten years"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    tmp_path: Path, people: int, days: int, until: date, reason: str
) -> None:
    with pytest.raises(ImpossibleSimulation, match=reason):
        simulate(tmp_path / "site", people=people, days=days, until=until)
    assert not (tmp_path / "site").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ImpossibleSimulation, match="is not empty"):
        simulate(tmp_path, people=5, days=1, until=UNTIL)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_scenario_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        UnknownScenario, match=r"'spy'; there are adaptive, .*quiet_saboteur, .*thief"
    ):
        simulate(tmp_path / "site", scenarios=("spy",), until=UNTIL)
