"""WebAssembly in Chromium, fused where it can be: the native engine's numbers, alone, in company and in workers."""

from __future__ import annotations

import base64
import functools
import http.server
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page

from policy_lab.browser_files import write_browser_files
from policy_lab.compiler.llvm_toolchain import host
from policy_lab.model import Model, load_model
from policy_lab.runs import Runs, disagreement
from tests.constructs.regenerate import model_file
from tests.wasm.runs import (
    ASSETS,
    CONSTRUCTS,
    TESTS,
    TOLERANCE,
    VERY_LITTLE,
    WEB,
    Floats,
    little,
    mixes,
    native,
    single_files,
)

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'wasm-unsafe-eval'">
<title>engine</title><script type="module" src="page.mjs"></script>"""


@pytest.fixture(scope="module")
def big() -> Model:
    return load_model("big_science")


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder served on this machine, with the loader and a page in it."""
    workers = [ASSETS / f"{name}.worker.bundle.js" for name in ("engine", "bands")]
    for script in (*workers, TESTS / "wasm" / "page.mjs"):
        shutil.copy(script, tmp_path / script.name)
    shutil.copytree(WEB / "engine", tmp_path / "engine")
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}/index.html"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(context: BrowserContext, site: tuple[Path, str]) -> Iterator[Page]:
    """The site's page, in the Chromium that all browser tests share; what it complains of fails the test at its end."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.add_init_script(PACKED)
    opened.goto(site[1])
    yield opened
    assert complaints == []


def served(model: Model, folder: Path, name: str) -> dict[str, str]:
    """A model's files under the site's folder: their addresses."""
    code, layout, fused = (f"{name}/{path.name}" for path in write_browser_files(model, folder / name))
    return {"plain": code, "fused": fused, "layout": layout}


JOBS = """async (jobs) => {
  const answers = [];
  for (const {files, requests} of jobs) {
    const engine = await PolicyLabEngine.load({plain: files.plain, fused: files.fused}, files.layout);
    answers.push(requests.map(r => packed(engine.simulate(r).values)));
  }
  return answers;
}"""
#: Millions of numbers reach Python in seconds as text, and in minutes as numbers.
PACKED = """window.packed = (values) => {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}"""


def unpacked(text: str) -> Floats:
    """What ``packed`` in the page made of a Float64Array."""
    return np.frombuffer(base64.b64decode(text))


def together(model: Model) -> dict[str, Sequence[float]]:
    """A request's values for three runs that are the same: a pair, and one that is left over."""
    constants = [(n, v) for n, v in model.program.constants.items() if np.isfinite(v)]
    return {name: [value] * 3 for name, value in constants[:1]}


def test_every_construct_alone_and_in_company(site: tuple[Path, str], page: Page) -> None:
    """Alone, calls of a run share a vector; in company, runs do: the bits are the same, and the numbers native."""
    folder, _ = site
    models = [load_model(model_file(n)) for n in CONSTRUCTS]
    jobs = []
    for number, model in enumerate(models):
        alone = {"outputs": list(model.program.visible), "integration": ("euler", "rk4")[number % 3 == 0]}
        requests = [alone, {**alone, "values": together(model)}]
        jobs.append({"files": served(model, folder, str(number)), "requests": requests})
    answers = page.evaluate(JOBS, jobs)
    apart = {}
    for name, model, job, (alone, company) in zip(CONSTRUCTS, models, jobs, answers, strict=True):
        request: Mapping[str, Any] = job["requests"][0]
        want = native(model, request)
        got = replace(want, values=unpacked(alone).reshape(want.values.shape))
        apart[name] = disagreement(got, want).relative
        for run in unpacked(company).reshape(-1, *want.values.shape[1:]):
            np.testing.assert_array_equal(run, got.values[0], err_msg=name)
    assert len(apart) >= 60
    assert {name: worst for name, worst in apart.items() if worst > TOLERANCE} == {}


def test_our_model_in_every_variable_and_world(big: Model, site: tuple[Path, str], page: Page) -> None:
    """Each world on its own, and all of them together; where both fuse multiply and add, bit for bit."""
    folder, _ = site
    worlds = [big.constants_of(key) for key in big.scenarios]
    moved = sorted({n for world in worlds for n in world})
    values = {n: [world.get(n, big.program.constants[n]) for world in worlds] for n in moved}
    outputs = list(big.program.visible)
    requests = [{"outputs": outputs, "values": dict(world)} for world in worlds]
    files = served(big, folder, "big")
    [answers] = page.evaluate(JOBS, [{"files": files, "requests": [*requests, {"outputs": outputs, "values": values}]}])
    fused = page.evaluate("PolicyLabEngine.fused()") and bool(host().fma)
    want = native(big, {"outputs": outputs, "values": {n: np.array(v) for n, v in values.items()}})
    *alone, company = map(unpacked, answers)
    for numbers in (np.concatenate(alone), company):
        got = replace(want, values=numbers.reshape(want.values.shape))
        worst = disagreement(got, want)
        assert worst.relative < (5e-324 if fused else TOLERANCE), worst


