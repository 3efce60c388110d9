"""Fitting to history: what linear algebra gives for a line, and a model's own parameters back from its own curves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from policy_lab.catalogue import english
from policy_lab.errors import ModelError, StudyError
from policy_lab.estimators import least_squares
from policy_lab.estimators.least_squares import Fit
from policy_lab.model import load_model
from policy_lab.model.history import Series, read_history
from policy_lab.studies import Findings, Study, calibration, plan_of, run_study

HERE = Path(__file__).parent
FIELD = HERE / "models" / "small_field"
HISTORY = "../../studies_models/field_history.csv"  # PySD's run with a leaving rate of 0.15 and a growth of 0.2
TRUE = {"leaving rate": 0.15, "company growth": 0.2}
STUDY = Study(
    str(FIELD),
    method="calibration",
    factors="uncertainties",
    size=3,
    outcomes=("knowledge", "total researchers"),
    options={"history": HISTORY},
)


def value(findings: Findings, index: str, factor: str, outcome: str = calibration.PARAMETERS) -> Any:
    found = findings.of(index, outcome)
    return found[found["factor"] == factor].iloc[0]


# ---- the arithmetic, on a line whose answers linear algebra gives

SLOPE = np.random.default_rng(3).normal(size=(12, 3)) * [30, 10, 20]
AIM = SLOPE @ [0.4, 0.5, 0.6] + np.random.default_rng(4).normal(size=12)


def line(points: Any) -> Any:
    return points @ SLOPE.T - AIM


@pytest.fixture(scope="module")
def best() -> Fit:
    return least_squares.least_squares(line, np.array([0.0, 0.9, 0.1]))


def test_a_line_is_fitted_as_linear_algebra_fits_it(best: Fit) -> None:
    exact, cost, *_ = np.linalg.lstsq(SLOPE, AIM)
    assert best.at == pytest.approx(exact, abs=1e-8)
    assert best.cost == pytest.approx(cost[0])
    assert best.slope == pytest.approx(SLOPE, abs=1e-6)


def test_profile_intervals_of_a_line_are_its_standard_errors(best: Fit) -> None:
    rise = float(stats.chi2.ppf(0.95, 1))
    error = np.sqrt(np.diag(np.linalg.inv(SLOPE.T @ SLOPE)))
    for j in range(3):
        found = least_squares.profile(line, best, j, rise)
        ends = (best.at[j] - 1.96 * error[j], best.at[j] + 1.96 * error[j])
        assert (found.low, found.high) == pytest.approx(ends, abs=1e-4)
        assert found.rise == pytest.approx(((found.at - best.at[j]) / error[j]) ** 2, abs=1e-4), "a parabola"
        assert list(found.at) == sorted(found.at)


def test_what_the_data_cannot_tell_apart_has_no_strength() -> None:
    def only_the_sum(points: Any) -> Any:
        return np.stack([20 * (points[:, 0] + points[:, 1]) - 20, points[:, 2] * 30 - 15], axis=1)

    best = least_squares.least_squares(only_the_sum, np.array([0.2, 0.3, 0.1]))
    strength, direction = least_squares.directions(best)
    assert strength == pytest.approx([30, 20 * np.sqrt(2), 0], abs=1e-6)
    assert np.abs(direction[2]) == pytest.approx([np.sqrt(0.5), np.sqrt(0.5), 0], abs=1e-6)
    flat, sharp = (least_squares.profile(only_the_sum, best, j, 4.0) for j in (0, 2))
    assert (flat.low, flat.high) == (0.0, 1.0), "the other one makes up for any value"
    assert flat.rise == pytest.approx(0, abs=1e-4)
    assert (sharp.low, sharp.high) == pytest.approx((0.5 - 2 / 30, 0.5 + 2 / 30), abs=1e-6)


def test_the_global_search_leaves_a_false_valley() -> None:
    def two_valleys(points: Any) -> Any:
        u = points[:, 0]
        return np.stack([np.minimum(20 * np.abs(u - 0.2) + 3, 30 * np.abs(u - 0.8)), np.zeros_like(u)], axis=1)

    assert least_squares.least_squares(two_valleys, np.array([0.1])).at[0] == pytest.approx(0.2, abs=1e-3)
    found = least_squares.from_everywhere(two_valleys, 1, 1, 8, 40)
    assert least_squares.least_squares(two_valleys, found).at[0] == pytest.approx(0.8, abs=1e-3)


def test_runs_that_fail_are_stepped_around() -> None:
    def broken_half(points: Any) -> Any:
        return np.where(points > 0.7, np.nan, 10 * points - 4)

    assert least_squares.least_squares(broken_half, np.array([0.9])).cost > 1e4
    assert least_squares.least_squares(broken_half, np.array([0.6])).at[0] == pytest.approx(0.4)


def test_a_figure_weighs_by_the_side_of_its_range() -> None:
    nan = np.nan
    year, figure = np.array([1.0, 2, 3, 4]), np.array([10.0, 10, 0, 10])
    series = Series("s", "v", "", "A", year, figure, np.array([8, nan, nan, 10.0]), np.array([14, nan, nan, 20.0]))
    above, below = series.misfit(np.array([[12.0, 13, 1.5, 11], [9, 7, -1.5, 9]]))
    side = 1.645
    assert above == pytest.approx([2 / 4 * side, 2, 1, 1 / 10 * side])
    assert below == pytest.approx([-1 / 2 * side, -2, -1, -1 * side])


# ---- a model against its own curves


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return run_study(STUDY, tmp_path_factory.mktemp("fit") / "out")


def test_a_models_own_parameters_come_back(found: Findings) -> None:
    for name, true in TRUE.items():
        fitted = value(found, "fitted", name)
        assert fitted["value"] == pytest.approx(true, rel=1e-5)
        assert fitted["low"] < true < fitted["high"]
        assert value(found, "share of range", name)["value"] < 0.7
    assert value(found, "misfit", "(outcome)")["value"] < 1e-3 < value(found, "misfit before", "(outcome)")["value"]
    text = " ".join(found.in_words(english()))
    assert "Fitted to 6 figures" in text and "Every parameter is identified" in text


def test_the_global_search_finds_the_same(found: Findings, tmp_path: Path) -> None:
    options = {**STUDY.options, "search": "global", "generations": 15}
    other = run_study(replace(STUDY, options=options, size=6), tmp_path / "out", pictures=False)
    for name in TRUE:
        one, two = (value(f, "fitted", name)["value"] for f in (found, other))
        assert one == pytest.approx(two, rel=1e-5)


def test_figures_held_out_are_not_fitted_to(tmp_path: Path) -> None:
    spoilt = (FIELD / HISTORY).read_text().splitlines()
    for n, row in enumerate(spoilt):
        cells = row.split(",")
        spoilt[n] = ",".join([*cells[:3], "1e9", "", "", *cells[6:]]) if cells[2] == "2050" else row
    (tmp_path / "history.csv").write_text("\n".join(spoilt) + "\n")
    options = {"history": str(tmp_path / "history.csv"), "hold_out_from": 2045}
    findings = run_study(replace(STUDY, options=options), tmp_path / "out", pictures=False)
    for name, true in TRUE.items():
        assert value(findings, "fitted", name)["value"] == pytest.approx(true, rel=1e-4)
    assert (findings.provenance["figures"], findings.provenance["held_out"]) == (4, 2)
    assert value(findings, "misfit", "(outcome)")["value"] < 1e-3
    assert value(findings, "held out misfit", "(outcome)")["value"] > 6
    assert "On the 2 figures from 2045 on" in findings.in_words(english())[1]


def test_a_profile_is_drawn_from_fits_of_the_other_parameters(found: Findings) -> None:
    for name, true in TRUE.items():
        at, rise = calibration.profile_of(found, name)
        fitted = value(found, "fitted", name)
        assert len(at) == len(rise) > 4 and rise.min() < 1e-6
        assert at[rise.argmin()] == pytest.approx(true, rel=1e-4)
        assert at[0] <= fitted["low"] < fitted["high"] <= at[-1]
        allowed = calibration.allowed_rise(0.95, 0.0, 4)
        within = np.interp([fitted["low"], fitted["high"]], at, np.sqrt(rise))
        inner = (fitted["low"] > at[0], fitted["high"] < at[-1])
        assert within[list(inner)] == pytest.approx(np.sqrt(allowed), rel=1e-3), "ends lie where the rise is allowed"


def test_ranges_as_figures_keep_what_the_data_do_not_tell_in_the_middle(tmp_path: Path) -> None:
    one: dict[str, Any] = {
        "factors": {"leaving rate": {}, "results per person": {"low": 0.2, "high": 1.0}},
        "outcomes": ("total researchers",),
    }
    options = {**STUDY.options, "intervals": False}
    free = run_study(replace(STUDY, **one, options=options), tmp_path / "free", pictures=False)
    findings = run_study(replace(STUDY, **one, options={**options, "prior": "ranges"}), tmp_path / "out")
    told, untold = (value(findings, "fitted", name) for name in one["factors"])
    assert np.isnan(told["low"])
    assert told["value"] == pytest.approx(value(free, "fitted", "leaving rate")["value"], rel=0.02)
    assert untold["value"] == pytest.approx(0.6, rel=1e-3)
    assert value(free, "fitted", "results per person")["value"] != pytest.approx(0.6, rel=0.05)
    assert not list((tmp_path / "out").glob("profiles*"))


def test_another_history_is_another_study(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_bytes((FIELD / HISTORY).read_bytes())
    study = replace(STUDY, options={"history": str(tmp_path / "history.csv")})
    before = plan_of(study).fingerprint("1")
    assert plan_of(study).fingerprint("1") == before
    (tmp_path / "history.csv").write_text((FIELD / HISTORY).read_text().replace("2040", "2041"))
    assert plan_of(study).fingerprint("1") != before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"outcomes": ("knowledge", "reputation")}, r"no figure for 'reputation' .* knowledge, total researchers"),
        ({"options": {**STUDY.options, "search": "luck"}}, "take least squares or global"),
        ({"options": {**STUDY.options, "prior": "flat"}}, "take none or ranges"),
        ({"options": {**STUDY.options, "intervals": 1}}, "true or false"),
        ({"options": {**STUDY.options, "hold_out_from": "2040"}}, "is not a year"),
        ({"options": {**STUDY.options, "hold_out_from": 2031}}, "2 figures to fit 2 parameters"),
        ({"options": {**STUDY.options, "confidence": 2.0}}, "between 0 and 1"),
        ({"groups": "kind"}, "one by one"),
        ({"times": (2030.0,)}, "at least two studied times"),
        ({"factors": {"leaving rate": {"distribution": "discrete", "values": [0.1, 0.2]}}}, "is discrete"),
    ],
)
def test_what_cannot_be_fitted_is_refused_before_any_run(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(StudyError, match=says):
        plan_of(replace(STUDY, **changes))


def test_a_model_without_history_or_with_a_broken_one(tmp_path: Path) -> None:
    model = load_model(FIELD)
    with pytest.raises(ModelError, match=r"has no history file .*history\.csv"):
        plan_of(replace(STUDY, options={}))
    good = (FIELD / HISTORY).read_text()
    for old, new, says in (("grade", "mark", "lacks the column 'grade'"), ("2030", "", "lacks a year or a value")):
        (tmp_path / "history.csv").write_text(good.replace(old, new))
        with pytest.raises(ModelError, match=says):
            read_history(model, tmp_path / "history.csv")
