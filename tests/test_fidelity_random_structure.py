"""Random files whose structure decides the numbers: priorities, belts, modules, macros, clocks, tables, letters.

Held against hand semantics, 24 of each kind, or 2,000 with POLICY_LAB_DEEP=1.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from policy_lab.errors import ModelError
from policy_lab.model import load_model
from policy_lab.simulation import Runs, simulate
from tests.test_fidelity_random import CLOCK, COUNT, xmile

HEAD = "{UTF-8}\n"


def vensim(folder: Path, equations: str, clock: str, encoding: str = "utf-8", head: str = HEAD) -> Runs:
    """A run of a Vensim file with these equations."""
    file = folder / "little.mdl"
    file.write_bytes((head + equations + clock).encode(encoding))
    return simulate(load_model(file))


def rivers(chance: random.Random) -> tuple[str, list[float], list[tuple[str, int, int | None, float]]]:
    """Stocks that cannot be negative, each emptied only into later ones: the file, first levels, and all flows.

    A flow is its name, the stocks that it leaves and enters (none: out of the model), and what it asks for; the flows
    out of a stock stand in the order of their priority.
    """
    count = chance.randint(1, 4)
    levels = [float(chance.randint(0, 30)) for _ in range(count)]
    flows: list[tuple[str, int, int | None, float]] = []
    for start in range(count):
        for _ in range(chance.randint(1, 4)):
            stop = chance.choice([None, *range(start + 1, count)])
            flows.append((f"f{len(flows)}", start, stop, chance.choice([0.0, 0.5, 3.0, 7.0, 40.0])))
    rain = [float(chance.randint(0, 5)) for _ in range(count)]
    text = ""
    for stock in range(count):
        entering = [name for name, _, stop, _ in flows if stop == stock]
        leaving = [name for name, start, _, _ in flows if start == stock]
        inflows = "".join(f"<inflow>{name}</inflow>" for name in [f"rain{stock}", *entering])
        outflows = "".join(f"<outflow>{name}</outflow>" for name in leaving)
        text += f'<stock name="s{stock}"><eqn>{levels[stock]}</eqn>{inflows}{outflows}<non_negative/></stock>'
        text += f'<flow name="rain{stock}"><eqn>{rain[stock]}</eqn></flow>'
        flows.append((f"rain{stock}", -1, stock, rain[stock]))
    # Where a flow's own equation stands in the file says nothing of its priority.
    own = [f'<flow name="{name}"><eqn>{asked}</eqn></flow>' for name, start, _, asked in flows if start >= 0]
    return text + "".join(chance.sample(own, len(own))), levels, flows


def flowing(levels: list[float], flows: list[tuple[str, int, int | None, float]], dt: float) -> list[float]:
    """Levels after a step: of each stock with what enters it, the first flow takes first."""
    after = list(levels)
    for _, start, stop, asked in flows:
        if start < 0 and stop is not None:
            after[stop] += asked * dt
    for stock in range(len(levels)):
        for _, start, stop, asked in flows:
            if start == stock:
                taken = min(asked * dt, after[stock])
                after[stock] -= taken
                if stop is not None:
                    after[stop] += taken
    return after


@pytest.mark.parametrize("part", range(2))
def test_the_first_outflow_takes_first(part: int, tmp_path: Path) -> None:
    for seed in range(part, COUNT, 2):
        chance = random.Random(seed)
        text, levels, flows = rivers(chance)
        dt = chance.choice([1, 0.5, 0.25])
        runs = simulate(load_model(xmile(tmp_path, text, 4, dt)))
        for row in range(len(runs.time)):
            told = [runs.of(f"s{stock}")[0][row] for stock in range(len(levels))]
            assert told == pytest.approx(levels, abs=1e-9), (seed, row, text)
            levels = flowing(levels, flows, dt)


def test_no_belt_line_or_oven_is_run_as_a_stock(tmp_path: Path) -> None:
    """Whatever else such a stock holds and wherever it stands, it is refused under its name."""
    for seed in range(COUNT):
        chance = random.Random(seed)
        kind = chance.choice(["conveyor", "queue", "oven"])
        length = f"<len>{chance.randint(1, 9)}</len>"
        inside = {
            "conveyor": f"{length}{chance.choice(['', '<capacity>50</capacity>', '<in_limit>9</in_limit>'])}",
            "queue": "",
            "oven": f"{length}<capacity>{chance.randint(1, 9)}</capacity>",
        }[kind]
        parts = [
            "<eqn>100</eqn>", "<inflow>on</inflow>", "<outflow>off</outflow>", f"<{kind}>{inside}</{kind}>",
            *chance.sample(["<units>things</units>", "<doc>a belt</doc>", "<non_negative/>"], 2),
        ]  # fmt: skip
        chance.shuffle(parts)
        belt = f'<stock name="the belt">{"".join(parts)}</stock>'
        leak = chance.choice(["", "<leak/>", "<leak_integers/>"]) if kind == "conveyor" else ""
        others = ['<flow name="on"><eqn>25</eqn></flow>', f'<flow name="off">{leak or "<eqn>0</eqn>"}</flow>']
        others += ['<stock name="plain"><eqn>1</eqn></stock>'] * chance.randint(0, 1)
        variables = "".join(chance.sample([belt, *others], len(others) + 1))
        with pytest.raises(ModelError, match=f"'(the belt' is or has a <{kind}>|off' is or has a <leak)"):
            load_model(xmile(tmp_path, variables, 4, 1))


def test_modules_keep_their_names_apart(tmp_path: Path) -> None:
    """Modules with the same names inside, some connected to the model's own variables, some to each other."""
    for seed in range(COUNT):
        chance = random.Random(seed)
        count = chance.randint(1, 4)
        first = [float(chance.randint(1, 50)) for _ in range(count)]
        own = [float(chance.randint(1, 9)) for _ in range(count)]
        # What a module adds a step: its own number, the model's, or the level of a module before it.
        sources = [chance.choice(["own", "model", *range(n)]) for n in range(count)]
        modules, models = "", ""
        for n, source in enumerate(sources):
            linked = {"own": "", "model": f'<connect to="M{n}.r" from="shared"/>'}
            link = linked.get(str(source), f'<connect to="M{n}.r" from="M{source}.P"/>')
            modules += f'<module name="M{n}">{link}</module>'
            access = "" if source == "own" else ' access="input"'
            models += (
                f'<model name="M{n}"><variables><aux name="r"{access}><eqn>{own[n]}</eqn></aux>'
                f'<stock name="P" access="output"><eqn>{first[n]}</eqn><inflow>g</inflow></stock>'
                '<flow name="g"><eqn>r</eqn></flow></variables></model>'
            )
        file = xmile(tmp_path, f'<aux name="shared"><eqn>3</eqn></aux>{modules}', 4, 1)
        file.write_text(file.read_text("utf-8").replace("</model></xmile>", f"</model>{models}</xmile>"), "utf-8")
        runs, levels = simulate(load_model(file)), list(first)
        for row in range(5):
            assert [runs.of(f"M{n}.P")[0][row] for n in range(count)] == levels, (seed, row)
            adds = [{"own": own[n], "model": 3.0}.get(str(s)) or levels[int(s)] for n, s in enumerate(sources)]
            levels = [level + added for level, added in zip(levels, adds, strict=True)]


