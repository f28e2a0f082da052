"""Watch-lists: which files are read, what a site's own make of ours, and which are refused."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analytics.detection.documents import RulesMissing, contents
from analytics.detection.loading import OWN_RULES, load
from analytics.detection.watchlist import OWN_LISTS, Watchlist, Watchlists, watchlists
from tests.analytics.detection.conftest import document

WriteList = Callable[..., Path]
OWN = watchlists(contents([OWN_LISTS]))
RULES = load([OWN_RULES])
DOCS = Path(__file__).parents[3] / "docs" / "watchlists.md"


def with_ours(*folders: Path) -> Watchlists:
    """Our lists, and those of the folders."""
    return watchlists(contents([OWN_LISTS, *folders]))


@pytest.fixture
def write_list(tmp_path: Path) -> WriteList:
    """Writes a watch-list's text or content to a file of this name and gives the folder."""

    def writes(content: Any, name: str = "own_domains", folder: str = "lists") -> Path:
        where = tmp_path / folder
        where.mkdir(exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content)
        (where / f"{name}.yml").write_text(text, "utf-8")
        return where

    return writes


@pytest.mark.parametrize("each", OWN.lists, ids=[each.name for each in OWN.lists])
def test_an_own_list_is_complete(each: Watchlist) -> None:
    assert each.about
    assert each.values
    told = {(entry.value, entry.vulnerability and entry.vulnerability.id) for entry in each.entries}
    assert len(told) == len(each.entries)
    assert all(entry.reason for entry in each.entries)
    assert f"`{each.name}`" in DOCS.read_text("utf-8")


def test_every_own_list_is_named_by_an_own_rule() -> None:
    used = {name for rule in RULES.rules for name in rule.watchlists}
    assert OWN.refused == ()
    assert {each.name for each in OWN.lists} == used
    assert {each.name for each in OWN.lists} == {path.stem for path in OWN_LISTS.iterdir()}


def test_a_site_extends_a_list(write_list: WriteList) -> None:
    before = OWN.called("own_domains")
    folder = write_list({"entries": ["acme.example", {"value": "acme.test", "reason": "Tests"}]})
    after = with_ours(folder).called("own_domains")
    assert after.values == (*before.values, "acme.example", "acme.test")
    assert after.about == before.about
    assert after.entries[-1].reason == "Tests"
    assert after.paths == (*before.paths, folder / "own_domains.yml")
    assert after.version != before.version


def test_a_site_replaces_a_list_also_with_nothing(write_list: WriteList) -> None:
    folder = write_list({"mode": "replace", "entries": []})
    found = with_ours(folder).called("own_domains")
    assert found.values == ()
    assert found.paths == (folder / "own_domains.yml",)


def test_folders_are_read_one_after_another(write_list: WriteList) -> None:
    first = write_list({"mode": "replace", "entries": ["a"]}, folder="first")
    second = write_list({"entries": ["b", "a"]}, folder="second")
    assert with_ours(first, second).called("own_domains").values == ("a", "b")


def test_a_new_name_makes_a_new_list(write_list: WriteList) -> None:
    folder = write_list({"entries": [7, "x"]}, "Administrators")
    assert with_ours(folder).called("ADMINISTRATORS").values == (7, "x")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: [", "ParserError"),
        ("- a\n", "one map with entries"),
        ("", "it is empty"),
        ("entries: []\n---\nentries: []\n", "one map with entries"),
        ("entries: []\nentries: []\n", "Duplicate key"),
        ("[" * 300_000, "nested deeper"),
        ("#" * (1 << 20) + "\n", "larger than"),
        ({"about": "nothing"}, "entries: a list"),
        ({"entries": "a"}, "entries: a list"),
        ({"entries": ["a"] * 1001}, "at most 1000"),
        ({"entries": ["a"], "mode": "add"}, "say extend or replace"),
        ({"entries": ["a"], "mode": ["extend"]}, "say extend or replace"),
        ({"entries": ["a"], "modus": "extend"}, "no 'modus'"),
        ({"entries": ["a", {"value": "b", "why": "c"}]}, "entry 2: an entry has no 'why'"),
        ({"entries": [{"reason": "c"}]}, "entry 1: value is neither"),
        ({"entries": [True]}, "neither a text nor a number"),
        ({"entries": [["a"]]}, "neither a text nor a number"),
        ({"entries": [""]}, "empty or longer"),
        ({"entries": ["a" * 201]}, "empty or longer"),
        ({"entries": [{"value": "a", "reason": 1}]}, "reason is no text"),
        ({"entries": ["a"], "about": 3}, "about is no text"),
    ],
)
def test_a_bad_list_is_refused_and_ours_stays(
    write_list: WriteList, content: Any, reason: str
) -> None:
    found = with_ours(write_list(content))
    (refused,) = found.refused
    assert refused.path.name == "own_domains.yml"
    assert re.search(reason, refused.reason), refused.reason
    assert found.lists == OWN.lists


