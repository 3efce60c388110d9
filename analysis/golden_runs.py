"""Golden runs: PySD's own runs of every scenario of a model, which every other engine is held against.

    python -m analysis.golden_runs [MODEL] [--scenario NAME | --stale] [--check [--whole]]

Without MODEL: every model under ``models/``. Writes ``models/<model>/expected/<scenario>.csv.gz`` (every variable,
once a year, all digits) and ``KEY.json``, which says what they were made from: the model file's equations, the
constants of each world, PySD's version. A world that is finished is kept, whatever happens to the others. PySD runs
with the short cuts of ``analysis/quick_pysd.py``; one world is also run by PySD as shipped, and nothing of the model is
kept unless both are the same to the last bit. With ``--check`` nothing is written: the key is compared, and the first
steps of one world (``--whole``: all of them) are run again, by PySD as shipped. With ``--stale`` only those worlds are
run whose key is another than the stored one, so that what was stopped goes on.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from importlib.metadata import version
from typing import Any

import numpy as np

from analysis.quick_pysd import quick_pysd
from policy_lab.errors import ModelError, PolicyLabError
from policy_lab.messages import Message
from policy_lab.model import Model, load_model, model_names
from policy_lab.model.expected import expected_folder
from policy_lab.progress import Bar
from policy_lab.runs import Runs, disagreement
from policy_lab.simulation import simulate

#: Steps of one world that a check runs again, so that it stays quick on a large model.
STEPS_AGAIN = 48
#: PySD run twice gives the same numbers; this leaves room for another processor's exp and pow.
SAME = 1e-11
#: A model without scenarios has one world under this name.
BARE = "model"


def worlds(model: Model) -> tuple[str, ...]:
    return tuple(model.scenarios) or (BARE,)


def key_of(model: Model, world: str) -> dict[str, str]:
    """What a golden run of a world depends on."""
    constants = model.constants_of(None if world == BARE else world)
    text = json.dumps({n: float(v).hex() for n, v in sorted(constants.items())}, ensure_ascii=True)
    return {"model": model.hash, "pysd": version("pysd"), "constants": hashlib.sha256(text.encode()).hexdigest()}


def years(model: Model) -> list[float]:
    """Saved times that are whole time units from the start, and the last one."""
    moments, saved = model.program.clock.moments()
    times = [moments[i] for i in saved]
    whole = [t for t in times if abs((t - times[0]) - round(t - times[0])) < 1e-6]
    return [*whole, *(times[-1:] if times[-1] not in whole else ())]


def run_pysd(model: Model, world: str, times: list[float] | None = None) -> Runs:
    scenario = None if world == BARE else world
    return simulate(model, scenario=scenario, times=times or years(model), backend="pysd")


def write(model: Model, world: str) -> dict[str, str]:
    """Run one world, store it, and return its key."""
    with quick_pysd():
        runs = run_pysd(model, world)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["Time", *runs.outputs])
    table.writerows(
        [repr(float(t)), *map(repr, map(float, row))] for t, row in zip(runs.time, runs.values[0], strict=True)
    )
    path = expected_folder(model) / f"{world}.csv.gz"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))  # no date: the same run, the same bytes
    return key_of(model, world)


def read(model: Model, world: str) -> Runs:
    """A stored golden run."""
    path = expected_folder(model) / f"{world}.csv.gz"
    if not path.exists():
        raise ModelError(f"There is no golden run of '{world}' in {model.name}: run make golden.")
    rows = list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    names = tuple(rows[0][1:])
    numbers = np.array(rows[1:], dtype=float)
    units = tuple(model.program.equations[n].unit if n in model.program.equations else "" for n in names)
    return Runs(numbers[None, :, 1:], numbers[:, 0], names, units)


def stale(model: Model) -> str:
    """Why the golden runs of a model cannot be trusted, "" if they can."""
    path = expected_folder(model) / "KEY.json"
    keys: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for world in worlds(model):
        ours, kept = key_of(model, world), keys.get(world)
        if kept is None or not (expected_folder(model) / f"{world}.csv.gz").exists():
            return _stale(model, f"there is none of the world '{world}'")
        what = {"model": "the model file's equations have changed", "pysd": f"PySD was {kept['pysd']} then",
                "constants": f"the world '{world}' sets other values"}  # fmt: skip
        for part, reason in what.items():
            if kept[part] != ours[part]:
                return _stale(model, reason)
    extra = [world for world in keys if world not in worlds(model)]
    return _stale(model, f"there is one of the world '{extra[0]}', which is gone") if extra else ""


def _stale(model: Model, reason: str) -> str:
    return (
        f"The golden runs of {model.name} are stale: {reason}. Run make golden, or "
        f"python -m analysis.golden_runs {model.name}."
    )


def check(model: Model, world: str, whole: bool = False, quick: bool = False) -> str:
    """What PySD says today about the first years of a world, or all, against what is stored; raises if it differs.

    ``quick`` lets PySD take the short cuts of ``analysis/quick_pysd.py``.
    """
    reason = stale(model)
    if reason:
        raise ModelError(reason)
    clock = model.program.clock
    last = clock.final if whole else clock.initial + max(1, STEPS_AGAIN * clock.step)
    with quick_pysd() if quick else nullcontext():
        again = run_pysd(model, world, [t for t in years(model) if t <= last])
    apart = disagreement(read(model, world), again)
    if apart.relative > SAME:
        raise ModelError(f"PySD's run of '{world}' is not what is stored: it differs by {apart}.")
    return f"{model.name}: the golden runs fit the model; '{world}' run again to {again.time[-1]:g}: the same."


def _write_by_name(path: str, world: str) -> tuple[str, dict[str, str]]:
    return world, write(load_model(path), world)


def _same_as_shipped(path: str, world: str) -> str:
    """Where the short cuts change PySD's numbers in a world, "" if nowhere."""
    model = load_model(path)
    shipped = run_pysd(model, world)
    with quick_pysd():
        quick = run_pysd(model, world)
    where = np.argwhere(shipped.values != quick.values)
    return str(shipped.outputs[where[0][2]]) if len(where) else ""


