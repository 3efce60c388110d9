"""How many models of a folder of test models agree with their expected output, and what becomes of the others.

    python -m tests.deep.external_models FOLDER [--backend NAME] [--judge] [--table FILE.md]

FOLDER is a checkout of SDXorg/test-models, kept outside this repository. Every ``.mdl`` and every XMILE file under
its ``tests`` folder gets one line: agrees, differs, refused (by construct), cannot be read, or has no expected
output. With ``--judge`` a model that differs is also run by PySD, to tell whether PySD says what we say.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from policy_lab.errors import PolicyLabError
from policy_lab.model import Model, load_model
from policy_lab.runs import Floats, Runs
from policy_lab.simulate import simulate
from policy_lab.vensim import fold

#: Expected outputs are printed with six digits or so, some come from single-precision Vensim.
RELATIVE, ABSOLUTE = 2e-5, 1e-6
XMILE = (".xmile", ".stmx", ".xml")


@dataclass(frozen=True)
class Verdict:
    """What became of one model."""

    model: str
    word: str
    detail: str = ""


def verdict(path: Path, folder: Path, backend: str, judge: bool) -> Verdict:
    name = str(path.relative_to(folder))
    expected = _expected_file(path)
    try:
        model = load_model(path)
        if model.program.refused:
            return Verdict(name, "refused", str(model.program.refused[0]))
        runs = simulate(model, backend=backend, allow_nan=True)
    except PolicyLabError as error:
        return Verdict(name, "cannot be read" if "cannot" in str(error) else "refused", str(error))
    if expected is None:
        return Verdict(name, "no expected output")
    wrong, compared = _compare(model, runs, expected)
    if not wrong:
        return Verdict(name, "agrees" if compared else "nothing to compare", f"{compared} variables")
    detail = "; ".join(wrong[:3])
    if judge:
        detail += f"  [{_judged(model, runs)}]"
    return Verdict(name, "differs", detail)


def _expected_file(path: Path) -> Path | None:
    if path.name == "model_to_generate_data.mdl":  # its output is not the one that is kept beside it
        return None
    stella = ["output_stella.csv", "output_stella1006.csv"] if path.suffix.lower() != ".mdl" else []
    for name in [*stella, "output.tab", "output.csv", "output_vensim63dp.csv", "output_vensimdss63dp.csv"]:
        if (path.parent / name).exists():
            return path.parent / name
    return None


def _compare(model: Model, runs: Runs, expected: Path) -> tuple[list[str], int]:
    """Variables that differ from the expected file, in words, and how many were compared."""
    text = expected.read_text(encoding="utf-8", errors="replace")
    delimiter = "\t" if expected.suffix == ".tab" or "\t" in text.split("\n")[0] else ","
    rows = [r for r in csv.reader(io.StringIO(text), delimiter=delimiter) if any(c.strip() for c in r)]
    header, body = rows[0], rows[1:]
    times = np.array([_number(r[0]) for r in body])
    spelled = {fold(n.replace(", ", ",").replace("\\n", " ")): n for n in runs.outputs}
    wrong, compared = [], 0
    for column, title in enumerate(header[1:], start=1):
        name = spelled.get(fold(title.replace(", ", ",").replace("\\n", " ")))
        printed = [r[column].strip() if column < len(r) else "" for r in body]
        series = np.array([_number(p) for p in printed])
        if name is None or np.isnan(series).all():
            continue
        compared += 1
        ours = runs.of(name)[0]
        problem = _difference(runs.time, ours, times, series, np.array([_last_digit(p) for p in printed]))
        if problem:
            wrong.append(f"{name}: {problem}")
    return wrong, compared


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _last_digit(text: str) -> float:
    """What one in the last printed digit is worth."""
    mantissa, _, exponent = text.lower().partition("e")
    return float(10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))) if "." in mantissa else 0.0


def _difference(time: Floats, ours: Floats, times: Floats, expected: Floats, digit: Floats) -> str:
    scale = np.nanmax(np.abs(expected))
    for at, value, last in zip(times, expected, digit, strict=True):
        if np.isnan(value) or np.isnan(at):
            continue
        nearest = int(np.argmin(np.abs(time - at)))
        if abs(time[nearest] - at) > 1e-6 * max(1.0, abs(at)):
            continue
        printed = last if last < 0.01 * abs(value) else 0.0
        if not abs(ours[nearest] - value) <= max(RELATIVE * abs(value), printed) + ABSOLUTE * scale + 1e-12:
            return f"{ours[nearest]:.8g} where {value:.8g} is expected at {at:g}"
    return ""


def _judged(model: Model, runs: Runs) -> str:
    names = [n for n in runs.outputs if n != "SAVEPER"]
    try:
        judge = simulate(model, outputs=names, backend="pysd", allow_nan=True)
    except PolicyLabError as error:
        return f"PySD: {error}"
    for name in names:
        ours, theirs = runs.of(name)[0], judge.of(name)[0]
        scale = np.nanmax(np.abs(theirs)) if not np.isnan(theirs).all() else 0
        if not np.allclose(ours, theirs, rtol=1e-9, atol=1e-9 * scale, equal_nan=True):
            at = int(np.argmax(~np.isclose(ours, theirs, rtol=1e-9, atol=1e-9 * scale, equal_nan=True)))
            return f"PySD has {name} = {theirs[at]:.8g}, we {ours[at]:.8g} at {judge.time[at]:g}"
    return "PySD says the same as we do"


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--backend", default="numpy")
    parser.add_argument("--judge", action="store_true")
    parser.add_argument("--table", type=Path)
    given = parser.parse_args(words)
    folder = given.folder
    lines = []
    for title, endings in (("Vensim", (".mdl",)), ("XMILE", XMILE)):
        paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in endings)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = [verdict(p, folder, given.backend, given.judge) for p in paths]
        counts = Counter(v.word for v in found)
        lines += [f"## {title}: {len(found)} files", "", ", ".join(f"{n} {w}" for w, n in counts.most_common()), "",
                  "| model | what became of it | detail |", "|---|---|---|"]  # fmt: skip
        lines += [f"| {v.model} | {v.word} | {v.detail.replace('|', '/')} |" for v in found]
        lines.append("")
        print(lines[-len(found) - 5], file=sys.stderr)
    text = "\n".join(lines)
    if given.table:
        given.table.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