def test_a_bad_list_stands_among_what_was_refused_and_stops_no_rule(write_list: WriteList) -> None:
    rules = load([OWN_RULES], lists=[OWN_LISTS, write_list({"entries": "a"})])
    assert [each.path.name for each in rules.refused] == ["own_domains.yml"]
    assert rules.rules == RULES.rules
    assert rules.watchlists == RULES.watchlists


def test_a_list_that_was_good_goes_on_once_it_is_bad(write_list: WriteList) -> None:
    folder = write_list({"mode": "replace", "entries": ["acme.example"]})
    good = load([OWN_RULES], lists=[OWN_LISTS, folder])
    write_list({"mode": "replace", "entries": "acme.example"})
    after = load([OWN_RULES], good.contents, lists=[OWN_LISTS, folder])
    assert [(each.path.name, each.kept) for each in after.refused] == [("own_domains.yml", True)]
    assert after.watchlists == good.watchlists
    assert after.rules == good.rules
    assert after.contents == good.contents


def test_a_list_with_a_name_that_no_placeholder_can_have_is_refused(write_list: WriteList) -> None:
    (refused,) = with_ours(write_list({"entries": ["a"]}, "a b%")).refused
    assert "no name of letters" in refused.reason


def test_a_missing_folder_of_lists_is_said(tmp_path: Path) -> None:
    with pytest.raises(RulesMissing, match=r"no folder of watch-lists at .*nowhere"):
        load([OWN_RULES], lists=[OWN_LISTS, tmp_path / "nowhere"])


def test_a_rule_has_another_version_once_a_list_in_it_has_changed(write_list: WriteList) -> None:
    before = {rule.id: rule.version for rule in RULES.rules}
    folder = write_list({"entries": ["acme"]}, "own_organisations")
    after = {rule.id: rule.version for rule in load([OWN_RULES], lists=[OWN_LISTS, folder]).rules}
    changed = {rule for rule in before if before[rule] != after[rule]}
    named = {rule.id for rule in RULES.rules if "own_organisations" in rule.watchlists}
    assert changed == named
    assert "uploaded_elsewhere" in changed


def test_a_rule_has_another_version_once_a_list_in_its_filter_has_changed(
    tmp_path: Path, write_list: WriteList
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    rule = document({"selection": {"user.name": "a"}})
    narrowed = {
        "title": "Not of those",
        "logsource": {"product": "linux"},
        "filter": {
            "rules": "any",
            "condition": "not selection",
            "selection": {"host.name|expand": "%hosts%"},
        },
    }
    (rules / "rule.yml").write_text(yaml.safe_dump(rule))
    (rules / "filter.yml").write_text(yaml.safe_dump(narrowed))
    versions = []
    for host in ("gpu01", "gpu02"):
        (one,) = load([rules], lists=[OWN_LISTS, write_list({"entries": [host]}, "hosts")]).rules
        assert one.filters == ("filter",)
        versions.append(one.version)
    assert versions[0] != versions[1]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["entries", "mode", "about", "value", "reason", "package"])
                | st.text(),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_whatever_a_file_holds_never_raises(tmp_path_factory: Any, content: Any) -> None:
    folder = tmp_path_factory.mktemp("lists")
    (folder / "own_domains.yml").write_text(yaml.safe_dump(content), "utf-8")
    assert with_ours(folder).called("own_domains").entries
