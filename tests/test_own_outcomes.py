"""Outcomes of a study's own, against what the curve's formula gives; runs that fail; how a study makes its runs."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest, spearmanr

from policy_lab import load_model, run_study, simulate
from policy_lab.catalogue import english
from policy_lab.ensemble.measures import measure_from
from policy_lab.ensemble.study_file import Study, read_study
from policy_lab.errors import PolicyLabError
from policy_lab.studies import Findings, load_study, plan_of, replay

CLOCK = "FINAL TIME = 10 ~ Month ~|\nINITIAL TIME = 0 ~~|\nTIME STEP = 0.125 ~~|\nSAVEPER = TIME STEP ~~|\n"


def _model(folder: Path, text: str, clock: str = CLOCK) -> Path:
    file = folder / "m.mdl"
    file.write_text("{UTF-8}\n" + text + clock, encoding="utf-8")
    return file


def _table(findings: Findings, index: str) -> dict[str, float]:
    found = findings.of(index, findings.outcomes[0], math.nan)
    return dict(zip(found["factor"], found["value"], strict=True))


#: y is a line from -2 to 8; what is taken of it, by hand.
TAKEN: list[tuple[dict[str, Any], float]] = [
    ({"take": "max"}, 8),
    ({"take": "max", "to": 4}, 2),
    ({"take": "min", "from": 5}, 3),
    ({"take": "mean"}, 3),
    ({"take": "mean", "from": 2, "to": 4}, 1),
    ({"take": "final"}, 8),
    ({"take": "time of max"}, 10),
    ({"take": "time_of_min"}, 0),
    ({"take": "time_above", "above": 3.05}, 4.95),
    ({"take": "time_below", "below": 3.05}, 5.05),
    ({"take": "first_above", "above": 3.05}, 5.05),
    ({"take": "first_below", "below": 0}, 0),
    ({"take": "first_above", "above": 9}, math.nan),
    ({"of": "ABS(y) + 2*Time", "take": "final"}, 28),
    ({"of": "IF THEN ELSE(y > 3, z[a], z[b])", "take": "max"}, 7),
]


@pytest.mark.parametrize(("entry", "expected"), TAKEN, ids=lambda value: str(value))
def test_what_is_taken_of_a_curve(entry: dict[str, Any], expected: float, tmp_path: Path) -> None:
    model = load_model(_model(tmp_path, "el: a, b ~~|\nz[a] = 7 ~~|\nz[b] = 5 ~~|\ny = Time - 2 ~ kg ~|\n"))
    measure = measure_from({"name": "m", "of": "y", **entry}, model)
    found = measure.of(simulate(model, outputs=measure.reads), np.array([0.0, 10.0]))
    np.testing.assert_allclose(found, [[expected, expected]])


def test_a_peak_is_ranked_by_what_it_depends_on(tmp_path: Path) -> None:
    _model(tmp_path, "k = 1 ~~|\nq = 2 ~~|\ny = k*SIN(q*Time) ~~|\n")
    file = tmp_path / "s.toml"
    file.write_text(
        'model = "m.mdl"\nsize = 64\noutcomes = [{name = "peak", of = "y", take = "max"}]\n'
        "[factors]\nk = {low=0.5, high=2}\nq = {low=1, high=3}\n",
        encoding="utf-8-sig",
    )
    findings = run_study(load_study(file), tmp_path / "r", pictures=False)
    total = _table(findings, "ST")
    assert total["k"] == pytest.approx(1, abs=0.01) and total["q"] < 0.01
    assert findings.provenance["outcomes"] == [{"name": "peak", "label": "peak", "unit": ""}]
    assert read_study(tmp_path / "r" / "study.toml").outcomes == load_study(file).outcomes
    assert replay(tmp_path / "r").same


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"name": "m", "of": "y", "take": "most"}, "take is one of max, min"),
        ({"name": "m", "of": "yy"}, "no variable 'yy'"),
        ({"name": "m", "of": "y +"}, r"'y \+' cannot be read: it ends where"),
        ({"name": "m", "of": "DELAY1(y, 2) + 1"}, "not a function of numbers"),
        ({"name": "m", "of": "y", "take": "time_above"}, "give above = a number"),
        ({"name": "m", "of": "y", "takes": "max"}, "no 'takes'; did you mean take"),
        ({"name": "m", "of": "y", "take": "max", "from": 11}, "outside the run, which goes from 0 to 10"),
        ({"name": "m", "of": "y", "minus": "nothing"}, "no scenario 'nothing'"),
        ({"name": "m", "of": "y", "from": "early"}, "from = 'early' should be a number"),
    ],
)
def test_an_outcome_that_is_none_is_refused(entry: dict[str, Any], says: str, tmp_path: Path) -> None:
    model = load_model(_model(tmp_path, "y = Time ~~|\n"))
    with pytest.raises(PolicyLabError, match=says):
        measure_from(entry, model)


def test_the_difference_from_a_scenario(tmp_path: Path) -> None:
    for name, content in {
        "m.mdl": "{UTF-8}\nk = 1 ~~|\nq = 1 ~~|\ny = k*q*Time ~~|\n" + CLOCK,
        "levers.csv": "name,group,low,high,step,low_words,high_words,start,ramp,decided_by,cost,why\n"
        "k,G,0,5,1,none,much,,,me,none,why\n",
        "outcomes.csv": "name,label,group,headline,better,decimals,why\ny,Y,G,yes,higher,0,why\n",
    }.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "scenarios").mkdir()
    for key, value in (("low", 1), ("high", 4)):
        text = f'title = "{key}"\nrationale = "r"\n[levers]\nk = {{ value = {value} }}\n'
        (tmp_path / "scenarios" / f"{key}.toml").write_text(text, encoding="utf-8")
    outcome = {"name": "gain", "of": "y", "take": "final", "minus": "low"}
    study = Study(str(tmp_path), "uncertainty", {"q": {"low": 1.0, "high": 2.0}}, "high", 64, outcomes=(outcome,))
    findings = run_study(study, tmp_path / "r", pictures=False)
    mean = findings.of("mean", "gain").iloc[0]["value"]
    assert mean == pytest.approx(3 * 1.5 * 10, rel=1e-3)


def test_failed_runs_are_told_as_failed(tmp_path: Path) -> None:
    file = _model(tmp_path, "x1 = 1 ~~|\nx2 = 1 ~~|\nbad = LN(x1 - 0.9) + x2 ~~|\ngood = x1 + x2 ~~|\n")
    factors = {"x1": {"low": -1.0, "high": 1.0}, "x2": {"low": 0.0, "high": 1.0}}
    study = Study(str(file), "sobol", factors, size=256, times=(10.0,), outcomes=("bad", "good"))
    findings = run_study(study, tmp_path / "r")
    assert findings.of("ST", "bad")["value"].isna().all() and findings.of("ST", "good")["value"].notna().all()
    said = [english().in_words(m) for m in findings.notes]
    assert said[0].startswith("bad: 95% of its runs failed (no number at some time). Runs that gave a number have x1")
    assert not any("does not vary" in one for one in said)
    report = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert re.search(r"95% of its runs failed: no indices", report) and "a larger size would show more" not in report
    assert findings.provenance["failed"]["bad"] == pytest.approx(0.95, abs=0.01)


OSCILLATOR = "k = 1 ~~|\nc = 0.1 ~~|\nx = INTEG(v, 1) ~~|\nv = INTEG(-k*x - c*v, 0) ~~|\n"


def test_a_study_says_how_its_runs_are_made(tmp_path: Path) -> None:
    """The damped oscillator never leaves -1 to 1; Euler's does with this step."""
    clock = CLOCK.replace("0.125", "0.5").replace("= 10", "= 20")
    file = _model(tmp_path, OSCILLATOR, clock)
    factors = {"k": {"low": 0.5, "high": 1.5}, "c": {"low": 0.05, "high": 0.3}}
    plain = Study(str(file), "uncertainty", factors, size=64, times=(20.0,), outcomes=("x",))
    spread = {}
    for name, study in {
        "euler": plain,
        "rk4": Study(**{**plain.__dict__, "integration": "rk4"}),
        "small": Study(**{**plain.__dict__, "integration": "rk4", "time_step": 0.05}),
        "short": Study(**{**plain.__dict__, "integration": "rk4", "final_time": 10.0, "times": (10.0,)}),
    }.items():
        findings = run_study(study, tmp_path / name, pictures=False)
        spread[name] = findings.of("sd", "x").iloc[0]["value"]
        stored = json.loads((tmp_path / name / "provenance.json").read_text(encoding="utf-8"))
        assert stored["integration"] == (study.integration or "euler")
        assert read_study(tmp_path / name / "study.toml").time_step == study.time_step
    assert spread["euler"] > 5 and spread["rk4"] == pytest.approx(spread["small"], rel=0.01) and spread["small"] < 1
    assert spread["short"] != spread["rk4"]
    for wrong, says in (
        ({"integration": "rk2"}, "rk2"),
        ({"time_step": -1.0}, "above 0"),
        ({"final_time": 10.3}, "end"),
    ):
        with pytest.raises(PolicyLabError, match=says):
            plan_of(Study(**{**plain.__dict__, **wrong}))


