"""The compiled backend: exact where it must be, the same bits anywhere, and a cache that can be wrong in any way."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from policy_lab import cache, load_model
from policy_lab.backends import get, llvm
from policy_lab.compiler import native
from policy_lab.compiler.emitter import emit
from policy_lab.compiler.layout import layout_of, parts
from policy_lab.compiler.llvm_toolchain import compile_object, host
from policy_lab.errors import BadValue, UnknownName, UnsupportedConstruct
from policy_lab.evaluate import read_table
from policy_lab.model import Model
from policy_lab.program import Apply, Clock, Equation, Name, Number, Program, Table
from policy_lab.readers import translate

Floats = NDArray[np.float64]
BACKEND = llvm.BACKEND
CONTROLS = "INITIAL TIME = 0 ~~|\nFINAL TIME = {final} ~~|\nTIME STEP = {step} ~~|\nSAVEPER = {saveper} ~~|\n"


def program(folder: Path, text: str, final: float = 10, step: float = 0.125, saveper: float = 1) -> Program:
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + text + CONTROLS.format(final=final, step=step, saveper=saveper), encoding="utf-8")
    return translate(path)


def moments(program: Program, step: float | None = None) -> Floats:
    times, saved = program.clock.moments(step)
    return np.array(times)[saved]


def run(program: Program, constants: dict[str, Floats | float], runs: int, outputs: list[str], method: str = "euler",
        step: float | None = None) -> Floats:  # fmt: skip
    times = moments(program, step)
    return BACKEND.run(program, constants, runs, outputs, times, step or program.clock.step, method)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


def mixes(model: Model, runs: int, seed: int = 5) -> dict[str, Floats | float]:
    random = np.random.default_rng(seed)
    return {lever.name: random.uniform(lever.low, lever.high, runs) for lever in model.levers.values()}


PREDATORS = """
hares = INTEG(birth * hares - hunting * hares * lynxes, 30) ~~|
lynxes = INTEG(use * hunting * hares * lynxes - death * lynxes, 4) ~~|
birth = 0.5 ~~|
hunting = 0.025 ~~|
use = 0.7 ~~|
death = 0.8 ~~|
"""


def predators(step: float, method: str, folder: Path) -> float:
    """Largest error of a predator-prey run, relative to a solution with fourteen digits."""
    model = program(folder, PREDATORS, final=20, step=step)
    values = run(model, {}, 1, ["hares", "lynxes"], method)[0]

    def rates(_: float, s: Floats) -> list[float]:
        return [0.5 * s[0] - 0.025 * s[0] * s[1], 0.7 * 0.025 * s[0] * s[1] - 0.8 * s[1]]

    exact = solve_ivp(rates, (0, 20), [30, 4], method="DOP853", rtol=1e-13, atol=1e-13, t_eval=np.arange(21.0)).y.T
    return float(np.max(np.abs(values / exact - 1)))


def test_runge_kutta_is_of_fourth_order(tmp_path: Path) -> None:
    coarse, fine = predators(0.125, "rk4", tmp_path), predators(0.0625, "rk4", tmp_path)
    assert fine < 2e-5
    assert 13 < coarse / fine < 19


def test_euler_is_of_first_order(tmp_path: Path) -> None:
    coarse, fine = predators(0.015625, "euler", tmp_path), predators(0.0078125, "euler", tmp_path)
    assert 1.8 < coarse / fine < 2.3


def test_runge_kutta_sees_time_between_steps(tmp_path: Path) -> None:
    """d level/dt = cos(t), whose Simpson sum at a step of 1/8 is within 1e-7."""
    model = program(tmp_path, "level = INTEG(COS(Time), 0) ~~|\n")
    assert np.abs(run(model, {}, 1, ["level"], "rk4")[0, :, 0] - np.sin(moments(model))).max() < 1e-7


def test_a_delay_fixed_jumps_once_a_step_under_runge_kutta(tmp_path: Path) -> None:
    model = program(tmp_path, "late = DELAY FIXED(Time, 2, -1) ~~|\n", step=0.5)
    want = np.where(moments(model) < 2, -1, moments(model) - 2)
    for method in ("euler", "rk4"):
        assert np.array_equal(run(model, {}, 1, ["late"], method)[0, :, 0], want)


def test_the_logistic_curve(tmp_path: Path) -> None:
    text = "pop = INTEG(rate * pop * (1 - pop / room), 2) ~~|\nrate = 0.5 ~~|\nroom = 100 ~~|\n"
    model = program(tmp_path, text)
    rates = np.linspace(0.1, 1, 19)
    got = run(model, {"rate": rates}, 19, ["pop"], "rk4")[:, :, 0]
    exact = 100 / (1 + 49 * np.exp(-rates[:, None] * moments(model)))
    assert np.abs(got / exact - 1).max() < 3e-6


def test_threads_do_not_change_a_bit(big: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    values, runs = mixes(big, 2 * llvm.BLOCK + 3), 2 * llvm.BLOCK + 3
    results = []
    for count in ("1", "2"):
        monkeypatch.setenv("POLICY_LAB_THREADS", count)
        results.append(run(big.program, values, runs, list(big.outcomes)).tobytes())
    assert results[0] == results[1]


def test_a_run_does_not_depend_on_its_place(big: Model) -> None:
    values = mixes(big, 21)
    together = run(big.program, values, 21, list(big.outcomes))
    for place in (0, 3, 8, 20):
        alone = run(big.program, {n: np.array([v[place]]) for n, v in values.items()}, 1, list(big.outcomes))  # type: ignore[index]
        number = run(big.program, {n: float(v[place]) for n, v in values.items()}, 1, list(big.outcomes))  # type: ignore[index]
        assert alone.tobytes() == number.tobytes() == together[place].tobytes()
    turned = run(big.program, {n: v[::-1] for n, v in values.items()}, 21, list(big.outcomes))  # type: ignore[index]
    assert turned[::-1].tobytes() == together.tobytes()


def test_what_is_saved_does_not_change_a_bit(big: Model) -> None:
    values, times = mixes(big, 9), moments(big.program)
    names = list(big.outcomes)
    everything = BACKEND.run(big.program, values, 9, list(big.program.visible), times, big.program.clock.step, "euler")
    columns = [big.program.visible.index(n) for n in names]
    few = BACKEND.run(big.program, values, 9, names, times[[0, 5, -1]], big.program.clock.step, "euler")
    assert everything[:, [0, 5, -1]][:, :, columns].tobytes() == few.tobytes()


def agreement(model: Model, values: dict[str, Floats | float], runs: int) -> float:
    """Largest difference from the NumPy backend, over all variables: relative to the value, or, where a difference of
    large numbers has left a small one, to a thousandth of the largest value that the variable has in the run."""
    names, times, step = list(model.program.visible), moments(model.program), model.program.clock.step
    ours = BACKEND.run(model.program, values, runs, names, times, step, "euler")
    theirs = get("numpy").run(model.program, values, runs, names, times, step, "euler")
    size = np.maximum(np.abs(theirs), 1e-3 * np.abs(theirs).max(axis=1, keepdims=True))
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    with np.errstate(invalid="ignore"):
        return float(np.nanmax(np.where(size > 0, np.abs(ours - theirs) / size, np.abs(ours - theirs))))


def test_every_world_agrees_with_numpy(big: Model) -> None:
    worlds = [big.constants_of(key) for key in big.scenarios]
    names = sorted({n for w in worlds for n in w})
    values = {n: np.array([w.get(n, big.program.constants[n]) for w in worlds]) for n in names}
    assert agreement(big, values, len(worlds)) < 1e-9  # type: ignore[arg-type]


def test_every_lever_at_its_ends_and_mixes_agree_with_numpy(big: Model) -> None:
    levers = list(big.levers.values())
    runs = 2 * len(levers) + 40
    values = {}
    for i, lever in enumerate(levers):
        column = np.full(runs, lever.default)
        column[2 * i : 2 * i + 2] = lever.low, lever.high
        column[2 * len(levers) :] = np.random.default_rng(i).uniform(lever.low, lever.high, 40)
        values[lever.name] = column
    assert agreement(big, values, runs) < 1e-9  # type: ignore[arg-type]


@pytest.mark.deep
def test_a_thousand_mixes_agree_with_numpy(big: Model) -> None:
    for seed in range(10):
        assert agreement(big, mixes(big, 100, seed), 100) < 1e-9


def one_equation(expression: Apply, tables: dict[str, Table] | None = None, runs_over: str = "x") -> Program:
    """A Program whose ``answer`` is an expression of the constant x."""
    equations = {
        "x": Equation("x", "constant", Number(0.0)),
        "TIME STEP": Equation("TIME STEP", "control", Number(1.0)),
        "answer": Equation("answer", "auxiliary", expression, line=12),
    }
    return Program("one", equations, tables or {}, Clock(0, 1, 1, 1), {runs_over: 0.0}, (), (), ("answer",))


def answers(model: Program, x: Floats) -> Floats:
    return BACKEND.run(model, {"x": x}, len(x), ["answer"], np.array([0.0]), 1.0, "euler")[:, 0, 0]


TABLES = [
    Table("t", (0.0, 1.0, 2.5), (1.0, 4.0, -2.0)),
    Table("t", (0.0, 1.0, 2.5), (1.0, 4.0, -2.0), outside="extrapolate"),
    Table("t", (0.0, 1.0, 2.5), (1.0, 4.0, -2.0), stepped=True),
    Table("t", (1.0,), (7.0,)),
    Table("t", (0.0, 1.0, 1.0, 2.0), (0.0, 1.0, 5.0, 6.0)),
    Table("t", tuple(np.linspace(-4, 4, 9)), tuple(np.linspace(-4, 4, 9) ** 3)),
    Table("t", tuple(np.linspace(-4, 4, 17)), tuple(np.sin(np.linspace(-4, 4, 17)))),
    Table("t", tuple(np.linspace(-4, 4, 18)), tuple(np.sin(np.linspace(-4, 4, 18))), outside="extrapolate"),
    Table("t", tuple(np.sort(np.random.default_rng(1).uniform(-5, 5, 400))), tuple(np.arange(400.0)), stepped=True),
]


@pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{len(t.x)} points {t.outside}{' stepped' * t.stepped}")
def test_tables(table: Table) -> None:
    model = one_equation(Apply("lookup", (Name("t"), Name("x"))), {"t": table})
    points = np.array(table.x)
    x = np.concatenate([
        np.linspace(-6, 6, 1001), points, np.nextafter(points, np.inf), np.nextafter(points, -np.inf),
        [np.inf, -np.inf, np.nan, 1e300],
    ])  # fmt: skip
    want = np.where(np.isnan(x), np.nan, read_table(table, x))
    got = answers(model, x)
    assert np.array_equal(np.isnan(got), np.isnan(want))
    np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-14)


ODD = np.array([0.0, -0.0, 1.0, -1.0, 2.0, 3.5, -3.5, 1e300, np.inf, -np.inf, np.nan])
EXPRESSIONS = {
    "min with a number": Apply("min", (Name("x"), Number(2.0))),
    "max with a number first": Apply("max", (Number(2.0), Name("x"))),
    "min of two": Apply("min", (Apply("mul", (Name("x"), Number(-1.0))), Name("x"))),
    "max of two": Apply("max", (Apply("sub", (Name("x"), Number(1.0))), Name("x"))),
    "truth of a number": Apply("not", (Name("x"),)),
    "or": Apply("or", (Apply("lt", (Name("x"), Number(0.0))), Apply("gt", (Name("x"), Number(2.0))))),
    "not equal": Apply("ne", (Name("x"), Number(1.0))),
    "dead branch": Apply("if", (Apply("gt", (Name("x"), Number(0.0))), Apply("ln", (Name("x"),)), Number(-9.0))),
    "divided by a number": Apply("div", (Name("x"), Number(3.0))),
    "number divided": Apply("div", (Number(3.0), Name("x"))),
    "integer": Apply("integer", (Name("x"),)),
    "square": Apply("pow", (Name("x"), Number(2.0))),
    "cube": Apply("pow", (Name("x"), Number(3.0))),
    "fourth": Apply("pow", (Name("x"), Number(4.0))),
    "inverse": Apply("pow", (Name("x"), Number(-1.0))),
    "inverse square": Apply("pow", (Name("x"), Number(-2.0))),
    "zeroth": Apply("pow", (Name("x"), Number(0.0))),
    "seventh": Apply("pow", (Name("x"), Number(7.0))),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_odd_numbers_as_in_numpy(name: str) -> None:
    model = one_equation(EXPRESSIONS[name])
    want = get("numpy").run(model, {"x": ODD}, len(ODD), ["answer"], np.array([0.0]), 1.0, "euler")[:, 0, 0]
    np.testing.assert_allclose(answers(model, ODD), want, rtol=4e-16)


def test_the_square_root_as_a_power_is_cs() -> None:
    """NumPy's own array power gives sqrt's -0 and NaN here."""
    got = answers(one_equation(Apply("pow", (Name("x"), Number(0.5)))), ODD)
    want = np.array([math.pow(x, 0.5) if not -np.inf < x < 0 else np.nan for x in ODD])
    assert np.array_equal(got, want, equal_nan=True)
    assert not np.signbit(got[1])


def test_a_function_it_does_not_know_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedConstruct, match=r"'answer' \(line 12\) uses gamma"):
        BACKEND.supports(one_equation(Apply("gamma", (Name("x"),))))


def test_what_the_translation_refused_is_refused(tmp_path: Path) -> None:
    model = program(tmp_path, "dice = RANDOM UNIFORM(0, 1, 7) ~~|\n")
    with pytest.raises(UnsupportedConstruct, match="'dice'"):
        BACKEND.supports(model)


def test_a_structure_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    model = program(tmp_path, "late = DELAY3(Time, wait) ~~|\nwait = 4 ~~|\n")
    with pytest.raises(UnsupportedConstruct, match=r"'late'.*these values"):
        run(model, {"wait": np.array([4.0, 0.2])}, 2, ["late"])


def test_names_and_times_that_do_not_exist(tmp_path: Path) -> None:
    model = program(tmp_path, PREDATORS)
    with pytest.raises(UnknownName, match="constant 'hounds'"):
        run(model, {"hounds": 1.0}, 1, ["hares"])
    with pytest.raises(UnknownName, match=r"variable 'hare'.*'hares'"):
        run(model, {}, 1, ["hare"])
    with pytest.raises(BadValue, match="is not a time"):
        BACKEND.run(model, {}, 1, ["hares"], np.array([0.07]), 0.125, "euler")


def test_no_runs_no_outputs_no_times(tmp_path: Path) -> None:
    model = program(tmp_path, PREDATORS)
    assert BACKEND.run(model, {}, 0, ["hares"], moments(model), 0.125, "euler").shape == (0, 11, 1)
    assert BACKEND.run(model, {}, 3, [], moments(model), 0.125, "euler").shape == (3, 11, 0)
    assert BACKEND.run(model, {}, 3, ["hares"], np.array([]), 0.125, "euler").shape == (3, 0, 1)


def test_large_models_are_cut_into_functions() -> None:
    assert parts([3, 3, 3], limit=6) == [range(2), range(2, 3)]
    assert parts([9, 1, 9], limit=6) == [range(1), range(1, 2), range(2, 3)]
    assert parts([], limit=6) == [range(0)]


def test_cutting_does_not_change_a_bit(big: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(big.program, {}, 1, list(big.outcomes))
    monkeypatch.setattr("policy_lab.compiler.emitter.parts", lambda sizes: parts(sizes, 200))
    cut = replace(big.program)
    text = emit(cut, layout_of(cut), host())
    assert "@lean_9(" in text
    assert run(cut, {}, 1, list(big.outcomes)).tobytes() == whole.tobytes()


HOSTILE = """
"x\\" = 1 } define void @policy_lab_run() { ret void } ;" = 3 ~ %n ~ call void @system(i8* c"evil\\00") |
"@m_exp" = 2 ~ ../../unit ~ !{!0} |
"%v1" = INTEG(-"%v1" * 0.1 + "@m_exp", EXP("@m_exp")) ~~ module asm "int3" |
"""


def test_text_of_a_model_never_becomes_code(tmp_path: Path) -> None:
    model = program(tmp_path, HOSTILE)
    text = emit(model, layout_of(model), host())
    for word in ("evil", "system", "int3", "unit", "module asm", "x\\", '"%v1"'):
        assert word not in text
    names = list(model.visible)
    want = get("numpy").run(model, {}, 1, names, moments(model), 0.125, "euler")
    np.testing.assert_allclose(run(model, {}, 1, names), want, rtol=1e-12)


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, and a process that has compiled nothing yet."""
    folder = tmp_path / "objects"
    monkeypatch.setenv("POLICY_LAB_CACHE", str(folder))
    native._loaded.clear()
    return folder