IN_PAGE = """async ([code, layout, one, many]) => {
  const engine = await PolicyLabEngine.load(code, layout);
  const single = engine.simulate(one);
  const progress = [];
  const pool = PolicyLabEngine.workers("engine.worker.bundle.js", code, layout);
  const ensemble = await pool.simulate(many, (done, runs) => progress.push([done, runs]));
  const refusal = await pool.simulate({outputs: ["nothing"]}).catch(e => e.message);
  pool.stop();
  return {one: packed(single.values), many: packed(ensemble.values), progress, refusal};
}"""


def test_on_the_page_and_in_a_worker(big: Model, site: tuple[Path, str], page: Page) -> None:
    folder, _ = site
    files = served(big, folder, "big")
    runs = 700
    outcomes = list(big.outcomes)
    one = {"outputs": list(big.program.visible)}
    many = {"outputs": outcomes, "values": {n: v.tolist() for n, v in mixes(big, runs).items()}, "times": [2030, 2050]}
    result = page.evaluate(IN_PAGE, [files["plain"], files["layout"], one, many])
    assert result["progress"] == [[512, runs], [runs, runs]]
    assert result["refusal"] == "There is no variable 'nothing' in big_science."
    for request, values in ((one, result["one"]), (many, result["many"])):
        want = native(big, request)
        got = Runs(unpacked(values).reshape(want.values.shape), want.time, want.outputs, want.units)
        assert disagreement(got, want).relative < TOLERANCE


BANDS = """async ([precisions, {names, values, wishes, pieces}]) => {
  const loaded = precisions.map(files => PolicyLabEngine.load({plain: files.plain, fused: files.fused}, files.layout));
  const models = (await Promise.all(loaded)).map(({module, layout}) => ({module, layout}));
  const workers = [0, 1].map(() => new Worker("bands.worker.bundle.js"));
  const told = workers.map(worker => new Promise(ready => { worker.onmessage = ({data}) => ready(data.kind); }));
  const drawn = Float32Array.from(values);
  workers.forEach(worker => worker.postMessage({kind: "load", models, values: drawn, names}));
  const ready = await Promise.all(told);
  const band = (wish, number) => new Promise(done => {
    let left = pieces.length;
    const members = pieces[pieces.length - 1][1];
    const heard = ({data}) => {
      if (data.kind === "error") done(data.message);
      if (data.kind === "answer") done(data.answers[0]);
      if (data.kind !== "piece" || data.number !== number) return;
      if (data.parts) workers[0].postMessage({kind: "take", number, parts: data.parts});
      if ((left -= 1) === 0) workers[0].postMessage({kind: "gather", number, members});
    };
    workers.forEach((worker, n) => {
      worker.onmessage = heard;
      const own = pieces.filter((_, place) => place % 2 === n);
      worker.postMessage({kind: "run", number, wishes: [wish], pieces: own, keeps: n === 0});
    });
  });
  const answers = [];
  // Nobody wants these any more once the next come.
  workers[1].postMessage({kind: "run", number: 1, wishes: [wishes[0]], pieces, keeps: false});
  for (const [n, wish] of wishes.entries()) answers.push(await band(wish, n + 2));
  workers.forEach(worker => worker.terminate());
  const list = fan => Object.fromEntries(Object.entries(fan).map(([key, at]) => [key, Array.from(at)]));
  const lists = fans => Object.fromEntries(Object.entries(fans).map(([name, fan]) => [name, list(fan)]));
  const plain = ({fans, ...rest}) => ({...rest, fans: lists(fans)});
  return {ready, answers: answers.map(one => (typeof one === "string" ? one : plain(one)))};
}"""


def in_single(model: Model, folder: Path, name: str) -> dict[str, str]:
    """The same in single precision."""
    code, layout = (f"{name}/{path.name}" for path in single_files(model, folder / name))
    return {"plain": code, "fused": "", "layout": layout}


