"""What figures show, and that hostile names stay text."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.findings import ReasonKind
from auditapp.figures import palette, spark
from auditapp.figures.bars import Bar, stacked
from auditapp.figures.lanes import Mark, lanes
from auditapp.figures.scores import Point, score_line
from auditapp.figures.text import plain

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def bar(series: str, count: int = 1) -> Bar:
    return Bar(time=NOON, series=series, count=count, link=f"/events/?q={count}")


def test_bars_of_one_series_share_a_trace_and_each_leads_somewhere() -> None:
    figure = stacked([bar("auditd", 3), bar("git_log", 2), bar("auditd", 5)], width=HOUR)
    assert [trace.name for trace in figure.data] == ["auditd", "git_log"]
    assert list(figure.data[0].y) == [3, 5]
    assert list(figure.data[0].customdata) == ["/events/?q=3", "/events/?q=5"]


def test_times_stand_in_the_figure_as_utc_without_a_zone() -> None:
    assert stacked([bar("auditd")], width=HOUR).data[0].x[0] == "2026-11-03T12:00:00"


def test_nothing_makes_a_figure_without_traces() -> None:
    assert len(stacked([], width=HOUR).data) == 0


def test_a_name_with_markup_stays_text() -> None:
    name = "<img src=x onerror=alert(1)>\u202egpj"
    trace = stacked([bar(name)], width=HOUR).data[0]
    assert trace.name == "&lt;img src=x onerror=alert(1)&gt;�gpj"
    assert plain("a & b") == "a &amp; b"


def test_every_family_has_its_lane_even_when_it_is_silent() -> None:
    mark = Mark(time=NOON, severity="high", title="<b>killed</b>", link="/events/e1/")
    figure = lanes([bar("git")], [mark], families=("shell", "git"), width=HOUR)
    assert [trace.name for trace in figure.data] == ["alerts", "shell", "git"]
    assert figure.data[0].text[0] == "high: &lt;b&gt;killed&lt;/b&gt;"
    assert list(figure.data[0].customdata) == ["/events/e1/"]


def test_a_score_line_runs_from_0_to_100_and_each_point_leads_to_its_reasons() -> None:
    point = Point(time=NOON, score=71.26, level="high", link="/people/p001/?as_of=x#reasons")
    figure = score_line([point])
    assert list(figure.data[0].y) == [71.3]
    assert list(figure.data[0].customdata) == [point.link]
    assert figure.layout.yaxis.range[0] == 0


def test_the_layers_below_a_score_line_are_the_kinds_of_its_reasons() -> None:
    parts = {"anomaly": 11.0, "rule": 60.26}
    point = Point(time=NOON, score=71.26, level="high", link="/people/p001/", parts=parts)
    before = Point(time=NOON - HOUR, score=0, level="none", link="/people/p001/")
    figure = score_line([before, point])
    assert [trace.name for trace in figure.data] == ["rule", "anomaly", "score"]
    assert [list(trace.y) for trace in figure.data] == [[0, 60.3], [0, 11], [0, 71.3]]
    assert {trace.stackgroup for trace in figure.data[:2]} == {"parts"}


def test_every_kind_of_reason_has_a_colour_of_its_own() -> None:
    assert set(palette.KINDS) == {kind.value for kind in ReasonKind}
    assert len(set(palette.KINDS.values())) == len(palette.KINDS)


def test_a_spark_stays_in_its_box() -> None:
    points = [pair.split(",") for pair in spark.path([0, 50, 100, 250, -3]).split()]
    assert all(0 <= float(x) <= spark.WIDTH and 0 <= float(y) <= spark.HEIGHT for x, y in points)
    assert float(points[0][1]) > float(points[2][1])


@pytest.mark.parametrize("values", [[], [3.0]])
def test_one_value_makes_no_line(values: list[float]) -> None:
    assert spark.path(values) == ""


def test_the_first_nine_names_have_colours_of_their_own() -> None:
    names = [f"source{number}" for number in range(9)]
    assert len(set(palette.colours(names).values())) == 9
