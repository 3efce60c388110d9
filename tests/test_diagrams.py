"""Diagrams of files that have none: each stock, flow and influence of the equations is there, nothing is covered."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from policy_lab.app.sector_pictures import picture, views_of
from policy_lab.diagrams import MOST, laid_out
from policy_lab.model import Model, load_model
from policy_lab.readers.sketch import View, arrow_path
from policy_lab.readers.sketch.courses import dense
from policy_lab.readers.sketch.geometry import inside
from tests.test_readers import mdl

EPIDEMIC = (
    "contacts = 6 ~~|\nduration = 2 ~~|\n"
    "S = INTEG(-infection, 999) ~~|\nI = INTEG(infection - recovery, 1) ~~|\nR = INTEG(recovery, 0) ~~|\n"
    "infection = contacts * S * I / 1000 ~~|\nrecovery = I / duration ~~|\nburden = I * 2 ~~|\n"
)


def random_model(folder: Path, seed: int, stocks: int, auxiliaries: int) -> Model:
    """Chains of stocks with flows in, between and out, and auxiliaries that read what stands before them."""
    draw = random.Random(seed)
    names = [f"stock number {n}" for n in range(stocks)]
    rates: dict[str, list[str]] = {name: [] for name in names}
    lines, known = [], list(names)
    for n in range(auxiliaries):
        causes = draw.sample(known, min(len(known), draw.randint(1, 3)))
        lines.append(f"helper {n} of some length = {' + '.join(causes)} + {n} ~~|")
        known.append(f"helper {n} of some length")
    for n, name in enumerate(names):
        flow, cause = f"flow out of {n}", draw.choice(known)
        lines.append(f"{flow} = {name} / 10 + 0 * {cause} ~~|")
        rates[name].append(f"- {flow}")
        if n + 1 < stocks and draw.random() < 0.7:
            rates[names[n + 1]].append(f"+ {flow}")
    lines += [f"{name} = INTEG(0 {' '.join(rate)}, 100) ~~|" for name, rate in rates.items()]
    return load_model(mdl(folder, "\n".join(lines) + "\n"))


def covered(view: View) -> list[tuple[str, str]]:
    """Pairs of boxes that meet, and names that an arrow runs through."""
    found = []
    for a, b in itertools.combinations(view.boxes, 2):
        if abs(a.x - b.x) < a.half_width + b.half_width and abs(a.y - b.y) < a.half_height + b.half_height:
            found.append((a.name or a.kind, b.name or b.kind))
    for arrow in view.arrows:
        ends = {arrow.start, arrow.end}
        path = dense(arrow_path(arrow, view.by_id[arrow.start], view.by_id[arrow.end]), 4)
        for box in (b for b in view.boxes if b.id not in ends and b.kind in ("stock", "variable", "ghost")):
            if any(inside(point, box, -1) for point in path):
                found.append((f"arrow {view.variable_of(arrow.start)} to {view.variable_of(arrow.end)}", box.name))
    return found


def test_stocks_flows_and_influences_of_an_epidemic(tmp_path: Path) -> None:
    [drawing] = laid_out(load_model(mdl(tmp_path, EPIDEMIC)))
    view = drawing.view
    kinds = {box.name: box.kind for box in view.boxes if box.name and box.kind != "comment"}
    assert kinds == {"S": "stock", "I": "stock", "R": "stock", "infection": "flow", "recovery": "flow",
                     "burden": "variable", "contacts": "variable", "duration": "variable"}  # fmt: skip
    pipes = {(view.variable_of(a.start), view.variable_of(a.end), a.head) for a in view.arrows if a.pipe}
    assert pipes == {("infection", "S", False), ("infection", "I", True), ("recovery", "I", False),
                     ("recovery", "R", True)}  # fmt: skip
    links = {(view.variable_of(a.start), view.variable_of(a.end)) for a in view.arrows if not a.pipe}
    assert links == {("contacts", "infection"), ("S", "infection"), ("I", "infection"), ("I", "recovery"),
                     ("duration", "recovery"), ("I", "burden")}  # fmt: skip
    assert not covered(view)


@pytest.mark.parametrize(("seed", "stocks", "auxiliaries"), [(1, 3, 4), (2, 5, 15), (3, 8, 30), (4, 12, 36)])
def test_nothing_covers_another_up_to_sixty_variables(seed: int, stocks: int, auxiliaries: int, tmp_path: Path) -> None:
    model = random_model(tmp_path, seed, stocks, auxiliaries)
    [drawing] = laid_out(model)
    assert not covered(drawing.view)
    assert sum(box.kind == "stock" for box in drawing.view.boxes) == stocks
    assert f'data-variable="stock number {stocks - 1}"' in picture(model, views_of(model)[0])


def test_of_a_large_sector_stocks_and_flows_are_drawn_and_it_says_so(tmp_path: Path) -> None:
    model = random_model(tmp_path, 5, 6, MOST)
    [drawing] = laid_out(model)
    assert {box.kind for box in drawing.view.boxes} == {"stock", "flow", "valve", "cloud", "comment"}
    assert f"Of {MOST + 12} variables it shows the stocks and flows." in picture(model, drawing.view)
    assert laid_out(random_model(tmp_path, 5, MOST, 1)) == ()


def test_a_file_with_a_drawing_of_its_own_keeps_it() -> None:
    model = load_model("core")
    assert any(box.name == "One page" or box.kind == "stock" for box in views_of(model)[0].boxes)
    assert len(views_of(model)) == 1 and len(laid_out_names(model)) > 1


def laid_out_names(model: Model) -> set[str]:
    return {equation.group for equation in model.program.equations.values() if equation.group}


def test_a_stella_file_without_a_view_is_drawn_too() -> None:
    model = load_model("tests/fidelity/stella_priorities.stmx")
    [view] = views_of(model)
    assert any(box.kind == "stock" for box in view.boxes) and any(arrow.pipe for arrow in view.arrows)