def write_all(model: Model, wanted: tuple[str, ...]) -> None:
    path = expected_folder(model) / "KEY.json"
    keys = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for gone in [world for world in keys if world not in worlds(model)]:
        del keys[gone]
        (expected_folder(model) / f"{gone}.csv.gz").unlink(missing_ok=True)
    step = Message("progress.any", {"what": "golden runs", "unit": "scenarios"})
    with ProcessPoolExecutor(max_workers=2) as pool, Bar(step, len(wanted)) as bar:
        shipped = pool.submit(_same_as_shipped, str(model.folder), wanted[0]) if wanted else None
        jobs = [pool.submit(_write_by_name, str(model.folder), world) for world in wanted]
        for job in as_completed(jobs):
            world, key = job.result()
            keys[world] = key
            ordered = {world: keys[world] for world in worlds(model) if world in keys}
            path.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
            bar.advance()
        if shipped and (first := shipped.result()):
            path.unlink()
            raise ModelError(f"The short cuts of analysis/quick_pysd.py change PySD's numbers in '{wanted[0]}', first "
                             f"in '{first}': no golden run is kept. Mend them first.")  # fmt: skip


def stale_worlds(model: Model) -> tuple[str, ...]:
    """Worlds without a stored run of the present equations, constants and PySD."""
    path = expected_folder(model) / "KEY.json"
    keys = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    stored = {world for world in keys if (expected_folder(model) / f"{world}.csv.gz").exists()}
    return tuple(w for w in worlds(model) if w not in stored or keys[w] != key_of(model, w))


def one_model(model: Model, world: str | None, only_check: bool, whole: bool, only_stale: bool) -> str:
    if world:
        model.scenario(world)
    if only_check:
        return check(model, world or worlds(model)[0], whole)
    wanted = (world,) if world else stale_worlds(model) if only_stale else worlds(model)
    write_all(model, wanted)
    return f"{model.name}: golden runs of {world or f'{len(worlds(model))} worlds'} in {expected_folder(model)}"


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", help="a folder under models/, or a path (default: all models)")
    parser.add_argument("--scenario", help="only this world")
    parser.add_argument("--stale", action="store_true", help="only worlds whose stored run is of something else")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--whole", action="store_true", help="with --check: run the world again to its end")
    given = parser.parse_args(words)
    try:
        for name in [given.model] if given.model else model_names():
            print(one_model(load_model(name), given.scenario, given.check, given.whole, given.stale))
    except PolicyLabError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
