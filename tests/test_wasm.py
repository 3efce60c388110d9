"""WebAssembly: the same numbers as the native engine, in node, and files that hold nothing else."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policy_lab.browser_files import browser_module, write_browser_files, written
from policy_lab.cli import main
from policy_lab.compiler.linker import LinkError, link
from policy_lab.compiler.llvm_toolchain import browser, compile_object
from policy_lab.compiler.webassembly import module_of
from policy_lab.errors import UnsupportedConstruct
from policy_lab.model import Model, load_model
from policy_lab.runs import Runs, disagreement
from tests.constructs.regenerate import model_file
from tests.wasm.runs import (
    ASSETS,
    CONSTRUCTS,
    SINGLE,
    TESTS,
    TOLERANCE,
    VERY_LITTLE,
    WEB,
    in_node,
    in_turn,
    little,
    mixes,
    native,
    node,
)


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


def test_every_construct_as_native(tmp_path: Path) -> None:
    models = [load_model(model_file(n)) for n in CONSTRUCTS]
    methods = ["rk4" if i % 3 == 0 else "euler" for i in range(len(models))]
    jobs = [(m, {"outputs": m.program.visible, "integration": i}) for m, i in zip(models, methods, strict=True)]
    results = in_node(tmp_path, jobs)
    apart = {}
    for name, (model, request), got in zip(CONSTRUCTS, jobs, results, strict=True):
        assert isinstance(got, Runs), f"{name}: {got}"
        apart[f"{name} by {request['integration']}"] = disagreement(got, native(model, request)).relative
    assert len(apart) >= 60
    assert {name: worst for name, worst in apart.items() if worst > TOLERANCE} == {}


def test_our_model_as_native_in_every_variable_and_world(big: Model, tmp_path: Path) -> None:
    worlds = [big.constants_of(key) for key in big.scenarios]
    moved = sorted({n for world in worlds for n in world})
    values = {n: np.array([world.get(n, big.program.constants[n]) for world in worlds]) for n in moved}
    request = {"values": values, "outputs": big.program.visible}
    [got] = in_node(tmp_path, [(big, request)])
    assert isinstance(got, Runs)
    worst = disagreement(got, native(big, request))
    assert worst.relative < TOLERANCE, worst


def test_mixes_of_levers_at_some_times(big: Model, tmp_path: Path) -> None:
    """An odd number of runs, so that one vector is not full."""
    request = {"values": mixes(big, 25), "outputs": list(big.outcomes), "times": [2020, 2035.5, 2050]}
    [got] = in_node(tmp_path, [(big, request)])
    assert isinstance(got, Runs)
    assert got.time.tolist() == [2020, 2035.5, 2050]
    assert disagreement(got, native(big, request)).relative < TOLERANCE


def members(model: Model, runs: int) -> dict[str, Any]:
    """Values of every uncertain parameter, inside their ranges."""
    random = np.random.default_rng(3)
    return {u.name: random.uniform(u.low, u.high, runs) for u in model.uncertainties.values()}


@pytest.mark.parametrize("single", [False, True], ids=["double", "single"])
def test_a_run_that_begins_where_it_parts_from_the_last_is_the_same_run(
    big: Model, tmp_path: Path, single: bool
) -> None:
    """Moves of a person one after the other, under members of an ensemble: bit for bit what a whole run gives."""
    drawn, outcomes = members(big, 7), list(big.outcomes)[:5]
    first, second, *_ = [lever for lever in big.levers.values() if lever.start]
    uncertain = next(iter(drawn))
    begins = big.program.constants[str(first.start)]

    def asked(*outputs: str, without: str = "", **constants: float) -> dict[str, Any]:
        values = {n: v for n, v in drawn.items() if n != without} | constants
        return {"values": values, "outputs": [*outcomes, *outputs]}

    low, high, other = {first.name: first.low}, {first.name: first.high}, {second.name: second.high}
    late = {str(first.start): begins + 4.3}
    event = {n: v for n, v in big.constants_of("leads_run_dry").items() if n not in drawn}
    courses = {
        "a lever": ([asked(**low), asked(**high)], begins),
        "three levers in turn": ([asked(**low), asked(**high), asked(**high, **other)], begins),
        "and back": ([asked(**low), asked(**high), asked(**low)], begins),
        "a lever that begins later": ([asked(**low, **late), asked(**high, **late)], begins + 4),
        "its year": ([asked(**high), asked(**high, **late)], begins),
        "its year, and then itself": ([asked(**high), asked(**high, **late), asked(**low, **late)], begins + 4),
        "another world": ([asked(), asked(**event)], min(v for n, v in event.items() if "year" in n)),
        "an assumption": ([asked(**high), asked(without=uncertain, **high, **{uncertain: drawn[uncertain][0]})], 2015),
        "a lever that is shown itself": ([asked(first.name, **low), asked(first.name, **high)], 2015),
        "another variable": ([asked(**low), asked(list(big.outcomes)[6], **high)], 2015),
        "nothing": ([asked(**low), asked(**low)], 2050),
    }
    got = in_turn(tmp_path, [(big, course) for course, _ in courses.values()], single)
    whole = in_turn(tmp_path, [(big, course[-1:]) for course, _ in courses.values()], single)
    tolerance = SINGLE if single else TOLERANCE
    clock = big.program.clock
    for (name, (course, year)), (runs, began), (wanted, _) in zip(courses.items(), got, whole, strict=True):
        assert isinstance(runs, Runs), name
        assert isinstance(wanted, Runs), name
        np.testing.assert_array_equal(runs.values, wanted.values, err_msg=name)
        assert disagreement(runs, native(big, course[-1])).relative < tolerance, name
        assert clock.initial + clock.step * began == pytest.approx(year, abs=2 * clock.step), name


def test_runs_of_constructs_that_begin_where_they_part(tmp_path: Path) -> None:
    """Delays, events, pulses, initial values: some constants of each, one after the other."""
    courses = []
    for model in (load_model(model_file(name)) for name in CONSTRUCTS):
        stocks = [n for n in model.program.visible if model.program.equations[n].kind == "stock"]
        plain = {"outputs": stocks or model.program.visible}  # a constant that is shown changes at once
        finite = {n: value for n, value in model.program.constants.items() if np.isfinite(value)}
        for name, value in list(finite.items())[:6]:
            courses.append((model, [plain, {**plain, "values": {name: 1.25 * value or 0.25}}]))
    got = in_turn(tmp_path, courses)
    whole = in_turn(tmp_path, [(model, course[-1:]) for model, course in courses])
    for (model, course), (runs, _), (wanted, _) in zip(courses, got, whole, strict=True):
        if isinstance(wanted, str):
            assert runs == wanted, model.name
            continue
        assert isinstance(runs, Runs), f"{model.name}: {runs}"
        np.testing.assert_array_equal(runs.values, wanted.values, err_msg=f"{model.name} {course[-1]['values']}")
    assert sum(began > 0 for _, began in got) >= 3, [
        m.name for (m, _), (_, began) in zip(courses, got, strict=True) if began
    ]


def test_runs_go_on_beyond_final_time_as_native(tmp_path: Path) -> None:
    """Runs to the model's end, further, and to its end again: what stood in memory before stands elsewhere then."""
    push = load_model(TESTS / "models" / "push")
    values = {"habit": np.linspace(0.3, 0.8, 7), "grant": 0.8, "lever end": 2032.0}
    short = {"values": values, "outputs": push.program.visible}
    long, named = {**short, "until": 2060}, {**short, "times": [2020, 2055.5], "until": 2060}
    again = {**long, "values": {**values, "grant": 0.6}}
    asked = [[short, long], [long, short], [short, named], [short, long, again], [long, again, short]]
    for course, (got, _) in zip(asked, in_turn(tmp_path, [(push, course) for course in asked]), strict=True):
        assert isinstance(got, Runs), got
        wanted = native(push, course[-1])
        assert got.time.tolist() == wanted.time.tolist()
        assert disagreement(got, wanted).relative < TOLERANCE


