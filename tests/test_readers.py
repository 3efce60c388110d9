"""From a model file to a Program: what is kept, what is worked out, what is refused, and that text stays text."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from policy_lab import backends
from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.model import load_model
from policy_lab.notation import listing
from policy_lab.program import Equation, Number, Program
from policy_lab.readers import translate
from policy_lab.simulation import simulate

CONTROL = """
FINAL TIME = {final} ~ Month ~ |
INITIAL TIME = 0 ~ Month ~ |
SAVEPER = TIME STEP ~ Month ~ |
TIME STEP = {step} ~ Month ~ |
"""


def mdl(folder: Path, equations: str, final: str = "10", step: str = "1", name: str = "little.mdl") -> Path:
    file = folder / name
    file.write_text("{UTF-8}\n" + equations + CONTROL.format(final=final, step=step), encoding="utf-8")
    return file


def program_of(folder: Path, equations: str, **words: str) -> Program:
    return translate(mdl(folder, equations, **words))


@pytest.fixture(scope="module")
def field() -> Program:
    return translate(Path("tests/models/small_field/small_field.mdl"))


def test_what_the_file_says_is_kept(field: Program) -> None:
    equation = field.equations["leaving rate"]
    assert (equation.kind, equation.unit, equation.limits) == ("constant", "1/Year", (0.02, 0.3))
    assert equation.documentation == "Share of people who leave in a year. Uncertain."
    assert equation.group == "Researchers"
    lines = Path("tests/models/small_field/small_field.mdl").read_text(encoding="utf-8").split("\n")
    assert lines[equation.line - 1] == "leaving rate="
    assert lines[field.equations["initial researchers[company]"].line - 1] == "initial researchers[company]="


def test_kinds(field: Program) -> None:
    kinds = {n: field.equations[n].kind for n in ("knowledge", "discovery", "shock year", "crowding", "TIME STEP")}
    assert kinds == {"knowledge": "stock", "discovery": "auxiliary", "shock year": "constant", "crowding": "lookup",
                     "TIME STEP": "control"}  # fmt: skip
    assert "discovery" in field.flows and "total researchers" not in field.flows
    assert "trust: smooth stage 1" in field.stocks and "trust: smooth stage 1" not in field.visible


def test_what_does_not_change_is_worked_out_once(field: Program) -> None:
    assert "productivity[company]" in field.once
    assert not set(field.once) & set(field.step)
    assert "phase in[company]" in field.step


def test_every_name_read_is_known_before_it_is_read(field: Program) -> None:
    from policy_lab.program import names_in

    known = {n for n, e in field.equations.items() if e.kind in ("constant", "control", "lookup")} | {"Time"}
    known |= set(field.once) | set(field.stocks)
    for name in field.step:
        expression = field.equations[name].expression
        assert expression is not None and set(names_in(expression)) <= known, name
        known.add(name)


def test_the_listing_names_every_variable_with_unit_and_line(field: Program) -> None:
    text = listing(field)
    assert "hiring[company] [persons/Year] = researchers[company] * company growth" in text
    assert "(line 67)" in text
    equations = [line for line in text.splitlines() if line.startswith("  ")]
    assert all("(line " in line for line in equations if " outside: " not in line)
    for name in field.visible:
        assert field.equations[name].kind == "control" or f"  {name}" in text


def test_the_hash_is_of_the_equations(tmp_path: Path) -> None:
    text = Path("tests/models/small_field/small_field.mdl").read_text(encoding="utf-8")
    moved = tmp_path / "moved.mdl"
    moved.write_bytes(text.replace("10,1,knowledge,300,200", "10,1,knowledge,1,2").replace("\n", "\r\n").encode())
    other = tmp_path / "other.mdl"
    other.write_text(text.replace("leaving rate=\n\t0.12", "leaving rate=\n\t0.13"), encoding="utf-8")
    assert translate(moved).source == translate(Path("tests/models/small_field/small_field.mdl")).source
    assert translate(other).source != translate(moved).source
    assert translate(moved).equations["leaving rate"].line == 79


def test_a_circle_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"'a' -> 'b' -> 'c' -> 'a'"):
        program_of(tmp_path, "a = b + 1 ~~|\nb = c*2 ~~|\nc = MAX(a, 3) ~~|\n")


def test_a_circle_of_initial_values_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="starts from"):
        program_of(tmp_path, "s = INTEG(1, t) ~~|\nt = INTEG(1, s) ~~|\n")


def test_a_circle_through_a_stock_is_none(tmp_path: Path) -> None:
    assert program_of(tmp_path, "s = INTEG(a, 1) ~~|\na = b/2 ~~|\nb = s + 1 ~~|\n").step == ("b", "a")


#: (equations, what the error must say)
MISTAKES = [
    ("a = bee + 1 ~~|\nbees = 3 ~~|\n", "'a' .*uses 'bee', which is not defined. Did you mean 'bees'"),
    ("a = 1 + ~~|\n", "line 2: 'a' cannot be read"),
    ("a = (1 + 2 ~~|\n", "'a' cannot be read"),
    ("dim: x, y ~~|\na[dim] = 1 ~~|\nb = a ~~|\n", "'a', which is not defined without subscripts"),
    ("dim: x, y ~~|\na[dim] = 1 ~~|\nb = a[z] ~~|\n", "'z'"),
    ("dim: x, y ~~|\nother: p, q ~~|\na[dim] = 1 ~~|\nb[other] = a[dim] ~~|\n", "neither on the left"),
    ("dim: x, y ~~|\na[dim] = 1, 2, 3 ~~|\n", "lists 3 numbers where its subscripts need 2"),
    ("dim: x, y ~~|\na[dim,dim] = 1 ~~|\n", "the same subscript twice"),
    ("a[dim] = 1 ~~|\n", "dim"),
    ("a = ZIDZ(1) ~~|\n", "gives ZIDZ 1 arguments; it takes 2"),
    ("t((0,1),(1,2)) ~~|\na = t ~~|\n", "uses the lookup 't' without an argument"),
    ("b = 3 ~~|\na = b(2) ~~|\n", "calls 'b' like a lookup"),
    ("up: p, q ~~|\nlow: x, y -> (up: q, p) ~~|\na[up] = 1 ~~|\n", "different order"),
    ("up: p, q, r ~~|\nlow: x, y -> up ~~|\na[up] = 1 ~~|\n", "a mapping is one to one"),
    ("dim: dim2 ~~|\ndim2: dim ~~|\na[dim] = 1 ~~|\n", "contains itself"),
]


@pytest.mark.parametrize(("equations", "says"), MISTAKES)
def test_a_mistake_is_one_line_that_names_it(tmp_path: Path, equations: str, says: str) -> None:
    with pytest.raises(ModelError, match=says) as caught:
        program_of(tmp_path, equations)
    assert str(caught.value).startswith("little.mdl") and "\n" not in str(caught.value)


#: (equations, construct, line): no fast engine knows it, so it is listed, and only PySD may run the model
REFUSALS = [
    ("b = 1 ~~|\na = RANDOM UNIFORM(0, b, 3) ~~|\n", "RANDOM UNIFORM", 3),
    ("a = DELAY N(Time, 1 + Time, 0, 2) ~~|\n", "DELAY N with a delay time that changes", 2),
    ("a = SOME FUNCTION(Time) ~~|\n", "SOME FUNCTION", 2),
    ("a = DELAY3(Time, 0.5) ~~|\n", "shorter than a time step", 2),
]


@pytest.mark.parametrize(("equations", "construct", "line"), REFUSALS)
def test_what_is_not_known_is_refused_by_name(tmp_path: Path, equations: str, construct: str, line: int) -> None:
    refused = program_of(tmp_path, equations).refused
    assert refused and refused[0].variable == "a"
    assert construct in str(refused[0]) and refused[0].line == line


def test_a_delay_gets_as_many_stages_as_its_time_allows(tmp_path: Path) -> None:
    file = mdl(tmp_path, "wait = 2 ~~|\na = DELAY3(Time, wait) ~~|\nb = DELAY FIXED(Time, wait, 0) ~~|\n")
    assert len(translate(file).stocks) == 2 + 2
    assert len(translate(file, {"wait": 4}).stocks) == 3 + 4
    assert len(translate(file, {"time step": 0.5}).stocks) == 3 + 4
    assert translate(file, {"wait": 4}).constants["wait"] == 2
    assert any("order is lowered" in n or "order 2" in n for n in translate(file).notes)


def test_a_long_chain_and_a_long_sum_are_read(tmp_path: Path) -> None:
    """1,500 variables one after the other, and 400 terms in one equation."""
    chain = "a0 = Time ~~|\n" + "".join(f"a{i} = a{i - 1} + 1 ~~|\n" for i in range(1, 1500))
    program = program_of(tmp_path, chain + "b = " + " + ".join(["Time"] * 400) + " ~~|\n")
    assert program.step[-1] == "b" and "a1499" in program.step


def test_nesting_without_end_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nested too deeply"):
        program_of(tmp_path, "a = " + "(" * 3000 + "1" + ")" * 3000 + " ~~|\n")


@pytest.mark.parametrize("name", ["model.txt", "model.py"])
def test_only_model_files_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a = 1", encoding="utf-8")
    with pytest.raises(ModelError, match="is not a model file"):
        translate(tmp_path / name)


MARK = "policy_lab_was_here"
EVIL = "__import__('pathlib').Path('{path}').write_text('x')"
#: Every place where PySD hands text of a model file to Python.
ATTACKS = {
    "limits of a lookup": "t([{evil}],(0,1),(1,2)) ~~|\na = t(Time) ~~|\n",
    "limits of an inline lookup": "a = WITH LOOKUP(Time, ([(0,0)-{evil}],(0,1),(1,2))) ~~|\n",
    "documentation": 'a = 1 ~ ~ """\n{evil}\n""" |\n',
    "unit": 'a = 1 ~ ") ; {evil} ; (" ~ |\n',
    "name": "\"a'); {evil}; ('\" = 1 ~~|\n",
    "function": "a = \"f'); {evil}; ('\"(Time) ~~|\n",
    "range": "\"d'+{evil}+'\": x, y ~~|\na[\"d'+{evil}+'\"] = 1 ~~|\n",
    "element": "d: \"x'+{evil}+'\", y ~~|\na[d] = Time ~~|\n",
    "file": "a = GET DIRECT CONSTANTS('x\\x27,{evil}', ',', 'B2') ~~|\n",
    "data": "\"a'+{evil}+'\" ~~|\nb = 1 ~~|\n",
    "macro": ":MACRO: \"m'+{evil}+'\"(x)\n\"m'+{evil}+'\" = x ~~|\n:END OF MACRO:\na = \"m'+{evil}+'\"(1) ~~|\n",
}


@pytest.mark.parametrize("backend", backends.available())
@pytest.mark.parametrize("place", ATTACKS)
def test_text_of_a_model_never_runs(tmp_path: Path, place: str, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    target = tmp_path / MARK
    file = mdl(tmp_path, ATTACKS[place].replace("{evil}", EVIL.format(path=MARK)))
    with contextlib.suppress(PolicyLabError):  # refused or run: either is fine, but for an error that is not ours
        simulate(load_model(file), backend=backend, allow_nan=True)
    assert not target.exists()
    assert {p.name for p in tmp_path.iterdir()} == {"little.mdl"}


def test_the_attacks_work_on_pysd_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PySD's own parser runs the text between a lookup's brackets: ours is needed, and the test above can fail."""
    import pysd

    monkeypatch.chdir(tmp_path)
    text = ATTACKS["limits of a lookup"].replace("{evil}", EVIL.format(path=MARK))
    with pytest.raises(Exception):  # noqa: B017  what PySD then makes of the result does not matter
        pysd.read_vensim(mdl(tmp_path, text))
    assert (tmp_path / MARK).exists()


