"""Policy search against a problem whose cheapest policy is known by formula."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from policy_lab.catalogue import english
from policy_lab.errors import PolicyLabError
from policy_lab.studies import ALL_TIMES, Findings, Study, plan_of, policy_search, run_study

MODEL = Path(__file__).parent / "studies_models" / "target.mdl"
OPTIONS: dict[str, Any] = {
    "targets": [{"outcome": "gain", "above": 1}],
    "cost": "price",
    "uncertain": {"luck": {"low": -1, "high": 1}},
    "population": 10,
    "generations": 120,
}
STUDY = Study(
    str(MODEL),
    method="policy_search",
    factors={f"x{i}": {"low": 0, "high": 2} for i in (1, 2, 3)},
    outcomes=("gain", "price"),
    size=64,
    options=OPTIONS,
)
#: Nine futures in ten have luck above -0.8, so x1 + 2 x2 must come to 1 + 0.2 * 0.8.
NEEDED = 1.16


def of(findings: Findings, index: str, factor: str = "(outcome)") -> Any:
    found = findings.of(index, policy_search.POLICY, ALL_TIMES)
    return found[found["factor"] == factor].iloc[0]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return run_study(STUDY, tmp_path_factory.mktemp("search") / "out")


def test_the_cheapest_policy_is_the_one_of_the_formula(found: Findings) -> None:
    assert of(found, "setting", "x1")["value"] == pytest.approx(NEEDED / 5, abs=0.01)
    assert of(found, "setting", "x2")["value"] == pytest.approx(2 * NEEDED / 5, abs=0.01)
    assert of(found, "cost")["value"] == pytest.approx(NEEDED**2 / 5, abs=0.005)
    assert of(found, "share met in the search")["value"] >= 0.9


def test_no_lever_of_the_policy_can_be_moved_less_by_itself(found: Findings) -> None:
    plan = plan_of(STUDY)
    ways = {name: of(found, "moved", name)["value"] for name in ("x1", "x2")}
    futures = policy_search.Search(plan, None).futures(64, STUDY.seed)[:, 0] * 2 - 1  # type: ignore[arg-type]
    for name in ways:
        x = {n: of(found, "setting", n)["value"] for n in ways}
        x[name] -= 2 * ways[name] / 8  # its range is 2
        gain = x["x1"] + 2 * x["x2"] + 0.2 * futures
        assert (gain >= 1).mean() < 0.9


def test_a_lever_that_is_not_needed_stays_where_it_is(found: Findings) -> None:
    assert of(found, "setting", "x3")["value"] == of(found, "before", "x3")["value"] == 0.5
    assert of(found, "moved", "x3")["value"] == 0
    assert found.in_words(english())[-1] == "1 of 3 levers stay where they are."


def test_the_policy_is_tried_on_futures_the_search_had_not_seen(found: Findings) -> None:
    met = of(found, "share met")
    assert met["low"] < 0.9 < met["high"] and met["value"] == pytest.approx(0.9, abs=0.02)
    assert of(found, "share met before")["value"] == 0
    assert found.folder is not None
    with xr.open_dataset(found.folder / "policy.nc") as runs:
        assert runs.sizes["run"] == 4 * 64
        gain = runs["result"].sel(outcome="gain").isel(time=-1)
        assert float((gain >= 1).mean()) == met["value"]


def test_without_a_cost_levers_are_moved_as_little_as_can_be(tmp_path: Path) -> None:
    findings = run_study(replace(STUDY, options={**OPTIONS, "cost": ""}), tmp_path / "out", pictures=False)
    # x2 does twice as much as x1 for the same way, so it does all of it
    assert of(findings, "setting", "x1")["value"] == 0
    assert of(findings, "setting", "x2")["value"] == pytest.approx(NEEDED / 2, abs=0.01)
    assert of(findings, "cost")["value"] == pytest.approx(NEEDED / 4, abs=0.005)


@pytest.mark.parametrize("limit", [7, 70_000])  # however far it is: then all fall short by nearly the same share
def test_what_nobody_can_reach_is_said_and_the_nearest_shown(limit: float, tmp_path: Path) -> None:
    options = {**OPTIONS, "targets": [{"outcome": "gain", "above": limit, "time": 1}], "generations": 40}
    findings = run_study(replace(STUDY, options=options, size=8), tmp_path / "out", pictures=False)
    assert findings.in_words(english())[0].startswith(
        f"No policy was found that meets gain of at least {limit:,} in 1 in 90%"
    )
    assert findings.provenance["good_enough"] is False
    for name in ("x1", "x2"):
        assert of(findings, "setting", name)["value"] == pytest.approx(2, abs=0.05)


def test_two_targets_and_one_from_above(tmp_path: Path) -> None:
    targets = [{"outcome": "gain", "above": 1}, {"outcome": "price", "below": 0.1}]
    options = {**OPTIONS, "targets": targets, "generations": 20}
    findings = run_study(replace(STUDY, options=options, size=8), tmp_path / "out", pictures=False)
    assert findings.provenance["good_enough"] is False, "the cheapest way to the one costs more than the other allows"


def test_without_uncertainties_there_is_one_future(tmp_path: Path) -> None:
    options = {**OPTIONS, "uncertain": {}, "generations": 60}
    findings = run_study(replace(STUDY, options=options), tmp_path / "out", pictures=False)
    assert findings.provenance["futures"] == [1, 1]
    assert of(findings, "cost")["value"] == pytest.approx(1 / 5, abs=0.005)


def test_the_margin_is_that_of_the_share_asked_for() -> None:
    plan = plan_of(replace(STUDY, options={**OPTIONS, "share": 0.75}))
    search = policy_search.Search(plan, None)  # type: ignore[arg-type]
    gain = np.array([0.5, 1.5, 2.0, 3.0, 0.9, 0.8, 2.0, 4.0])  # two policies in four futures each
    values = np.stack([gain, gain], axis=1)[:, None, :].repeat(len(plan.times), axis=1)
    assert search.margin(values, 4) == pytest.approx([0.5, -0.1])
    assert search.met(values) == 5 / 8


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"targets": []}, "needs targets"),
        ({"targets": ["gain"]}, "should be { outcome"),
        ({"targets": [{"outcome": "gain"}]}, "should be { outcome"),
        ({"targets": [{"outcome": "gain", "above": 1, "below": 2}]}, "should be { outcome"),
        ({"targets": [{"outcome": "gain", "above": 1, "year": 2}]}, "should be { outcome"),
        ({"targets": [{"outcome": "gain", "above": "1"}]}, "something that is not a number"),
        ({"targets": [{"outcome": "gian", "above": 1}]}, "Did you mean 'gain'"),
        ({"targets": [{"outcome": "luck", "above": 1}]}, "not among the study's outcomes"),
        ({"targets": [{"outcome": "gain", "above": 1, "time": 0.3}]}, "not among the studied times"),
        ({"share": 0.0}, "share is above 0"),
        ({"population": 1}, "population is at least 2"),
        ({"cost": "luck"}, "cost names 'luck'"),
        ({"uncertain": ["luck"]}, "is a table like factors"),
        ({"uncertain": {"look": {"low": 0, "high": 1}}}, "Did you mean 'luck'"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_any_run(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(PolicyLabError, match=says):
        plan_of(replace(STUDY, options={**OPTIONS, **changes}))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"size": 12}, "take 8 or 16"),
        ({"groups": {"all": ("x1", "x2", "x3")}}, "every lever by itself"),
        ({"factors": {"x1": {"distribution": "discrete", "values": [0, 1]}}}, "is discrete"),
    ],
)
def test_what_does_not_suit_a_search_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(PolicyLabError, match=says):
        plan_of(replace(STUDY, **changes))