def test_json_has_no_infinity_and_the_layout_has() -> None:
    text = written({"given": [1.5, math.inf, -math.inf, math.nan], "name": "Infinity"})
    assert json.loads(text) == {"given": [1.5, "Infinity", "-Infinity", "NaN"], "name": "Infinity"}


def test_what_the_layout_says(big: Model) -> None:
    module = browser_module(big)
    layout = json.loads(json.dumps(module.layout, allow_nan=False))
    assert layout["hash"] == big.hash
    assert [p["name"] for p in layout["parameters"]] == list(big.program.constants)
    assert {p["name"]: p["default"] for p in layout["parameters"]} == dict(big.program.constants)
    assert [lever["name"] for lever in layout["levers"]] == list(big.levers)
    assert [outcome["name"] for outcome in layout["outcomes"]] == list(big.outcomes)
    assert {key: dict(v) for key, v in layout["scenarios"].items()} == {k: big.constants_of(k) for k in big.scenarios}
    assert [v["name"] for v in layout["variables"]] == list(big.program.visible)
    assert max(len(module.code), len(module.fused)) < 150_000


def test_the_file_holds_nothing_of_the_model_but_code(big: Model) -> None:
    """No names, no custom sections: what the model's text says cannot reach the browser as code."""
    module = browser_module(big)
    for code in (module.code, module.fused):
        assert not [
            n
            for n in (*big.program.visible, "policy lab", "target_features", "linking")
            if n.encode() in code and len(n) > 4
        ]
        assert code[:8] == b"\0asm\1\0\0\0"