def test_numbers_and_units_survive_odd_spelling(tmp_path: Path) -> None:
    program = program_of(tmp_path, "a = +5 ~ widgets / year ~ Two\nlines. |\nb = -.5e1 ~ [0,?] ~ |\nc = 7 - 2 ~~|\n")
    assert program.constants == {"a": 5.0, "b": -5.0, "c": 5.0}
    assert program.equations["a"] == Equation(
        "a", "constant", Number(5.0), None, "widgets / year", "Two lines.", "", 2, (None, None)
    )
    assert program.equations["b"].limits == (0.0, None)


@pytest.mark.parametrize(
    ("setting", "said"), [("0", ""), ("2", ""), ("1", "RK4 Auto"), ("5", "RK4 Fixed"), ("4", "RK2")]
)
def test_a_file_set_to_another_integration_is_announced(tmp_path: Path, setting: str, said: str) -> None:
    behind = f"\\\\\\---/// Sketch\n*View 1\n///---\\\\\\\n:L<%^E!@\n15:0,0,0,{setting},0,0\n19:100,0\n"
    file = mdl(tmp_path, "x = INTEG(1 - x, 0) ~~|\n")
    file.write_text(file.read_text(encoding="utf-8") + behind, encoding="utf-8")
    notes = translate(file).notes
    assert [said in note and "rk4" in note for note in notes] == [True] * bool(said)


