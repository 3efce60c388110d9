"""The calibration on 2015-2025: intervals hold the truth as often as they say, and the page says what is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import RectBivariateSpline

from analysis import calibration as calibration_script
from analysis import documents
from analysis.calibration_page import PAGE, page
from analysis.results_folder import RESULTS
from policy_lab.estimators import least_squares
from policy_lab.model import load_model
from policy_lab.model.history import Series, read_history
from policy_lab.simulation import simulate
from policy_lab.studies import calibration, plan_of

FIELD = Path(__file__).parent / "models" / "small_field"
TRUE = {"leaving rate": 0.12, "company growth": 0.25}
LOW, HIGH = np.array([0.05, 0.1]), np.array([0.2, 0.4])
YEARS = np.arange(2030.0, 2051.0, 5.0)
NOISE = 0.02
DRAWS = 60


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / "calibration" / "summary.json").read_text(encoding="utf-8"))
    return found


# ---- synthetic figures: a model's own curves with noise of known size, so that the truth is known


def curves(points: Any) -> Any:
    """``[point, figure]``: the logarithm of two outcomes of the small field in five years."""
    values = LOW + points * (HIGH - LOW)
    runs = simulate(
        load_model(FIELD),
        {name: values[:, j] for j, name in enumerate(TRUE)},
        outputs=("knowledge", "total researchers"),
        times=YEARS,
    )
    return np.log(np.concatenate([runs.of("knowledge"), runs.of("total researchers")], axis=1))


@pytest.fixture(scope="module")
def smooth() -> Any:
    """The same from a spline through 441 runs: thousands of fits ask for it."""
    side = np.linspace(0, 1, 21)
    runs = curves(np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2))
    splines = [RectBivariateSpline(side, side, figure.reshape(21, 21)) for figure in runs.T]

    def drawn(points: Any) -> Any:
        return np.stack([s.ev(points[:, 0], points[:, 1]) for s in splines], axis=1)

    between = np.random.default_rng(6).random((20, 2))
    assert drawn(between) == pytest.approx(curves(between), abs=NOISE / 20)
    return drawn


def test_profile_intervals_hold_the_truth_as_often_as_they_say(smooth: Any) -> None:
    truth = (np.array(list(TRUE.values())) - LOW) / (HIGH - LOW)
    random = np.random.default_rng(5)
    clean = curves(truth[None])[0]
    rise = calibration.allowed_rise(0.95, 0.0, 1)
    held, widths = 0, []
    for _ in range(DRAWS):
        seen = clean + random.normal(0, NOISE, clean.shape)

        def misfits(points: Any, seen: Any = seen) -> Any:
            return (smooth(points) - seen) / NOISE

        best = least_squares.least_squares(misfits, np.array([0.5, 0.5]))
        for j in range(2):
            found = least_squares.profile(misfits, best, j, rise)
            held += found.low <= truth[j] <= found.high
            widths.append(found.high - found.low)
    # 114 of 120 are expected, give or take 2.4.
    assert 106 <= held <= 119
    assert 0.02 < np.median(widths) < 0.5


# ---- what the calibration asks of the model


def test_every_parameter_has_the_range_that_the_model_states() -> None:
    model = load_model("big_science")
    plan = plan_of(calibration_script.study_of(model, "big_science", 2))
    assert [f.name for f in plan.factors] == [model.constant(name) for name in calibration_script.PARAMETERS]
    for factor in plan.factors:
        low, high = model.range_of(factor.name)
        assert low <= factor.low <= factor.default <= factor.high <= high
    assert {s.variable for s in read_history(model)} == set(plan.outcomes)


def test_the_later_figures_are_kept_from_the_second_fit() -> None:
    model = load_model("big_science")
    early = plan_of(calibration_script.before_2023(calibration_script.study_of(model, "big_science", 2)))
    assert early.options["hold_out_from"] == 2023 and early.options["prior"] == "ranges"


def test_a_trend_is_a_line_or_the_growth_of_what_is_counted() -> None:
    years = np.array([2015.0, 2017, 2020])
    assert calibration_script.trend(years, 3 * years - 6000, 2024, "OOM") == pytest.approx(3 * 2024 - 6000)
    assert calibration_script.trend(years, 5 * 1.3 ** (years - 2015), 2024, "M$") == pytest.approx(5 * 1.3**9)
    assert np.isnan(calibration_script.trend(years[:1], years[:1], 2024, "M$"))


def test_half_of_the_range_says_how_near_a_model_can_be_said_to_come() -> None:
    year = np.array([2015.0, 2025])
    series = Series("s", "v", "M$", "A", year, np.array([10.0, 30]), np.array([8.0, 24]), np.array([14.0, 34]))
    assert calibration_script._half_range(series) == pytest.approx((6 + 10) / 4 / 20)


# ---- the stored result


def test_the_page_says_what_is_stored(stored: dict[str, Any]) -> None:
    assert (documents.DOCS / PAGE).read_text(encoding="utf-8") == documents.text(page(stored))


def test_the_stored_errors_are_those_of_the_figures(stored: dict[str, Any]) -> None:
    history = {
        s.name: s.between(calibration_script.FIRST, calibration_script.LAST)
        for s in read_history(load_model("big_science"))
    }
    assert [e["series"] for e in stored["errors"]] == list(history)
    assert stored["figures"] == sum(len(s.year) for s in history.values())
    held = sum(int((s.year >= calibration_script.HELD_OUT_FROM).sum()) for s in history.values())
    assert len(stored["held_out"]) == held and stored["figures_before"] == stored["figures"] - held
    for row in stored["held_out"]:
        series = history[row["series"]]
        one = series.between(row["year"], row["year"])
        assert row["data"] == one.value[0]
        assert row["model off"] == pytest.approx(float(one.misfit(np.array([row["model"]]))[0]))


def test_an_interval_that_runs_out_of_the_range_is_called_open(stored: dict[str, Any]) -> None:
    text = documents.text(page(stored))
    lines = {line.split(" | ")[0].strip("| "): line for line in text.splitlines() if line.startswith("| ")}
    for p in stored["parameters"]:
        assert p["range_low"] <= p["low"] <= p["fitted"] <= p["high"] <= p["range_high"] or p["share_of_range"] == 1
        ends = lines[p["name"]].split(" | ")[4]
        assert ends.startswith("open to") == p["open_below"] and ends.endswith("to open") == p["open_above"]
        assert p["open_below"] == (p["low"] - p["range_low"] < 1e-5 * (p["range_high"] - p["range_low"]))
        assert ("**no**" in lines[p["name"]]) == (not p["low"] <= p["shipped"] <= p["high"])


def test_a_fit_can_only_get_better(stored: dict[str, Any]) -> None:
    assert stored["misfit"]["misfit"] <= stored["misfit"]["misfit before"]
    assert stored["misfit_before"]["misfit"] <= stored["misfit_before"]["misfit before"]
    strengths = [d["strength"] for d in stored["directions"]]
    assert strengths == sorted(strengths, reverse=True) and len(strengths) == len(stored["parameters"])