def test_the_loader_says_what_is_wrong(tmp_path: Path) -> None:
    wait = "late = DELAY3(Time, wait) ~~|\nwait = 4 ~~|\n" + VERY_LITTLE
    model, delayed = little(tmp_path), little(tmp_path, wait, "delayed")
    requests: list[tuple[Model, Mapping[str, Any]]] = [
        (model, {"outputs": ["lvel"]}),
        (model, {"outputs": ["level"], "values": {"rate": 3}}),
        (model, {"outputs": ["level"], "times": [0.3]}),
        (model, {"outputs": ["level"], "integration": "heun"}),
        (delayed, {"outputs": ["late"], "values": {"wait": 0.2}}),
        (model, {"outputs": ["level", "Time"]}),
    ]
    *said, fine = in_node(tmp_path, requests)
    assert said == [
        "There is no variable 'lvel' in little.",
        "There is no parameter 'rate' in little.",
        "0.3 is no moment of a run.",
        "There is no integration method 'heun'. Possible: euler, rk4.",
        "'late' has a delay of order 3 that depends on these values; the server can compute it.",
    ]
    assert isinstance(fine, Runs)
    assert fine.values.tolist() == [[[t, t] for t in range(5)]]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("WebAssembly.validate = () => false", "no WebAssembly SIMD"),
        ("globalThis.WebAssembly = undefined", "no WebAssembly"),
    ],
)
def test_a_browser_that_cannot_is_told_so(change: str, reason: str) -> None:
    modules = [(WEB / "engine" / name).as_uri() for name in ("engine.js", "support.js")]
    script = (
        f"{change};"
        f"Promise.all({json.dumps(modules)}.map(a => import(a)))"
        ".then(([e, s]) => e.load(new Uint8Array(8), {}).catch(x => console.log(x.message === s.missing(), x.message)))"
    )
    assert node(["-e", script]).startswith(f"true This browser cannot run the model itself (it has {reason})")


