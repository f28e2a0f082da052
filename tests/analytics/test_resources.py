"""Whose it is and how much it matters."""

import pytest

from analytics.resources import ResourceError, Resources, read_resources

HEADER = "kind,pattern,owner,criticality\n"


def owned(*rows: str) -> Resources:
    return read_resources(HEADER + "".join(f"{row}\n" for row in rows))


def test_the_longest_match_wins() -> None:
    resources = owned(
        "path,/shared/**,team:infra,medium", "path,/shared/ckpt/llm/*,team:language,extreme"
    )
    found = resources.of("path", "/shared/ckpt/llm/step-100/model.pt")
    assert found is not None
    assert (found.owner, found.criticality) == ("team:language", "extreme")
    other = resources.of("path", "/shared/data/train.bin")
    assert other is not None
    assert other.owner == "team:infra"


def test_a_folder_with_a_longer_pattern_comes_before_a_file_with_a_shorter() -> None:
    resources = owned("path,*.pt,team:infra,medium", "path,/shared/ckpt/llm/,team:language,high")
    found = resources.of("path", "/shared/ckpt/llm/step-100/model.pt")
    assert found is not None
    assert found.owner == "team:language"


def test_of_equally_long_patterns_the_first_wins() -> None:
    found = owned("path,/shared/a*,one,medium", "path,/shared/*b,two,low").of("path", "/shared/ab")
    assert found is not None
    assert found.owner == "one"


def test_kinds_are_kept_apart_and_strangers_match_nothing() -> None:
    resources = owned("repository,lab/trainlib,team:infra,high")
    assert resources.of("repository", "lab/trainlib") is not None
    assert resources.of("path", "lab/trainlib") is None
    assert resources.of("repository", "lab/other") is None


@pytest.mark.parametrize("name", ["", "/", "../../etc/passwd", "/shared/../etc", "a\x00b", "\n"])
def test_hostile_names_match_nothing_and_raise_nothing(name: str) -> None:
    assert owned("path,/shared/**,team:infra,medium").of("path", name) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kind,pattern\npath,/a\n", "line 1: no column owner"),
        (HEADER + "planet,/a,team:x,low\n", "line 2: kind 'planet'"),
        (HEADER + "path,/a,team:x,enormous\n", "line 2: 'enormous'"),
        (HEADER + "path,/a\n", "line 2: a resource without an owner"),
        (HEADER + "path,!,team:x,low\n", "line 2: Invalid git pattern"),
        (HEADER + "path,!/a,team:x,low\n", "line 2: '!/a' is no pattern"),
        (HEADER + "path,,team:x,low\n", "line 2: '' is no pattern"),
        (HEADER + 'path,"/a,team:x,low\n', "line 2: unexpected end of data"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ResourceError, match=reason):
        read_resources(text)