STUDY = """model = "m.mdl"
method = "uncertainty"
size = 16
outcomes = ["y"]
times = [4]
[factors]
a = {low=0, high=1}
"""
#: A study file as people write it, and what is said of it; nothing where it can be read.
TEXTS = {
    "as it should be": (STUDY, ""),
    "a mark in front, and Windows' line ends": ("\ufeff" + STUDY.replace("\n", "\r\n"), ""),
    "eight runs": (STUDY.replace("16", "8"), "size = 8 is too few runs to measure a spread; take 16 or more"),
    "not a power of two": (STUDY.replace("16", "12"), "12 is not a power of two"),
    "tables first": ("[factors]\na = {low=0, high=1}\n" + STUDY.split("[factors]")[0], r"inside the table \[factors\]"),
    "not closed": (STUDY.replace("}", ""), "is not valid TOML"),
    "twice": (STUDY.replace('"y"', '"y", "Y"'), "'y' is named twice; keep one"),
    "a fraction": (STUDY.replace("16", "16.0"), "size = 16.0 is not a whole number"),
    "a slip": (STUDY.replace("times", "tmies"), "no key 'tmies'.*'times'"),
    "a clock that varies": (STUDY.replace("a =", "horizon ="), "'FINAL TIME' follows from 'horizon'"),
    "no table of data": ('data = "none.csv"\n' + STUDY, "'none.csv' is not in"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_of_a_study(name: str, tmp_path: Path) -> None:
    text, says = TEXTS[name]
    clock = CLOCK.replace("FINAL TIME = 10", "FINAL TIME = INITIAL TIME + horizon")
    _model(tmp_path, "a = 1 ~~|\nhorizon = 10 ~~|\ny = a*Time ~~|\n", clock)
    (tmp_path / "s.toml").write_bytes(text.encode())
    if not says:
        assert plan_of(load_study(tmp_path / "s.toml")).outcomes == ("y",)
        return
    with pytest.raises(PolicyLabError, match=says):
        load_study(tmp_path / "s.toml")


def test_a_study_takes_data(tmp_path: Path) -> None:
    _model(tmp_path, "rain ~~|\nk = 1 ~~|\ny = k*rain ~~|\n")
    (tmp_path / "d.csv").write_text("Time,rain\n0,1\n10,3\n", encoding="utf-8")
    text = 'data = "d.csv"\n' + STUDY.replace("a =", "k =")
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    findings = run_study(load_study(tmp_path / "s.toml"), tmp_path / "r", pictures=False)
    assert findings.of("mean", "y").iloc[0]["value"] == pytest.approx(0.5 * 1.8, rel=0.05)
    assert read_study(tmp_path / "r" / "study.toml").data == ("../d.csv",)
    assert replay(tmp_path / "r").same


def test_options_name_own_outcomes(tmp_path: Path) -> None:
    """The peak of k*Time is 10 k, above 5 for half of the values of k from 0 to 1."""
    file = _model(tmp_path, "k = 1 ~~|\ny = k*Time ~~|\n")
    outcome = {"name": "peak", "of": "y", "take": "max"}
    study = Study(str(file), "uncertainty", {"k": {"low": 0.0, "high": 1.0}}, size=64, outcomes=(outcome,),
                  options={"thresholds": {"peak": 5}})  # fmt: skip
    findings = run_study(study, tmp_path / "r")
    assert findings.of("P(above)", "peak").iloc[0]["value"] == pytest.approx(0.5, abs=0.02)
    fails = {"fails": [{"outcome": "peak", "below": 2.5}]}
    prim = Study(
        str(file),
        "prim",
        {
            "k": {"low": 0.0, "high": 1.0},
        },
        size=256,
        outcomes=(outcome,),
        options=fails,
    )
    assert len(run_study(prim, tmp_path / "p", pictures=False).table)


def test_samples_of_ones_own(tmp_path: Path) -> None:
    """Two inputs that always sum to 3: y = a + b does not vary, although both do."""
    _model(tmp_path, "a = 1 ~~|\nb = 1 ~~|\ny = (a + b)*Time ~~|\nz = a*Time ~~|\n")
    rows = [(1 + k / 19, 2 - k / 19) for k in range(20)]
    (tmp_path / "s.csv").write_text("a,B\n" + "\n".join(f"{a},{b}" for a, b in rows), encoding="utf-8")
    text = 'model = "m.mdl"\nmethod = "uncertainty"\nsamples = "s.csv"\noutcomes = ["y", "z"]\ntimes = [4]\n'
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    findings = run_study(load_study(tmp_path / "s.toml"), tmp_path / "r")
    assert findings.provenance["runs"] == 20 and findings.provenance["factors"][0]["distribution"] == "samples"
    assert findings.of("sd", "y").iloc[0]["value"] == pytest.approx(0, abs=1e-12)
    assert findings.of("mean", "z").iloc[0]["value"] == pytest.approx(6)
    assert replay(tmp_path / "r").same
    for wrong, says in (('method = "sobol"', "draws its own points"), ('samples = "t.csv"', "row 3, column 'b'")):
        key = wrong.partition(" ")[0]
        (tmp_path / "t.csv").write_text("a,b\n1,2\n1,\n", encoding="utf-8")
        other = "\n".join(wrong if line.startswith(key) else line for line in text.splitlines())
        (tmp_path / "s.toml").write_text(other, encoding="utf-8")
        with pytest.raises(PolicyLabError, match=says):
            load_study(tmp_path / "s.toml")


CORRELATED = """model = "m.mdl"
method = "uncertainty"
size = 4096
outcomes = ["y", "z"]
times = [1]
[factors]
a = { low = 0, high = 1 }
b = { low = 0, high = 1 }
c = { low = 1, high = 100, distribution = "log-uniform" }
[correlations]
A = { "b" = -0.8, c = 0.5 }
"""


def test_correlated_factors(tmp_path: Path) -> None:
    """Of two uniform factors Pearson's correlation is Spearman's: the sum's variance is (1 + r) / 6. Each factor keeps
    its own distribution: the median of the log-uniform one is 10."""
    _model(tmp_path, "a = 1 ~~|\nb = 1 ~~|\nc = 2 ~~|\ny = a + b ~~|\nz = c + 0*Time ~~|\n")
    (tmp_path / "s.toml").write_text(CORRELATED, encoding="utf-8")
    study = load_study(tmp_path / "s.toml")
    findings = run_study(study, tmp_path / "r")
    assert findings.of("sd", "y").iloc[0]["value"] == pytest.approx(math.sqrt((1 - 0.8) / 6), rel=0.01)
    assert findings.of("q50", "z").iloc[0]["value"] == pytest.approx(10, rel=0.01)
    unit = plan_of(study).points()
    ranks = spearmanr(unit).statistic
    assert [ranks[0, 1], ranks[0, 2], ranks[1, 2]] == pytest.approx([-0.8, 0.5, 0], abs=0.02)
    assert [kstest(column, "uniform").pvalue > 0.5 for column in unit.T] == [True] * 3
    assert "a with b (−0.8) and a with c (0.5)" in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert replay(tmp_path / "r").same


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("a = { b = 1.0 }", "lies between -1 and 1"),
        ("a = { b = nan }", "lies between -1 and 1"),
        ("a = { a = 0.5 }", "two different factors"),
        ("a = { b = 0.5 }\nb = { a = 0.5 }", "given once"),
        ("a = { bb = 0.5 }", "bb"),
        ("a = 0.5", "table of tables of numbers"),
        ("a = { b = true }", "table of tables of numbers"),
        ("a = { b = 0.9, c = 0.9 }\nb = { c = -0.9 }", "Add the missing pairs"),
        ("method", "needs factors that are independent"),
    ],
)
def test_correlations_that_no_factors_can_have(given: str, says: str, tmp_path: Path) -> None:
    _model(tmp_path, "a = 1 ~~|\nb = 1 ~~|\nc = 2 ~~|\ny = a + b ~~|\nz = c + 0*Time ~~|\n")
    kept = CORRELATED.partition("A = ")[0]
    text = CORRELATED.replace("uncertainty", "sobol") if given == "method" else kept + given
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyLabError, match=says):
        load_study(tmp_path / "s.toml")