@pytest.mark.parametrize("script", [*sorted((WEB / "engine").glob("*.js")), *sorted(ASSETS.glob("*.worker.bundle.js"))])
def test_the_scripts_make_no_code_from_text(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert not [
        word for word in ("eval(", "new Function", "innerHTML", "document.write", "http:", "https:") if word in text
    ]


def test_an_object_that_calls_outside_is_refused() -> None:
    text = (
        'target triple = "wasm32-unknown-unknown"\ndeclare double @sin(double)\n'
        "define double @entry(double %x) {\n  %y = call double @sin(double %x)\n  ret double %y\n}\n"
    )
    with pytest.raises(LinkError, match=r"needs 'env\.sin' from outside"):
        link(compile_object(text, browser()), "entry")


def test_an_object_without_the_entry_or_cut_off_is_refused() -> None:
    text = 'target triple = "wasm32-unknown-unknown"\ndefine double @entry(double %x) {\n  ret double %x\n}\n'
    code = compile_object(text, browser())
    assert link(code, "entry").constants == 0
    assert link(code, "entry", "entry").module.count(b"entry") == 2
    with pytest.raises(LinkError, match="no function 'other'"):
        link(code, "other")
    with pytest.raises(LinkError, match="not a WebAssembly object"):
        link(b"\x7fELF" + code[4:], "entry")
    with pytest.raises(LinkError, match="ends in the middle"):
        link(code[:-7], "entry")


def test_constants_stand_where_the_code_looks(tmp_path: Path) -> None:
    """A table of 40 points and the kernels' own tables: all of them behind relocated addresses."""
    points = ",".join(f"({x},{math.sin(x):.6f})" for x in range(40))
    text = f"height = read(Time * 9) ^ 2.5 + LN(Time + 2) ~~|\nread([(0,-1)-(40,1)],{points}) ~~|\n" + VERY_LITTLE
    model = little(tmp_path, text)
    [got] = in_node(tmp_path, [(model, {"outputs": ["height"]})])
    assert isinstance(got, Runs)
    assert disagreement(got, native(model, {"outputs": ["height"]})).relative < TOLERANCE
    assert module_of(model.program).layout["heap"] >= 40 * 8


def test_the_command_writes_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = little(tmp_path)
    assert main(["compile", str(model.path), "--target", "wasm", "--out", str(tmp_path / "new" / "folder")]) == 0
    assert sorted(p.name for p in (tmp_path / "new" / "folder").iterdir()) == [
        "little.fused.wasm",
        "little.json",
        "little.wasm",
    ]
    assert capsys.readouterr().out.count("KB") == 3


def test_the_command_shows_the_listing(small_field: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", str(small_field), "--show"]) == 0
    shown = capsys.readouterr().out
    for equation in load_model(small_field).program.equations.values():
        assert equation.hidden or equation.kind == "control" or equation.name in shown
    assert "(line " in shown


def test_the_command_complains_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = little(tmp_path)
    (tmp_path / "file").write_text("")
    dice = little(tmp_path, "dice = RANDOM UNIFORM(0, 1, 7) ~~|\n" + VERY_LITTLE, "dice")
    for words, reason in (
        ([str(model.path)], "--out DIR"),
        ([str(model.path), "--out", str(tmp_path / "file")], "cannot be written"),
        ([str(dice.path), "--out", str(tmp_path / "dice")], "'dice'"),
        ([str(tmp_path / "none.mdl"), "--out", str(tmp_path)], "none.mdl"),
    ):
        assert main(["compile", *words]) == 2
        said = capsys.readouterr().err
        assert reason in said
        assert said.count("\n") == 1
    assert not (tmp_path / "dice").exists()
    with pytest.raises(UnsupportedConstruct):
        module_of(dice.program)


def test_a_hostile_file_name_stays_in_the_folder(tmp_path: Path) -> None:
    model = little(tmp_path, name="..%2f..; rm -rf \N{BULLET} $(x)")
    for path in write_browser_files(model, tmp_path / "out"):
        assert path.parent == tmp_path / "out"
        assert path.name.partition(".")[0] == "".join(
            c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in model.name
        )


def test_quantiles_as_numpy_has_them() -> None:
    """Members in two parts; where one is no finite number the others count, and it is told."""
    values = np.random.default_rng(5).lognormal(size=(23, 4, 2))
    values[7, 2, 1], values[7, 3, 1], values[20, 0, 0] = np.nan, np.inf, -np.inf
    values[:, 1, 1] = np.nan
    shares = [0.0, 0.05, 0.5, 0.95, 1.0]
    parts = [values[:9].ravel(), values[9:].ravel()]
    written = json.dumps([[repr(float(v)) for v in part] for part in parts])
    script = (
        f"const {{quantilesOf}} = await import({json.dumps((WEB / 'core' / 'quantiles.js').as_uri())});"
        f"const parts = {written}.map(p => Float64Array.from(p, v => "
        "({nan: NaN, inf: Infinity, '-inf': -Infinity})[v] ?? Number(v)));"
        f"const {{values, failed}} = quantilesOf(parts, 4, 2, {shares});"
        "console.log(JSON.stringify([Array.from(values), failed]))"
    )
    found, failed = json.loads(node(["--input-type=module", "-e", script]))
    got = np.array([np.nan if v is None else v for v in found]).reshape(5, 2, 4)
    finite = np.where(np.isfinite(values), values, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # one cell has no finite number at all
        want = np.nanquantile(finite, shares, axis=0)
    np.testing.assert_allclose(got, np.moveaxis(want, 1, 2), rtol=1e-15)
    assert failed == 23
