"""Random files of the kinds that went wrong, held against hand semantics: 24 each, 2,000 with POLICY_LAB_DEEP=1."""

from __future__ import annotations

import math
import os
import random
from pathlib import Path

import numpy as np
import pytest

from policy_lab.model import load_model
from policy_lab.simulation import simulate

COUNT = 2000 if os.environ.get("POLICY_LAB_DEEP") else 24
XMILE = '<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"><sim_specs method="euler">'
CLOCK = "INITIAL TIME = {0} ~~|\nFINAL TIME = {1} ~~|\nTIME STEP = {2} ~~|\nSAVEPER = {2} ~~|\n"


def xmile(folder: Path, variables: str, stop: int, dt: float) -> Path:
    file = folder / "little.xmile"
    clock = f"<start>0</start><stop>{stop}</stop><dt>{dt}</dt></sim_specs>"
    file.write_text(f"{XMILE}{clock}<model><variables>{variables}</variables></model></xmile>", encoding="utf-8")
    return file


def chain(chance: random.Random) -> tuple[str, dict[str, tuple[str, str]]]:
    """Stocks that cannot be negative, flows between any two: the file's variables, and the ends of each flow."""
    count = chance.randint(2, 5)
    ends = {}
    for number in range(chance.randint(1, 7)):
        start, stop = chance.sample(range(count), 2)
        ends[f"f{number}"] = (f"s{start}", f"s{stop}")
    text = ""
    for number in range(count):
        stock = f"s{number}"
        flows = "".join(f"<outflow>{f}</outflow>" for f, e in ends.items() if e[0] == stock)
        flows += "".join(f"<inflow>{f}</inflow>" for f, e in ends.items() if e[1] == stock)
        text += f'<stock name="{stock}"><eqn>{chance.randint(0, 20)}</eqn>{flows}<non_negative/></stock>'
    for flow in ends:
        asked = chance.choice([str(chance.randint(0, 9)), f"{chance.randint(1, 9)}*SIN(TIME)+5", "s0/3"])
        text += f'<flow name="{flow}"><eqn>{asked}</eqn><non_negative/></flow>'
    return text, ends


@pytest.mark.parametrize("part", range(4))
def test_nothing_is_made_of_nothing(part: int, tmp_path: Path) -> None:
    for seed in range(part, COUNT, 4):
        text, ends = chain(random.Random(seed))
        runs = simulate(load_model(xmile(tmp_path, text, 12, 0.5)))
        stocks = np.array([runs.of(n)[0] for n in runs.outputs if n.startswith("s")])
        np.testing.assert_allclose(stocks.sum(axis=0), stocks[:, 0].sum(), rtol=1e-9, err_msg=text)
        assert stocks.min() > -1e-9, (seed, text)
        assert all(runs.of(f).min() >= 0 for f in ends), (seed, text)


@pytest.mark.parametrize("part", range(4))
def test_events_off_the_grid_are_where_the_manual_has_them(part: int, tmp_path: Path) -> None:
    """STEP, PULSE and PULSE TRAIN by the manual's own formulas, moment by moment."""
    for seed in range(part, COUNT, 4):
        chance = random.Random(seed)
        dt = chance.choice([1, 0.5, 0.25, 0.1])
        first = chance.choice([0, 5, 2020])
        start, width = round(first + chance.uniform(0, 6), 2), round(chance.uniform(0, 3), 2)
        between, end = round(chance.uniform(0.3, 4) + dt, 2), round(first + chance.uniform(2, 12), 2)
        file = tmp_path / "little.mdl"
        file.write_text(
            "{UTF-8}\n" + f"s = STEP(2, {start}) ~~|\np = PULSE({start}, {width}) ~~|\n"
            f"t = PULSE TRAIN({start}, {width}, {between}, {end}) ~~|\n" + CLOCK.format(first, first + 10, dt),
            encoding="utf-8",
        )
        runs = simulate(load_model(file))
        for row, time in enumerate(first + dt * i for i in range(len(runs.time))):
            plus, lasts = time + dt / 2, max(width, dt)
            begun = [start + k * between for k in range(200) if start + k * between <= end + 1e-9]
            edges = [e for b in (start, *begun) for e in (b, b + lasts)] + [end + dt / 2]
            if min(abs(plus - e) for e in edges) < 1e-9:
                continue  # on an edge: its last digit decides
            assert runs.of("s")[0][row] == (2 if plus > start else 0), (seed, time)
            assert runs.of("p")[0][row] == (start < plus < start + lasts), (seed, time)
            expected = time <= end and any(b < plus < b + lasts for b in begun)
            assert runs.of("t")[0][row] == expected, (seed, time, file.read_text(encoding="utf-8"))


