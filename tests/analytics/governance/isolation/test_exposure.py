"""Who could touch what of whom: told from rights that raw lines show, never scored."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.governance.isolation import exposure
from analytics.identity import read_people
from analytics.resources import read_resources
from analytics.site import Site
from tests.analytics.governance.isolation.raw import judged, open_store, read

SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
SITE = Site(
    directory=read_people(
        "person,name,team,role,manager,start,end,accounts\n"
        "ann,Ann,vision,engineer,,,,unix:ann;slurm:ann;k8s:ann@lab\n"
        "bob,Bob,vision,engineer,,,,unix:bob;slurm:bob;k8s:bob@lab\n"
    ),
    resources=read_resources(
        "kind,pattern,owner\npath,/shared/ckpt/*,team:vision\npath,/scratch/bob/*,unix:bob\n"
        "namespace,vision,team:vision\n"
    ),
)


def told(folder: Path, source: str, *lines: str, **more: str) -> list[tuple[str, ...]]:
    store = open_store((folder / "lake").as_uri())
    events = read(source, "".join(f"{line}\n" for line in lines), **more)
    store.append(events)
    assert judged([events], SITE) == {}
    rows = exposure(SINCE, UNTIL, SITE, store).to_pylist()
    assert all(store.get(row["event"]) is not None for row in rows)
    return sorted((row["who"], row["owner"], row["how"], row["where"]) for row in rows)


def test_groups_that_make_root_and_commands_as_root_reach_everybody(tmp_path: Path) -> None:
    at = "2026-03-10T10:00:00+00:00"
    found = told(
        tmp_path,
        "syslog",
        f"{at} login1 usermod[790]: add 'ann' to group 'wheel'",
        f"{at} login1 usermod[791]: add 'ann' to group 'users'",
        f"{at} login1 gpasswd[792]: user bob added by root to group docker",
        f"{at} login1 gpasswd[793]: user ann removed by root from group docker",
        f"{at} gpu03 sudo: bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/ls",
        f"{at} gpu03 sudo: ann : TTY=pts/1 ; PWD=/ ; USER=builder ; COMMAND=/bin/ls",
    )
    assert found == [
        ("ann", "everybody", "group wheel", "login1"),
        ("bob", "everybody", "commands as root", "gpu03"),
        ("bob", "everybody", "group docker", "login1"),
    ]


def test_levels_of_the_scheduler_reach_every_job(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        "slurm_transactions",
        "Time|Action|Actor|Where|Info",
        "2026-03-10T10:00:00|Modify Users|root|(name='ann')|admin_level=3",
        "2026-03-10T10:00:00|Modify Users|root|(name='bob')|admin_level=1",
    )
    assert found == [("ann", "everybody", "administrator of the scheduler", "")]


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("chmod 777 /shared/ckpt/a", [("everybody", "team:vision", "/shared/ckpt/a")]),
        ("chmod -R a+w /scratch/bob/x", [("everybody", "bob", "/scratch/bob/x")]),
        ("chmod o+rw /shared/ckpt/a", [("everybody", "team:vision", "/shared/ckpt/a")]),
        ("chmod 755 /shared/ckpt/a", []),
        ("chmod g+w /shared/ckpt/a", []),
        ("chmod u+w /shared/ckpt/a", []),
        ("chmod 1777 /shared/ckpt/a", []),
        ("chmod 777 /nobody/owns/this", []),
        ("chmod a-w /shared/ckpt/a", []),
    ],
)
def test_paths_opened_for_everybody_are_exposed(
    tmp_path: Path, line: str, where: list[tuple[str, ...]]
) -> None:
    history = f"#1773136800\n{line}"
    found = told(tmp_path, "bash_history", history, host="login1", user="ann")
    assert [(who, owner, path) for who, owner, _, path in found] == where