def test_variables_outside_of_their_place_are_read(tmp_path: Path) -> None:
    """As drafts of XMILE and Stella 10 have them; and a comment that XML does not allow loses nothing."""
    file = tmp_path / "old.stmx"
    file.write_text(
        '<xmile version="1.0" level="1" xmlns="http://www.systemdynamics.org/XMILE">'
        "<sim_specs><start>0</start><stop>2</stop><dt>1</dt></sim_specs><!-- a -- b -->"
        '<model><aux name="a"><eqn>5</eqn></aux><stock name="s"><eqn>1</eqn><inflow>f</inflow></stock>'
        '<flow name="f"><eqn>a</eqn></flow></model></xmile>',
        encoding="utf-8",
    )
    assert simulate(load_model(file), outputs=["s"]).of("s")[0].tolist() == [1, 6, 11]


def test_what_a_sketch_draws_and_nobody_wrote(tmp_path: Path) -> None:
    """Vensim's A FUNCTION OF beside an equation says nothing; alone it is a variable without one."""
    model = load_model(mdl(tmp_path, "a = A FUNCTION OF(b) ~~|\na = 2*b ~~|\nb = 3 ~~|\n"))
    assert simulate(model, outputs=["a"]).at("a", 0)[0] == 6
    with pytest.raises(ModelError, match=r"'a' \(line \d+\) has no equation yet, only A FUNCTION OF"):
        translate(mdl(tmp_path, "a  = A FUNCTION OF( b ) ~~|\nb = 3 ~~|\n"))


