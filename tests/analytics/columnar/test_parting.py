"""Lines parted by a regular expression."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.columnar.parting import by_line, parted

PATTERN = by_line(r"(\w+)(?: (\d+))?: ?(.*)")
LINE = st.text(alphabet="ab1: \r\t\u00e9", max_size=8)


def test_all_lines_of_the_form_give_lists_of_parts() -> None:
    parts = parted(["sshd 7: in", "cron: out: 8"], PATTERN)
    assert parts == [["sshd", "cron"], ["7", None], ["in", "out: 8"]]


@given(st.lists(LINE, min_size=1))
def test_a_block_is_parted_as_its_lines_are(lines: list[str]) -> None:
    one_by_one = [match.groups() if (match := PATTERN.fullmatch(line)) else None for line in lines]
    told = zip(*parted(lines, PATTERN), strict=True)
    assert list(told) == [groups or (None,) * PATTERN.groups for groups in one_by_one]
