"""The value axis of every variable of every model: no two ticks read alike, and what stands beside one is its value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from policy_lab.app.app import default_run
from policy_lab.app.engine_routes import names
from policy_lab.app.model_session import Memory, ModelSession
from policy_lab.model import load_model
from policy_lab.simulation import simulate
from tests.test_page_scripts import Call, caller

HERE = Path(__file__).parent
SHIPPED = ("big_science", "core", "adoption", "arms_race", "tipping_field")
MODELS = [*SHIPPED, *map(str, sorted((HERE / "models").iterdir()))]
#: A phone, half of a laptop, a slide.
SIZES = [
    {"width": 300, "height": 150, "size": 11},
    {"width": 620, "height": 300},
    {"width": 1100, "height": 520, "size": 15},
]
MOMENTS = 40


def check(call: Call, courses: Sequence[tuple[str, list[float], list[list[float | None]]]]) -> None:
    """Draws each course at every size."""
    answers = call([("axis", name, time, values, SIZES) for name, time, values in courses])
    for (name, _, values), plans in zip(courses, answers, strict=True):
        for plan in plans:
            check_axis(f"{name} {values}", plan)


def check_axis(name: str, plan: dict[str, Any]) -> None:
    texts = [tick["text"] for tick in plan["ticks"]]
    assert len(set(texts)) == len(texts), (name, texts)
    assert max(map(len, texts)) <= 16, (name, texts)
    moments = [tick["text"] for tick in plan["across"]]
    assert len(set(moments)) == len(moments), (name, moments)
    (low, high), box = plan["limits"], plan["box"]
    for tick in plan["ticks"]:
        there = low + (box["bottom"] - tick["at"]) / (box["bottom"] - box["top"]) * (high - low)
        said = float(tick["text"].replace(",", "").replace("−", "-")) / plan["times"]
        assert said == pytest.approx(there, abs=1e-3 * (high - low)), (name, texts, plan["unit"])


@pytest.mark.parametrize("name", MODELS, ids=lambda name: Path(name).name)
def test_no_two_ticks_of_a_variable_read_alike(name: str, tmp_path: Path) -> None:
    model = load_model(name)
    shown = [row[1] for row in names(ModelSession(model, Memory(default_run(model))))]
    settings = [model.constants_of(scenario) for scenario in list(model.scenarios)[:2]] or [{}]
    runs = [simulate(model, constants, outputs=shown) for constants in settings]
    moments = np.unique(np.linspace(0, len(runs[0].time) - 1, MOMENTS).astype(int))

    def course(variable: str) -> list[list[float | None]]:
        return [[v if np.isfinite(v) else None for v in run.of(variable)[0, moments].tolist()] for run in runs]

    time = runs[0].time[moments].tolist()
    check(caller(model, tmp_path), [(variable, time, course(variable)) for variable in shown])


def test_axes_of_tiny_vast_and_hardly_changing_values(tmp_path: Path) -> None:
    random = Random(1)
    courses: list[tuple[str, list[float], list[list[float | None]]]] = []
    for _ in range(500):
        size = 10 ** random.uniform(-30, 30) * random.choice((1, -1))
        apart = 10 ** random.uniform(-14, 1)
        start, span = random.choice((0, 1, 2015)), 10 ** random.uniform(-4, 4)
        courses.append(("any", [start, start + span], [[size, size * (1 + apart)]]))
    check(caller(load_model("core"), tmp_path), courses)
