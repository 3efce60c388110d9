"""WebAssembly: the same numbers as the native engine, in node and in Chromium, and files that hold nothing else."""

from __future__ import annotations

import functools
import http.server
import json
import math
import shutil
import subprocess
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import playwright
import pytest
from numpy.typing import NDArray

from policy_lab.browser import browser_module, write_browser_files
from policy_lab.cli import main
from policy_lab.compiler.linker import LinkError, link
from policy_lab.compiler.machine import browser, compile_object
from policy_lab.compiler.webassembly import module_of
from policy_lab.errors import UnsupportedConstruct
from policy_lab.model import Model, load_model
from policy_lab.runs import Runs, disagreement
from policy_lab.simulate import simulate
from tests.browser.ensure_browser import find_browser
from tests.constructs.regenerate import model_file, names

Floats = NDArray[np.float64]
TESTS = Path(__file__).parent
ASSETS = TESTS.parent / "assets"
#: The one on the path, or the one that Playwright brings along.
NODE = shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")
#: Of the native result, relative to a variable's running size: both round differently, with and without fma.
TOLERANCE = 1e-12
CONSTRUCTS = [n for n in names() if not load_model(model_file(n)).program.refused]
VERY_LITTLE = "level = INTEG(1, 0) ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"


def node(words: Sequence[str]) -> str:
    done = subprocess.run([NODE, *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_node(folder: Path, jobs: Sequence[tuple[Model, Mapping[str, Any]]]) -> list[Runs | str]:
    """Compile models, run one request of each in node; a refusal is its message."""
    described = []
    for i, (model, request) in enumerate(jobs):
        code, layout, _ = write_browser_files(model, folder / str(i))
        request = {**request, "values": {n: np.asarray(v).tolist() for n, v in request.get("values", {}).items()}}
        described.append(
            {"code": str(code), "layout": str(layout), "request": request, "out": str(folder / f"{i}.out")}
        )
    listed = folder / "jobs.json"
    listed.write_text(json.dumps(described))
    results: list[Runs | str] = []
    for answer, job in zip(json.loads(node([str(TESTS / "wasm" / "run.js"), str(listed)])), described, strict=True):
        if "error" in answer:
            results.append(answer["error"])
            continue
        shape = (answer["runs"], len(answer["time"]), len(answer["outputs"]))
        values = np.fromfile(job["out"]).reshape(shape)
        results.append(Runs(values, np.array(answer["time"]), tuple(answer["outputs"]), ("",) * shape[2]))
    return results


def native(model: Model, request: Mapping[str, Any]) -> Runs:
    return simulate(
        model, request.get("values"), outputs=request["outputs"], backend="llvm", allow_nan=True,
        times=request.get("times"), integration=request.get("integration", "euler"),
    )  # fmt: skip


def little(folder: Path, text: str = VERY_LITTLE, name: str = "little") -> Model:
    path = folder / f"{name}.mdl"
    path.write_text("{UTF-8}\n" + text, encoding="utf-8")
    return load_model(path)


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


def mixes(model: Model, runs: int) -> dict[str, Floats]:
    random = np.random.default_rng(11)
    return {lever.name: random.uniform(lever.low, lever.high, runs) for lever in model.levers.values()}


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
    assert len(module.code) < 150_000


def test_the_file_holds_nothing_of_the_model_but_code(big: Model) -> None:
    """No names, no custom sections: what the model's text says cannot reach the browser as code."""
    code = browser_module(big).code
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
        "'late' has a delay of order 3 that these values change; the server can compute it.",
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
    script = (
        f"{change}; const e = require({json.dumps(str(ASSETS / 'engine.js'))});"
        "e.load(new Uint8Array(8), {}).catch(x => console.log(x.message === e.missing(), x.message))"
    )
    assert node(["-e", script]).startswith(f"true This browser cannot run the model itself (it has {reason})")


@pytest.mark.parametrize("script", ["engine.js", "engine-worker.js"])
def test_the_scripts_make_no_code_from_text(script: str) -> None:
    text = (ASSETS / script).read_text(encoding="utf-8")
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
    with pytest.raises(LinkError, match="no function 'other'"):
        link(code, "other")
    with pytest.raises(LinkError, match="no WebAssembly object"):
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


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder served on this machine, with the loader in it."""
    for script in ("engine.js", "engine-worker.js"):
        shutil.copy(ASSETS / script, tmp_path / script)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


PAGE = """<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'wasm-unsafe-eval'">
<title>engine</title><script src="engine.js"></script><script src="engine-worker.js"></script>"""
IN_PAGE = """async ([code, layout, one, many]) => {
  const engine = await PolicyLabEngine.load(code, layout);
  const single = engine.simulate(one);
  const progress = [];
  const pool = PolicyLabEngine.workers("engine-worker.js", code, layout);
  const ensemble = await pool.simulate(many, (done, runs) => progress.push([done, runs]));
  const refusal = await pool.simulate({outputs: ["nothing"]}).catch(e => e.message);
  pool.stop();
  return {one: Array.from(single.values), many: Array.from(ensemble.values), progress, refusal};
}"""


BANDS = """async ([files, members, base, outputs]) => {
  const page = await PolicyLabEngine.load({plain: files[0], fused: files[2]}, files[1]);
  const single = page.simulate({outputs, values: base});
  const answers = {fused: PolicyLabEngine.fused(), one: Array.from(single.values), stages: [], runs: []};
  for (const threads of [1, 2]) {
    const {module: code, layout} = page;
    const pool = PolicyLabEngine.ensembles({worker: "engine-worker.js", code, layout, threads});
    answers.early = await pool.bands({outputs}).catch(e => e.message);
    pool.members(members);
    const given = pool.bands({outputs, stages: [30]});
    const told = r => answers.stages.push([r.members, r.final]);
    const last = await pool.bands({base, outputs, stages: [10, 30, 900]}, told);
    answers.superseded = await given;
    const bands = outputs.map(o => last.bands[o].map(b => Array.from(b)));
    answers.runs.push({...last, time: Array.from(last.time), bands});
    const stopped = pool.bands({outputs, stages: [30]});
    pool.cancel();
    answers.cancelled = await stopped;
    answers.unknown = await pool.bands({outputs: ["nothing"]}).catch(e => e.message);
    pool.stop();
  }
  return answers;
}"""


@pytest.mark.browser
def test_bands_of_an_ensemble_in_chromium(big: Model, site: tuple[Path, str]) -> None:
    """Uncertain constants vary, a lever moves: quantiles over members at every time, in stages, as NumPy has them."""
    from playwright.sync_api import sync_playwright

    folder, address = site
    files = write_browser_files(big, folder)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    members, outcomes = mixes(big, 41), list(big.outcomes)[:4]
    moved = dict.fromkeys([list(members)[-1]], list(big.levers.values())[-1].high)
    members = {name: values for name, values in members.items() if name not in moved}
    asked = [[f.name for f in files], {n: v.tolist() for n, v in members.items()}, moved, outcomes]
    with sync_playwright() as play:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = play.chromium.launch(executable_path=find_browser(), args=flags)
        page = chromium.new_page()
        page.goto(f"{address}/index.html")
        got = page.evaluate(BANDS, asked)
        chromium.close()
    one = native(big, {"outputs": outcomes, "values": moved})
    assert disagreement(replace(one, values=np.array(got["one"]).reshape(one.values.shape)), one).relative < TOLERANCE
    want = native(big, {"outputs": outcomes, "values": {**members, **moved}})
    quantiles = np.quantile(want.values, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    for run in got["runs"]:
        assert (run["members"], run["final"], run["failed"]) == (41, True, 0)
        assert run["time"] == want.time.tolist()
        bands = np.moveaxis(np.array(run["bands"]), 0, -1)
        assert disagreement(replace(want, values=bands), replace(want, values=quantiles)).relative < TOLERANCE
    assert got["stages"] == [[10, False], [30, False]] * 2
    assert got["superseded"] is None
    assert got["cancelled"] is None
    assert got["unknown"] == "There is no variable 'nothing' in big_science."
    assert got["early"] == "There are no members yet: call members(values) first."


def test_quantiles_as_numpy_has_them() -> None:
    """Members in two parts; where one is no finite number the others count, and it is told."""
    values = np.random.default_rng(5).lognormal(size=(23, 4, 2))
    values[7, 2, 1], values[7, 3, 1], values[20, 0, 0] = np.nan, np.inf, -np.inf
    values[:, 1, 1] = np.nan
    shares = [0.0, 0.05, 0.5, 0.95, 1.0]
    parts = [values[:9].ravel(), values[9:].ravel()]
    written = json.dumps([[repr(float(v)) for v in part] for part in parts])
    script = (
        f"const {{quantilesOf}} = require({json.dumps(str(ASSETS / 'engine-worker.js'))});"
        f"const parts = {written}.map(p => Float64Array.from(p, v => "
        "({nan: NaN, inf: Infinity, '-inf': -Infinity})[v] ?? Number(v)));"
        f"const {{values, failed}} = quantilesOf(parts, 4, 2, {shares});"
        "console.log(JSON.stringify([Array.from(values), failed]))"
    )
    found, failed = json.loads(node(["-e", script]))
    got = np.array([np.nan if v is None else v for v in found]).reshape(5, 2, 4)
    finite = np.where(np.isfinite(values), values, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # one cell has no finite number at all
        want = np.nanquantile(finite, shares, axis=0)
    np.testing.assert_allclose(got, np.moveaxis(want, 1, 2), rtol=1e-15)
    assert failed == 23


@pytest.mark.browser
def test_in_chromium_on_the_page_and_in_a_worker(big: Model, site: tuple[Path, str]) -> None:
    from playwright.sync_api import sync_playwright

    folder, address = site
    code, layout, _ = write_browser_files(big, folder)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    runs = 700
    outcomes = list(big.outcomes)
    one = {"outputs": list(big.program.visible)}
    many = {"outputs": outcomes, "values": {n: v.tolist() for n, v in mixes(big, runs).items()}, "times": [2030, 2050]}
    program = find_browser()
    with sync_playwright() as play:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = play.chromium.launch(executable_path=program, args=flags)
        page = chromium.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/index.html")
        result = page.evaluate(IN_PAGE, [code.name, layout.name, one, many])
        chromium.close()
    assert complaints == []
    assert result["progress"] == [[512, runs], [runs, runs]]
    assert result["refusal"] == "There is no variable 'nothing' in big_science."
    for request, values in ((one, result["one"]), (many, result["many"])):
        want = native(big, request)
        got = Runs(np.array(values).reshape(want.values.shape), want.time, want.outputs, want.units)
        assert disagreement(got, want).relative < TOLERANCE
