"""Models run by WebAssembly, and the same runs by the native engine."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import playwright
from numpy.typing import NDArray

from policy_lab.browser_files import browser_module, single_module, write_browser_files
from policy_lab.model import Model, load_model
from policy_lab.runs import Runs
from policy_lab.simulation import simulate
from tests.constructs.regenerate import model_file, names

Floats = NDArray[np.float64]
TESTS = Path(__file__).parent.parent
ASSETS, WEB = TESTS.parent / "assets", TESTS.parent / "web"
#: The one on the path, or the one that Playwright brings along.
NODE = shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")
#: Of the native result, relative to a variable's running size: both round differently, with and without fma. The worst
#: of ours are small differences of two large numbers (2e-12).
TOLERANCE = 5e-12
#: The same in single precision, whose last place is 6e-8: steps add up, and differences of large numbers lose.
SINGLE = 1e-4
CONSTRUCTS = [n for n in names() if not load_model(model_file(n)).program.refused]
VERY_LITTLE = "level = INTEG(1, 0) ~~|\nINITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"


def node(words: Sequence[str]) -> str:
    done = subprocess.run([NODE, *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def single_files(model: Model, folder: Path) -> tuple[Path, Path]:
    """Code and layout of a model in single precision. Raises TooFine."""
    single = single_module(model)
    folder.mkdir(parents=True, exist_ok=True)
    code, layout = folder / "single.wasm", folder / "single.json"
    code.write_bytes(single.code)
    layout.write_text(json.dumps({**browser_module(model).layout, **single.layout}))
    return code, layout


def files_of(model: Model, folder: Path, single: bool) -> tuple[Path, Path]:
    """Code and layout of a model, in double precision or single."""
    if single:
        return single_files(model, folder)
    code, layout, _ = write_browser_files(model, folder)
    return code, layout


def in_node(folder: Path, jobs: Sequence[tuple[Model, Mapping[str, Any]]], single: bool = False) -> list[Runs | str]:
    """Compile models, run one request of each in node; a refusal is its message."""
    described = []
    for i, (model, request) in enumerate(jobs):
        code, layout = files_of(model, folder / str(i), single)
        described.append({"code": str(code), "layout": str(layout), "request": written(request)})
    return [result for result, _ in answers(folder, described)]


def in_turn(
    folder: Path, courses: Sequence[tuple[Model, Sequence[Mapping[str, Any]]]], single: bool = False
) -> list[tuple[Runs | str, int]]:
    """The last of each course of requests, every one run from where it parts from that before; and the moment."""
    files: dict[int, tuple[Path, Path]] = {}
    described = []
    for model, course in courses:
        if id(model) not in files:
            files[id(model)] = files_of(model, folder / str(len(files)), single)
        code, layout = files[id(model)]
        *before, request = map(written, course)
        described.append({"code": str(code), "layout": str(layout), "request": request, "before": before})
    return answers(folder, described)


def written(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request as JSON has it."""
    return {**request, "values": {n: np.asarray(v).tolist() for n, v in request.get("values", {}).items()}}


def answers(folder: Path, described: list[dict[str, Any]]) -> list[tuple[Runs | str, int]]:
    """What node says to jobs, see ``run.mjs``: runs or a refusal, and the moment they began at."""
    for i, one in enumerate(described):
        one["out"] = str(folder / f"{i}.out")
    listed = folder / "jobs.json"
    listed.write_text(json.dumps(described))
    results: list[tuple[Runs | str, int]] = []
    for answer, job in zip(json.loads(node([str(TESTS / "wasm" / "run.mjs"), str(listed)])), described, strict=True):
        if "error" in answer:
            results.append((answer["error"], 0))
            continue
        shape = (answer["runs"], len(answer["time"]), len(answer["outputs"]))
        values = np.fromfile(job["out"]).reshape(shape)
        runs = Runs(values, np.array(answer["time"]), tuple(answer["outputs"]), ("",) * shape[2])
        results.append((runs, answer["began"]))
    return results


def native(model: Model, request: Mapping[str, Any]) -> Runs:
    return simulate(
        model, request.get("values"), outputs=request["outputs"], backend="llvm", allow_nan=True,
        times=request.get("times"), until=request.get("until"), integration=request.get("integration", "euler"),
    )  # fmt: skip


def little(folder: Path, text: str = VERY_LITTLE, name: str = "little") -> Model:
    path = folder / f"{name}.mdl"
    path.write_text("{UTF-8}\n" + text, encoding="utf-8")
    return load_model(path)


def mixes(model: Model, runs: int) -> dict[str, Floats]:
    random = np.random.default_rng(11)
    return {lever.name: random.uniform(lever.low, lever.high, runs) for lever in model.levers.values()}