def compiled(folder: Path) -> list[float]:
    """Translate and run anew, as another process would."""
    native._loaded.clear()
    model = program(folder, PREDATORS)
    return [float(v) for v in run(model, {}, 1, ["hares"])[0, :, 0]]


def refuse(*_: object) -> bytes:
    raise AssertionError("compiled although the cache had it")


def test_the_second_time_nothing_is_compiled(
    empty_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compiled(tmp_path)
    assert len(list(empty_cache.glob("*.o"))) == 1
    monkeypatch.setattr(native, "compile_object", refuse)
    assert compiled(tmp_path) == first


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "of another key", "garbage", "a folder"])
def test_a_damaged_entry_is_made_again(empty_cache: Path, tmp_path: Path, damage: str) -> None:
    first = compiled(tmp_path)
    [entry] = empty_cache.glob("*.o")
    whole = entry.read_bytes()
    if damage == "a folder":
        entry.unlink()
        entry.mkdir()
    else:
        entry.write_bytes({
            "cut": whole[:-100], "flipped": whole[:-1] + bytes([whole[-1] ^ 1]), "empty": b"",
            "garbage": b"\x7fELF" * 99,
            "of another key": whole.replace(entry.stem.encode(), b"0" * 64),
        }[damage])  # fmt: skip
    assert compiled(tmp_path) == first
    assert damage == "a folder" or entry.read_bytes() == whole