def arithmetic(chance: random.Random, depth: int, vensim: bool) -> tuple[str, float]:
    """An expression with as few brackets as its own reading allows, and its value by Python's rules."""
    if depth == 0:
        number = chance.randint(1, 9)
        return str(number), float(number)
    kind = chance.choice(["+", "-", "*", "/", "^", "neg", "()", "if", "comment"])
    (a, x), (b, y) = (arithmetic(chance, depth - 1, vensim) for _ in "ab")
    if kind == "neg":
        return f"(-({a}))", -x
    if kind == "()":
        return f"({a})", x
    if kind == "comment":
        return f"({{a comment, with (brackets}} {a})", x
    if kind == "if":
        text = f"IF THEN ELSE(({a}) > {b}, 1, 2)" if vensim else f"(IF ({a}) > ({b}) THEN 1 ELSE 2)"
        return (text if vensim is False else text.replace(f"> {b}", f"> ({b})")), 1.0 if x > y else 2.0
    if kind == "^":
        return f"(({a}) ^ 2)", x**2
    if kind == "/" and y == 0:
        return f"({a})", x
    values = {"+": x + y, "-": x - y, "*": x * y, "/": x / y if y else math.nan}
    return f"(({a}) {kind} ({b}))", values[kind]


@pytest.mark.parametrize("vensim", [True, False])
def test_arithmetic_means_what_it_means(vensim: bool, tmp_path: Path) -> None:
    """Long rows of one rank without any brackets, and trees with comments, in both dialects."""
    for seed in range(COUNT):
        chance = random.Random(seed)
        tree, value = arithmetic(chance, 3, vensim)
        terms = [
            (chance.choice("+-"), chance.randint(1, 9), chance.choice("*/"), chance.randint(1, 9)) for _ in "12345"
        ]
        row = "1" + "".join(f" {s} {a} {o} {b}" for s, a, o, b in terms) + " - -2 ^ 2"
        total = float(eval(row.replace("^", "**")))  # Python groups these as both dialects do
        if vensim:
            file = tmp_path / "little.mdl"
            text = "{UTF-8}\n" + f"tree = {tree} ~~|\nrow = {row} ~~|\n" + CLOCK.format(0, 1, 1)
            file.write_text(text, encoding="utf-8")
        else:
            variables = "".join(
                f'<aux name="{n}"><eqn>{t.replace("<", "&lt;").replace(">", "&gt;")}</eqn></aux>'
                for n, t in (("tree", tree), ("row", row))
            )
            file = xmile(tmp_path, variables, 1, 1)
        runs = simulate(load_model(file))
        assert runs.of("tree")[0][0] == pytest.approx(value, rel=1e-12), tree
        assert runs.of("row")[0][0] == pytest.approx(total, rel=1e-12), row


@pytest.mark.parametrize("part", range(8))
def test_arrays_by_element(part: int, tmp_path: Path) -> None:
    """Stocks, flows and tables with an equation for each element, and sums over either dimension."""
    for seed in range(part, COUNT, 8):
        chance = random.Random(seed)
        rows, columns = chance.randint(1, 3), chance.randint(1, 3)
        numbers = np.array([[chance.randint(-9, 9) for _ in range(columns)] for _ in range(rows)], dtype=float)
        both = '<dimensions><dim name="R"/><dim name="C"/></dimensions>'
        elements = "".join(
            f'<element subscript="r{i}, {j + 1}"><eqn>{numbers[i, j]:g}</eqn></element>'
            for i in range(rows)
            for j in range(columns)
        )
        variables = (
            f'<stock name="x">{both}{elements}<inflow>f</inflow></stock><flow name="f">{both}{elements}</flow>'
            '<aux name="by row"><dimensions><dim name="R"/></dimensions><eqn>SUM(x[R, *])</eqn></aux>'
            '<aux name="all"><eqn>SUM(x[*, *]) + MEAN(x) * SIZE(x)</eqn></aux><aux name="most"><eqn>MAX(f)</eqn></aux>'
        )
        file = xmile(tmp_path, variables, 2, 1)
        names = "".join(f'<elem name="r{i}"/>' for i in range(rows))
        dimensions = f'<dimensions><dim name="R">{names}</dim><dim name="C" size="{columns}"/></dimensions><model>'
        file.write_text(file.read_text(encoding="utf-8").replace("<model>", dimensions), encoding="utf-8")
        runs = simulate(load_model(file))
        assert runs.of("all")[0].tolist() == pytest.approx([2 * k * numbers.sum() for k in (1, 2, 3)])
        assert runs.of("most")[0][0] == numbers.max()
        for i in range(rows):
            assert runs.of(f"by row[r{i}]")[0].tolist() == pytest.approx([k * numbers[i].sum() for k in (1, 2, 3)])