def test_macros_called_twice_are_two(tmp_path: Path) -> None:
    """Each call has a stock of its own; a macro may call another, and read the model's clock."""
    for seed in range(COUNT):
        chance = random.Random(seed)
        a, b, c, d = (chance.randint(-9, 9) for _ in "abcd")
        dt = chance.choice([1, 0.5, 0.25])
        order = [
            ":MACRO: FILL(rate, start)\nFILL = INTEG(rate * 2, start) ~~|\n:END OF MACRO:\n",
            ":MACRO: BOTH(x, y)\nBOTH = FILL(x, y) + k * TIME STEP$ ~~|\nk = x - y ~~|\n:END OF MACRO:\n",
        ]
        uses = [f"p = FILL({a}, {b}) ~~|\n", f"q = FILL({c}, {d}) ~~|\n", f"r = BOTH({a} + {c}, {d}) + q ~~|\n"]
        runs = vensim(tmp_path, "".join(order + chance.sample(uses, 3)), CLOCK.format(0, 3, dt))
        time = np.asarray(runs.time)
        q = d + 2 * c * time
        assert runs.of("p")[0].tolist() == pytest.approx((b + 2 * a * time).tolist()), seed
        assert runs.of("q")[0].tolist() == pytest.approx(q.tolist()), seed
        r = d + 2 * (a + c) * time + (a + c - d) * dt + q
        assert runs.of("r")[0].tolist() == pytest.approx(r.tolist()), seed


