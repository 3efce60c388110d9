"""Charts of findings: what is drawn is what the findings say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from policy_lab import charts
from policy_lab.ensemble import ranking
from policy_lab.studies import DUMMY, Findings, Study, run_study

FIELD = str(Path(__file__).parent / "models" / "small_field")


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    study = Study(FIELD, factors="all", size=64, options={"resamples": 50})
    return run_study(study, tmp_path_factory.mktemp("study") / "out")


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    study = Study(
        FIELD, factors="all", groups="kind", size=64, times=(2030.0, 2040.0, 2050.0), options={"resamples": 50}
    )
    return run_study(study, tmp_path_factory.mktemp("grouped") / "out")


def test_the_ranking_shows_every_factor_once_largest_on_top(findings: Findings) -> None:
    total, alone = charts.ranking(findings, "knowledge").data
    values = dict(zip(total.y, total.x, strict=True))
    rows = ranking.ordered(findings, "knowledge").set_index("factor")
    assert values == rows["value"].to_dict()
    assert DUMMY not in values and list(total.x) == sorted(total.x)
    up = np.array(total.x) + np.array(total.error_x.array)
    assert np.allclose(up, rows.loc[list(total.y), "high"])
    assert all(a >= 0 for a in alone.x)


def test_the_floor_is_drawn(findings: Findings) -> None:
    (line,) = charts.ranking(findings, "knowledge").layout.shapes
    assert line.x0 == line.x1 == ranking.noise_floor(findings, "knowledge") > 0


def test_the_ranking_at_one_time(findings: Findings) -> None:
    total = charts.ranking(findings, "knowledge", time=2030.0, most=3).data[0]
    assert len(total.y) == 3
    assert total.x[-1] == ranking.ordered(findings, "knowledge", 2030.0)["value"].iloc[0]


def test_an_outcome_that_does_not_vary_gives_an_empty_chart(findings: Findings) -> None:
    assert len(charts.ranking(findings, "knowledge", time=2025.0).data[0].y) == 0


def test_over_time_shows_the_leaders_in_their_bands(findings: Findings) -> None:
    traces = charts.ranking_over_time(findings, "knowledge", most=2).data
    assert len(traces) == 4
    names = ranking.ordered(findings, "knowledge").head(2)["factor"].tolist()
    assert [t.name for t in traces if t.name] == names
    band, line = traces[0], traces[1]
    half = len(line.x)
    assert (np.array(band.y[:half]) >= line.y).all() and (np.array(band.y[half:][::-1]) <= line.y).all()


def test_choice_and_luck_fill_the_whole(grouped: Findings) -> None:
    choice, together, luck = charts.choice_against_luck(grouped, "knowledge").data
    assert list(choice.x) == [2030.0, 2040.0, 2050.0]
    said = grouped.of("S1", "knowledge", 2050.0).set_index("factor")["value"]
    assert choice.y[-1] == pytest.approx(max(0, said["levers"]))
    assert luck.y[-1] == pytest.approx(max(0, said["uncertainties"]))
    assert together.y[-1] == pytest.approx(max(0, 1 - choice.y[-1] - luck.y[-1]))
