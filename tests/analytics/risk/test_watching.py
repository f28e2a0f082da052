from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.circumstances import Watch
from analytics.findings import Level
from analytics.risk import weights
from analytics.risk.score import scores
from analytics.risk.watching import Watched, WatchKind, kind_of, raised, watched
from tests.analytics.laboratory import DAY, SITE
from tests.analytics.risk.test_score import finding

WEIGHTS = weights.load()
LEAVER = Watched(kind=WatchKind.LEAVER, reason="leaver", since=DAY)
GRIEVANCE = Watched(kind=WatchKind.GRIEVANCE, reason="grievance", since=DAY)
WATCHED = replace(SITE, watches=(Watch(person="mallory", reason="Resigned", since=DAY),))


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("leaver", WatchKind.LEAVER),
        ("Handed in notice", WatchKind.LEAVER),
        ("grievance noted by HR", WatchKind.GRIEVANCE),
        ("privileged account", WatchKind.PRIVILEGED),
        ("cluster administrator", WatchKind.PRIVILEGED),
        ("customer asked for it", WatchKind.OTHER),
    ],
)
def test_the_words_of_a_reason_tell_its_kind(reason: str, kind: WatchKind) -> None:
    assert kind_of(reason) is kind


def test_a_watch_multiplies_the_odds() -> None:
    assert raised(50, [LEAVER], WEIGHTS) == pytest.approx(60)  # odds 1 become 1.5


def test_all_watches_together_at_most_double_the_odds() -> None:
    assert raised(50, [LEAVER, GRIEVANCE], WEIGHTS) == pytest.approx(100 * 2 / 3)


def test_a_watch_scores_nobody_alone() -> None:
    assert raised(0, [LEAVER, GRIEVANCE], WEIGHTS) == 0
    assert scores([], DAY, WATCHED, WEIGHTS) == []


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_watch_lifts_at_most_one_level_and_keeps_the_order(one: float, other: float) -> None:
    levels = list(Level)
    low, high = sorted((one, other))
    lifted = [raised(score, [LEAVER, GRIEVANCE], WEIGHTS) for score in (low, high)]
    assert lifted == sorted(lifted)
    for plain, score in zip((low, high), lifted, strict=True):
        assert plain <= score <= 100
        steps = levels.index(WEIGHTS.level(score)) - levels.index(WEIGHTS.level(plain))
        assert steps in (0, 1)


def test_a_watch_that_began_later_says_nothing_yet() -> None:
    assert watched("mallory", WATCHED, DAY - timedelta(days=1)) == []
    assert [one.sentence for one in watched("mallory", WATCHED, DAY)] == [
        "Resigned since 2026-03-10"
    ]


def test_somebody_whose_last_day_is_near_is_a_leaver() -> None:
    people = dict(SITE.directory.people)
    people["mallory"] = replace(people["mallory"], end=(DAY + timedelta(days=30)).date())
    site = replace(SITE, directory=replace(SITE.directory, people=people))
    assert [one.kind for one in watched("mallory", site, DAY)] == [WatchKind.LEAVER]
    assert watched("mallory", site, DAY - timedelta(days=31)) == []


def test_a_score_says_what_it_would_be_without_the_watch() -> None:
    (plain,) = scores([finding(80, "e1", confidence=0.9)], DAY, SITE, WEIGHTS)
    (score,) = scores([finding(80, "e1", confidence=0.9)], DAY, WATCHED, WEIGHTS)
    assert score.plain == plain.score < score.score
    assert score.watched == ("Resigned since 2026-03-10",)
    assert plain.watched == ()