@pytest.mark.parametrize("dialect", ["vensim", "stella"])
def test_clocks_start_stop_and_save_where_they_say(dialect: str, tmp_path: Path) -> None:
    """A stock that counts time is the time; the last moment is the end, or the last step before it."""
    for seed in range(COUNT):
        chance = random.Random(seed)
        parts = chance.choice([1, 2, 4, 5, 8, 10, 3])
        dt, start = 1 / parts, chance.choice([0, -3, 1950, 2020.5])
        length, every = chance.randint(1, 7), chance.choice([1, 2, parts])
        if dialect == "vensim":
            rows = [
                f"INITIAL TIME = {start} ~~|\n", f"TIME STEP = 1/{parts} ~~|\n",
                f"FINAL TIME = INITIAL TIME + {length} ~~|\n", f"SAVEPER = TIME STEP * {every} ~~|\n",
            ]  # fmt: skip
            runs = vensim(tmp_path, "x = INTEG(1, INITIAL TIME) ~~|\n", "".join(chance.sample(rows, 4)))
        else:
            every = 1
            step = chance.choice([f"<dt>{dt!r}</dt>", f'<dt reciprocal="true">{parts}</dt>'])
            file = xmile(tmp_path, f'<stock name="x"><eqn>{start}</eqn><inflow>f</inflow></stock>'
                                   '<flow name="f"><eqn>1</eqn></flow>', 0, 0)  # fmt: skip
            clock = f"<start>{start}</start><stop>{start + length}</stop>{step}"
            text = file.read_text("utf-8").replace("<start>0</start><stop>0</stop><dt>0</dt>", clock)
            file.write_text(text, "utf-8")
            runs = simulate(load_model(file))
        count = parts * length // every + 1
        assert len(runs.time) == count, (seed, runs.time)
        moments = [start + every * dt * k for k in range(count)]
        assert runs.of("x")[0].tolist() == pytest.approx(moments, abs=1e-9), seed
        assert list(runs.time) == pytest.approx(moments, abs=dt * 1e-5), seed  # told without the rounding of steps


@pytest.mark.parametrize("dialect", ["vensim", "stella"])
def test_every_element_has_its_own_table(dialect: str, tmp_path: Path) -> None:
    for seed in range(COUNT):
        chance = random.Random(seed)
        names = [f"e{n}" for n in range(chance.randint(1, 4))]
        high = chance.randint(2, 6)
        tables = {name: [chance.randint(-20, 20) for _ in range(high + 1)] for name in names}
        if dialect == "vensim":
            text = f"which: {', '.join(names)} ~~|\ny[which] = t[which](Time) ~~|\n"
            for name, values in tables.items():
                text += f"t[{name}]({','.join(f'({x},{y})' for x, y in enumerate(values))}) ~~|\n"
            runs = vensim(tmp_path, text, CLOCK.format(0, 8, 0.5))
        else:
            elements = "".join(
                f'<element subscript="{name}"><eqn>TIME</eqn><gf><xscale min="0" max="{high}"/>'
                f"<ypts>{','.join(map(str, values))}</ypts></gf></element>"
                for name, values in tables.items()
            )
            own = f'<aux name="y"><dimensions><dim name="W"/></dimensions>{elements}</aux>'
            file = xmile(tmp_path, own, 8, 0.5)
            listed = "".join(f'<elem name="{name}"/>' for name in names)
            dimension = f'<dimensions><dim name="W">{listed}</dim></dimensions><model>'
            file.write_text(file.read_text("utf-8").replace("<model>", dimension), "utf-8")
            runs = simulate(load_model(file))
        for name, values in tables.items():
            expected = np.interp(np.asarray(runs.time), range(high + 1), values)
            assert runs.of(f"y[{name}]")[0].tolist() == pytest.approx(expected.tolist()), (seed, name)


#: How a Vensim file may be written down: its encoding, and the line that it begins with.
WRITTEN = [("utf-8", HEAD), ("utf-8-sig", HEAD), ("utf-8-sig", ""), ("cp1252", "")]


@pytest.mark.parametrize(("encoding", "head"), WRITTEN)
def test_letters_of_any_encoding_keep_names_apart(encoding: str, head: str, tmp_path: Path) -> None:
    """Names that differ by one letter beyond ASCII, with comments in such letters, in each way to write a file."""
    for seed in range(COUNT // len(WRITTEN)):
        chance = random.Random(seed)
        letters = chance.sample("äöüßéèñçøå", chance.randint(2, 6))
        values = {f"stock {letter}": chance.randint(1, 99) for letter in letters}
        text = "".join(
            f"{name} = {value}\n\t~ {chance.choice(letters)}\n\t~ {name}\n\t|\n" for name, value in values.items()
        )
        text += f"sum = {' + '.join(values)} ~~|\n"
        runs = vensim(tmp_path, text, CLOCK.format(0, 1, 1), encoding, head)
        assert {name: runs.of(name)[0][0] for name in values} == values, (seed, encoding)
        assert runs.of("sum")[0][0] == sum(values.values()), (seed, encoding)
