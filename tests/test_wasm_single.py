"""WebAssembly in single precision, which bands are made of: near the native engine's doubles, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from policy_lab.browser_files import browser_module, single_module
from policy_lab.compiler.target import TooFine
from policy_lab.model import Model, load_model
from policy_lab.runs import Runs, disagreement
from tests.constructs.regenerate import model_file
from tests.wasm.runs import CONSTRUCTS, SINGLE, VERY_LITTLE, in_node, little, native

#: What a rounded number turns over: the sine of e**9 is another angle's.
TURNED = {"vensim_sample_if_true": "wobble"}
REFUSED = {
    "hyperbolic": "it uses sinh",
    "small_numbers": "it has the number 1e-300",
    "step_with_inexact_time": "it has the moment 0.1",
}


def reason(model: Model) -> str:
    """Why a model has no single precision, or "" where it has."""
    try:
        single_module(model)
    except TooFine as error:
        return str(error)
    return ""


def test_constructs_are_near_native_or_refused(tmp_path: Path) -> None:
    """A third of them, and those for which single precision is too coarse."""
    chosen = sorted({*CONSTRUCTS[::3], *TURNED, *REFUSED})
    models = {name: load_model(model_file(name)) for name in chosen}
    refused = {name: why for name, model in models.items() if (why := reason(model))}
    assert {name: refused.get(name) for name in REFUSED} == REFUSED
    jobs = {n: (m, {"outputs": m.program.visible}) for n, m in models.items() if n not in refused}
    assert len(jobs) > 30
    apart = {}
    for (name, job), got in zip(jobs.items(), in_node(tmp_path, list(jobs.values()), single=True), strict=True):
        assert isinstance(got, Runs), f"{name}: {got}"
        worst = disagreement(got, native(*job))
        if worst.relative > SINGLE:
            apart[name] = worst.output
    assert apart == TURNED


def test_a_model_says_what_is_too_fine_for_single_precision(tmp_path: Path) -> None:
    said = {
        "rate = 1e-50": "it has the number 1e-50",
        "rate = 0.5 + 1e50 * level": "it has the number 1e+50",
        "rate = ARCTAN(level)": "it uses arctan",
        "rate = WITH LOOKUP(level, ((0, 0), (1e-30, 1e30)))": "it has the number 1e+60",
        "rate = EXP(-level) + 0.1": "",
    }
    for number, (equation, why) in enumerate(said.items()):
        model = little(tmp_path, f"{equation} ~~|\n{VERY_LITTLE}", f"little_{number}")
        assert reason(model) == why, equation


def test_the_layout_says_how_wide_a_number_is() -> None:
    model = load_model("big_science")
    single, double = single_module(model), browser_module(model)
    assert (single.layout["lanes"], single.layout["real"]) == (4, 4)
    assert (double.layout["lanes"], double.layout["real"]) == (2, 8)
    assert max(len(single.code), len(single.fused)) < 0.7 * len(double.code)


@pytest.mark.parametrize(
    ("equation", "why"),
    [
        ("rate = MIN(1, MAX(0, (Time - 1.3) / 2)) * level", ""),  # a ramp has no jump to come too soon
        ("rate = WITH LOOKUP(Time, ((0, 0), (3, 1)))", ""),
        ("rate = IF THEN ELSE(level > 0.3, 1, 2)", ""),  # when a stock passes a number no clock says
        ("rate = IF THEN ELSE(Time >= 0.3, 1, 2)", "it has the moment 0.1"),
        ("rate = STEP(1, 0.3)", "it has the moment 0.1"),
        ("rate = PULSE(0.3, 0.1)", "it has the moment 0.1"),
        ("rate = INTEGER(Time * 10)", "it has the moment 0.1"),
        ("half = Time / 2 ~~|\nrate = level * IF THEN ELSE(half < 0.3, 1, 2)", "it has the moment 0.1"),
    ],
)
def test_steps_of_a_tenth_are_too_fine_for_events_alone(tmp_path: Path, equation: str, why: str) -> None:
    text = VERY_LITTLE.replace("TIME STEP = 1 ", "TIME STEP = 0.1 ")
    model = little(tmp_path, f"{equation} ~~|\n{text}")
    assert reason(model) == why
    if not why:
        [got] = in_node(tmp_path, [(model, {"outputs": ["rate", "level"]})], single=True)
        assert (
            isinstance(got, Runs) and disagreement(got, native(model, {"outputs": ["rate", "level"]})).relative < SINGLE
        )


@pytest.mark.parametrize("step", [1.0, 0.03125])
def test_moments_are_those_of_the_clock(tmp_path: Path, step: float) -> None:
    """A thousand years in steps that a float has: no moment is off, so an event comes when it should."""
    text = (
        "level = INTEG(IF THEN ELSE(Time >= 2999.5, 1, 0), 0) ~~|\nnow = Time ~~|\nINITIAL TIME = 2000 ~~|\n"
        f"FINAL TIME = 3000 ~~|\nTIME STEP = {step} ~~|\nSAVEPER = 1 ~~|\n"
    )
    model = little(tmp_path, text)
    [got] = in_node(tmp_path, [(model, {"outputs": ["now", "level"]})], single=True)
    assert isinstance(got, Runs)
    np.testing.assert_array_equal(got.values, native(model, {"outputs": ["now", "level"]}).values)
