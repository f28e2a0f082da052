from pathlib import Path
from typing import Any

import pytest
import yaml

from analytics.behaviour.person_days import features
from analytics.findings import Level, Severity
from analytics.risk.weights import OWN_WEIGHTS, WeightsError, load, read


def told() -> dict[str, Any]:
    """What weights.yml says, to be spoilt."""
    found: dict[str, Any] = yaml.safe_load(OWN_WEIGHTS.read_text())
    return found


def test_every_feature_has_a_weight() -> None:
    assert set(load().features) == set(features())


def test_alerts_start_with_the_points_of_their_severity() -> None:
    assert load().severity == {severity: severity.points for severity in Severity}


def test_levels_begin_where_they_are_said_to() -> None:
    weights = load()
    limits = [0, 19.99, 20, 40, 70, 90, 100]
    assert [weights.level(score) for score in limits] == [
        *(Level.NONE, Level.NONE, Level.LOW, Level.MODERATE, Level.HIGH),
        *(Level.CRITICAL, Level.CRITICAL),
    ]


def test_weights_cannot_be_changed_in_passing() -> None:
    with pytest.raises(TypeError):
        load().features["night_events"] = 99  # type: ignore[index]


@pytest.mark.parametrize(
    "section", ["features", "isolation", "review", "traces", "score", "levels"]
)
def test_a_missing_and_an_unknown_name_stop_the_start(section: str) -> None:
    spoilt = told()
    name, value = spoilt[section].popitem()
    with pytest.raises(WeightsError, match=f"{section}: {name} missing"):
        read(spoilt)
    spoilt[section].update({name: value, "oops": 1})
    with pytest.raises(WeightsError, match=f"{section}: oops unknown"):
        read(spoilt)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("features", "night_events"), 100),
        (("features", "night_events"), -1),
        (("features", "night_events"), True),
        (("features", "night_events"), "ten"),
        (("features", "night_events"), float("nan")),
        (("features",), None),
        (("half_life_days",), 0),
        (("version",), 0),
        (("version",), 1.5),
        (("author",), ""),
        (("score", "exponent"), 1),
        (("anomaly", "decisive"), 0.5),
        (("levels", "high"), 5),
        (("criticality", "extreme"), 3),
    ],
)
def test_a_value_out_of_range_is_named(path: tuple[str, ...], value: object) -> None:
    spoilt = told()
    section = spoilt
    for name in path[:-1]:
        section = section[name]
    section[path[-1]] = value
    with pytest.raises(WeightsError, match=path[0]):
        read(spoilt)


def test_a_file_that_is_no_weights_says_so(tmp_path: Path) -> None:
    for text in ("", "[]", "a: [", "version: 1"):
        (tmp_path / "weights.yml").write_text(text)
        with pytest.raises(WeightsError, match="weights"):
            load(tmp_path / "weights.yml")
    with pytest.raises(WeightsError, match="cannot be read"):
        load(tmp_path / "none.yml")
