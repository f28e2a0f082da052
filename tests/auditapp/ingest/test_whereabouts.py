from pathlib import Path

import pytest

from auditapp.ingest.whereabouts import Whereabouts, of


@pytest.mark.parametrize(
    ("path", "host", "user"),
    [
        ("/home/me/site/logs/gpu03/home/asilva/.bash_history", "gpu03", "asilva"),
        ("/home/me/site/logs/gpu03/home/asilva/history.txt", "gpu03", "asilva"),
        ("/home/me/site/logs/gpu03/auditd.log", "gpu03", ""),
        ("/home/me/site/logs/gpu03/root/.bash_history", "gpu03", "root"),
        ("/home/me/site/logs/slurm/sacct.txt", "slurm", ""),
        ("/srv/logs/auditd.log", "", ""),
        ("/srv/logs/2026/auditd.log", "", ""),
        ("/srv/logs/archive/logs/login1.lab.example/auditd.log", "login1.lab.example", ""),
        ("/backup/gpu03/home/asilva/.zsh_history", "gpu03", "asilva"),
        ("/backup/gpu03/home/asilva/.local/share/zsh/history", "gpu03", "asilva"),
        ("/backup/gpu03/root/.bash_history", "gpu03", "root"),
        ("/home/asilva/.bash_history", "", "asilva"),
        ("/root/.bash_history", "", "root"),
        ("/home/me/downloads/history-of-somebody", "", ""),
        ("/home/me/history", "", ""),
        ("/data/sea/User8", "", ""),
        ("/history", "", ""),
        ("/backup/gpu03/home/a b;rm/.bash_history", "", ""),
    ],
)
def test_a_path_tells_host_and_user_only_where_it_leaves_no_doubt(
    path: str, host: str, user: str
) -> None:
    assert of(Path(path)) == Whereabouts(host=host, user=user)
