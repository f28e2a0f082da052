"""What of a command is compared, and that nothing secret is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.behaviour.commands.forms import form


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ls -la /home/ana/x", "ls -la <home>"),
        ("mysql -phunter2 --password=hunter2 db", "mysql --password -p <word>"),
        ("TOKEN=s3cret curl -sH x https://ana:pw@host/a", "curl -sH <url> <word>"),
        ("/usr/bin/git push --force origin main", "git push --force <word>"),
        ("rsync -av a/ gpu03:/data/b", "rsync -av <file> <remote>"),
        ("tar -xzf /tmp/a.tgz -C /shared/data", "tar -C -xzf <path> <tmp>"),
        ("cat /etc/passwd | grep root | wc -l", "cat <system> | grep | wc"),
        ("head -n 5 > out.txt", "head -n <file> <number> <redirect>"),
        ("A=1", ""),
        ("", ""),
    ],
)
def test_a_form_has_names_options_and_kinds_of_things(line: str, expected: str) -> None:
    assert form(line) == expected


@given(st.text(max_size=80))
def test_any_text_has_a_form(line: str) -> None:
    assert len(form(line)) < 1500