def test_chance_is_the_same_in_every_run_and_said_to_be(tmp_path: Path) -> None:
    """Without noise between the runs the variance of k * q * (one random walk) is that of k * q alone."""
    file = _model(tmp_path, "k = 1 ~~|\nq = 1 ~~|\nx = INTEG(k*q*RANDOM NORMAL(-5, 5, 0, 1, 7), 0) ~~|\n",
                  CLOCK.replace("0.125", "1"))  # fmt: skip
    factors = {"k": {"low": 1.0, "high": 2.0}, "q": {"low": 1.0, "high": 2.0}}
    study = Study(str(file), "sobol", factors, size=32, times=(10.0,), outcomes=("x",))
    findings = run_study(study, tmp_path / "r", pictures=False)
    alone = _table(findings, "S1")
    assert alone["k"] + alone["q"] == pytest.approx(1, abs=0.2)
    assert any("every run gets the same ones" in english().in_words(m) for m in findings.notes)
    assert replay(tmp_path / "r").same


def test_runs_are_a_table(tmp_path: Path) -> None:
    model = load_model(_model(tmp_path, "el: a, b ~~|\nz[el] = 7 ~ kg ~|\nk = 1 ~~|\nTotal Use = k*Time ~ m ~|\n"))
    runs = simulate(model, {"k": [1.0, 2.0]}, outputs=["Z", "total_use"], times=[0, 10])
    assert runs.outputs == ("z[a]", "z[b]", "Total Use")
    assert runs.of("TOTAL USE").tolist() == [[0, 10], [0, 20]]
    table = runs.to_dataframe()
    assert table.loc[(1, 10.0), "Total Use"] == 20 and table.attrs["units"]["z[a]"] == "kg"
    assert isinstance(table.index, pd.MultiIndex) and table.shape == (4, 3)
    array = runs.to_xarray()
    assert array.dims == ("run", "time", "output") and array.k.values.tolist() == [1, 2]
    assert float(array.sel(run=1, time=10, output="Total Use")) == 20
    assert array.unit.values.tolist() == ["kg", "kg", "m"]
    array.to_netcdf(tmp_path / "a.nc")
    assert "<polyline" in runs._repr_html_() and "Total Use" in runs._repr_html_()
    assert len(repr(runs)) < 200 and len(repr(model)) < 200


def test_more_than_the_memory_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model(_model(tmp_path, "k = 1 ~~|\ny = k*Time ~~|\n"))
    monkeypatch.setattr("policy_lab.simulation.memory", lambda: 7e6)
    with pytest.raises(PolicyLabError, match=r"1,000 runs of 81 times and 6 variables make 0\.00389 GB"):
        simulate(model, {"k": [1.0] * 1000})
    assert len(simulate(model, {"k": [1.0] * 1000}, outputs=["y"])) == 1000