def test_a_greatest_value_so_far_reads_itself(tmp_path: Path) -> None:
    """Vensim, Reference Manual, SAMPLE IF TRUE: its example compares with the value held from before."""
    text = "x = 10*SIN(Time) ~~|\npeak = SAMPLE IF TRUE(x > peak, x, -99) ~~|\n"
    for engine in ("llvm", "numpy"):
        runs = simulate(load_model(mdl(tmp_path, text)), outputs=["x", "peak"], backend=engine)
        np.testing.assert_array_equal(runs.of("peak")[0], np.maximum.accumulate(runs.of("x")[0]))


def test_macros_that_pysd_runs_know_the_time_step(tmp_path: Path) -> None:
    macro = ":MACRO: NOISY(m)\nNOISY = INTEG(RANDOM UNIFORM(m, m, 0)/TIME STEP$, 0) ~~|\n:END OF MACRO:\n"
    path = mdl(tmp_path, "y = NOISY(2) ~~|\n")
    path.write_text(path.read_text(encoding="utf-8").replace("{UTF-8}", "{UTF-8}\n" + macro), encoding="utf-8")
    runs = simulate(load_model(path), outputs=["y"])
    assert runs.provenance["backend"] == "pysd" and runs.of("y")[0][:3].tolist() == [0, 2, 4]
    assert simulate(load_model(path), outputs=["y"], time_step=0.5).of("y")[0][:3].tolist() == [0, 4, 8]


def test_a_listing_says_what_is_refused_once_a_line(tmp_path: Path) -> None:
    program = program_of(tmp_path, "d: a, b, c ~~|\nx[d] = RANDOM UNIFORM(0, 1, 0) ~~|\ny = GAMMA LN(2) ~~|\n")
    text = listing(program)
    assert text.count("which the compiled engine does not support") == 2
    assert text.index("'x[a]' (line 3) uses RANDOM UNIFORM") < text.index("'y' (line 4)")
