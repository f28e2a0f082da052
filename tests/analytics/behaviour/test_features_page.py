"""docs/behaviour_features.md tells each feature, once, as it is."""

import re
from pathlib import Path

from analytics.behaviour.feature import Feature
from analytics.behaviour.person_days import features
from analytics.readiness.needs import Need, Part, declared
from analytics.risk.weights import load

PAGE = Path(__file__).resolve().parents[3] / "docs" / "behaviour_features.md"
FAMILIES = ("Shell", "Git", "Scheduler", "Hub", "Everything")
NEEDS = {need.id: need for need in declared() if need.part is Part.FEATURE}


def cells_of(feature: Feature) -> list[str]:
    """Name, unit, sentence, weight, needs and tactics, as the page has to say them."""
    return [
        f"`{feature.name}`",
        feature.unit,
        feature.sentence,
        f"{load().features[feature.name]:g}",
        _told(NEEDS[feature.name]),
        ", ".join(feature.tactics) or "–",
    ]


def _told(need: Need) -> str:
    where = [f"`{field}` {' or '.join(values)}" for field, values in need.where.items()]
    filled = [f"`{field}`" for field in need.fields]
    any_of = [" or ".join(f"`{field}`" for field in need.alternatives)] if need.alternatives else []
    return "; ".join([*where, ", ".join([*filled, *any_of])])


def rows() -> list[tuple[str, list[str]]]:
    """Section and cells of each row of the page's tables."""
    found, section = [], ""
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line.startswith("| `"):
            found.append((section, [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]))
    return found


def test_the_page_tells_every_feature_once_and_in_order() -> None:
    told = [(section, cells[0]) for section, cells in rows()]
    assert sorted(name for _, name in told) == [f"`{name}`" for name in features()]
    assert told == sorted(told, key=lambda row: (FAMILIES.index(row[0]), row[1]))


def test_the_page_tells_each_feature_as_it_is_and_why_it_weighs_so_much() -> None:
    for _, [*cells, why] in rows():
        assert cells == cells_of(features()[cells[0].strip("`")])
        assert len(why.split()) > 3, cells[0]


def test_a_volume_of_usual_work_alone_is_never_more_than_low() -> None:
    usual = [cells for _, cells in rows() if cells[-1].startswith("a volume of usual work")]
    assert usual
    assert all(float(cells[3]) <= 21 for cells in usual)