@pytest.mark.parametrize(("single", "near"), [(False, 1e-10), (True, 2e-4)], ids=["double", "single"])
def test_bands_of_an_ensemble(big: Model, site: tuple[Path, str], page: Page, single: bool, near: float) -> None:
    """Uncertain constants vary, levers move one after the other: quantiles over members at every time, as NumPy's."""
    folder, _ = site
    files = [*([in_single(big, folder, "big")] if single else []), served(big, folder, "big")]
    random, count = np.random.default_rng(9), 41
    names = [u.name for u in big.uncertainties.values()]
    limits = [(u.low, u.high) for u in big.uncertainties.values()]
    drawn = np.array([random.uniform(*limit, count) for limit in limits]).astype(np.float32)
    charts, headlines = list(big.outcomes)[:2], list(big.outcomes)[1:4]
    lever, other = [lever for lever in big.levers.values() if lever.start][:2]
    moves: list[tuple[dict[str, float], list[str]]] = [
        ({lever.name: lever.high}, []),
        ({lever.name: lever.low, other.name: other.high}, []),
        ({lever.name: lever.low, str(lever.start): 2035.0}, []),
        ({lever.name: lever.high, names[0]: float(drawn[0, 0])}, names[:1]),
    ]
    wishes = [
        {"key": str(n), "policy": policy, "reference": {}, "held": held, "heldReference": [], "charts": charts,
         "headlines": headlines, "grains": [0.0] * 3, "levels": [],
         "last": big.program.clock.final, "until": None, "where": {}}
        for n, (policy, held) in enumerate(moves)
    ]  # fmt: skip
    wishes.append({**wishes[0], "charts": ["nothing"]})
    pieces = [[at, min(count, at + 10)] for at in range(0, count, 10)]
    asked = {"names": names, "values": drawn.ravel().tolist(), "wishes": wishes, "pieces": pieces}
    got = page.evaluate(BANDS, [files, asked])
    assert got["ready"] == ["ready", "ready"]
    *answers, refused = got["answers"]
    assert refused == "There is no variable 'nothing' in big_science."
    outputs = list(dict.fromkeys([*charts, *headlines]))
    members = dict(zip(names, drawn.astype(float), strict=True))
    reference = native(big, {"outputs": outputs, "values": members})
    for answer, (policy, held) in zip(answers, moves, strict=True):
        values = {n: v for n, v in members.items() if n not in held} | policy
        runs = native(big, {"outputs": outputs, "values": values})
        assert answer["members"] == count
        for name in charts:
            want = np.quantile(runs.values[:, :, outputs.index(name)], [0.05, 0.25, 0.75, 0.95], axis=0)
            fan = np.array([answer["fans"][name][key] for key in ("low90", "low50", "high50", "high90")])
            np.testing.assert_allclose(fan, want, rtol=10 * near, atol=near * np.abs(want).max())
        changes = runs.values[:, -1] - reference.values[:, -1]
        for name in headlines:
            change = changes[:, outputs.index(name)]
            apart = near * np.abs(reference.values[:, -1, outputs.index(name)]).max()
            np.testing.assert_allclose(
                answer["effects"][name]["change"],
                np.quantile(change, [0.05, 0.25, 0.5, 0.75, 0.95]),
                rtol=10 * near,
                atol=apart,
            )


def test_bands_that_leave_single_precision_go_on_in_double(site: tuple[Path, str], page: Page, tmp_path: Path) -> None:
    """e**100 is no number of 32 bits: every member is there all the same, with the digits of 64."""
    folder, _ = site
    model = little(tmp_path, "k = 1 ~~|\ngrown = EXP(k) ~~|\n" + VERY_LITTLE, "grown")
    files = [in_single(model, folder, "grown"), served(model, folder, "grown")]
    drawn = np.linspace(80, 100, 41).astype(np.float32)
    wish = {"key": "", "policy": {}, "reference": {}, "held": [], "heldReference": [], "charts": ["grown"],
            "headlines": ["grown"], "grains": [0.0], "levels": [], "last": 4, "until": None, "where": {}}  # fmt: skip
    pieces = [[at, min(41, at + 10)] for at in range(0, 41, 10)]
    got = page.evaluate(BANDS, [files, {"names": ["k"], "values": drawn.tolist(), "wishes": [wish], "pieces": pieces}])
    [answer] = got["answers"]
    high = np.quantile(np.exp(drawn.astype(float)), 0.95)
    np.testing.assert_allclose(answer["fans"]["grown"]["high90"], high, rtol=1e-6)
    assert answer["effects"]["grown"]["change"] == [0] * 5