def test_a_cache_that_cannot_be_written(empty_cache: Path, tmp_path: Path) -> None:
    empty_cache.write_text("a file where the folder should be")
    assert compiled(tmp_path) == compiled(tmp_path)


def test_a_cache_that_others_may_write_to_is_not_used(empty_cache: Path, tmp_path: Path) -> None:
    empty_cache.mkdir()
    empty_cache.chmod(0o777)
    compiled(tmp_path)
    assert list(empty_cache.iterdir()) == []


def test_another_processor_or_version_has_another_key(tmp_path: Path) -> None:
    model = program(tmp_path, PREDATORS)
    text = emit(model, layout_of(model), host())
    assert host().cpu in text
    assert cache.key_of(text, "llvmlite 1") != cache.key_of(text, "llvmlite 2")
    assert cache.key_of(text.replace(host().cpu, "generic"), "llvmlite 1") != cache.key_of(text, "llvmlite 1")
    assert cache.key_of("ab", "c") != cache.key_of("a", "bc")


def test_two_processes_at_once(empty_cache: Path, tmp_path: Path) -> None:
    first = compiled(tmp_path)
    for entry in empty_cache.glob("*.o"):
        entry.unlink()
    script = (
        "import sys, numpy as np\nfrom policy_lab import load_model, simulate\n"
        "print(simulate(load_model(sys.argv[1]), outputs=['hares']).values[0, :, 0].tolist())"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "model.mdl")]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ}) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert said == [f"{first}\n"] * 2
    assert sorted(p.suffix for p in empty_cache.iterdir()) == [".o", ".program"]


def test_the_same_source_gives_the_same_object(tmp_path: Path) -> None:
    model = program(tmp_path, PREDATORS)
    text = emit(model, layout_of(model), host())
    assert compile_object(text, host()) == compile_object(
        emit(translate(tmp_path / "model.mdl"), layout_of(model), host()), host()
    )
