"""passwd and group files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.identity.accounts import IdentityError
from analytics.identity.unix import UnixUser, groups_of, passwd_of, realm_of

PASSWD = """root:x:0:0:root:/root:/bin/bash
daemon:x:1:1::/usr/sbin:/usr/sbin/nologin

# people
asilva:*:1017:100:Ana Silva,room 4,,:/home/asilva:/bin/zsh\r
+@cluster::::::
svc-train:x:5001:100::/srv:/sbin/nologin
"""


def test_users_have_a_number_a_name_and_perhaps_a_person() -> None:
    table = passwd_of(PASSWD)
    assert table.problems == []
    users = {user.name: (line, user) for line, user in table.rows}
    assert users["asilva"] == (
        5,
        UnixUser(name="asilva", uid=1017, gid=100, full_name="Ana Silva", shell="/bin/zsh"),
    )
    assert [name for name, (_, user) in users.items() if user.human] == ["asilva"]


def test_groups_have_members() -> None:
    table = groups_of("gpu:x:2001:asilva,bkim,asilva\nempty:x:2002:\n")
    assert [(group.name, group.gid, group.members) for _, group in table.rows] == [
        ("gpu", 2001, ("asilva", "bkim")),
        ("empty", 2002, ()),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("asilva:x:1017", "this is not name:password:uid:gid:comment:home:shell"),
        (":x:1:1:::", "this is not name:password:uid:gid:comment:home:shell"),
        ("a:x:one:1:::", "'one' is no number of a user or group"),
        ("a:x:٣:1:::", "'٣' is no number"),
        ("a:x:4294967296:1:::", "'4294967296' is no number"),
        ("a:x:" + "9" * 10_000 + ":1:::", "is no number"),
        ("a\x00:x:1:1:::", "a value holds a NUL"),
    ],
)
def test_what_is_wrong_is_told_by_line(line: str, reason: str) -> None:
    table = passwd_of("root:x:0:0:::\n" + line + "\n")
    assert len(table.rows) == 1
    assert table.problems[0].line == 2
    assert reason in table.problems[0].reason


@given(st.text(alphabet="a:1,\n\r\x00#+é", max_size=200))
def test_any_text_is_users_or_problems(text: str) -> None:
    lines = sum(1 for line in text.split("\n") if line.strip())
    for read in (passwd_of, groups_of):
        table = read(text)
        assert len(table.rows) + len(table.problems) <= lines


@pytest.mark.parametrize("text", ["", "a/b", "-x", "x" * 51, "é", "a b"])
def test_a_realm_is_a_short_plain_word(text: str) -> None:
    assert realm_of("hpc.lab-1") == "hpc.lab-1"
    with pytest.raises(IdentityError, match="is no realm"):
        realm_of(text)
