"""How many models of a folder of test models agree with their expected output, and what becomes of the others.

    python -m tests.deep.external_models FOLDER [--backend NAME] [--judge] [--table docs/test-models.md]

FOLDER is a checkout of SDXorg/test-models, kept outside this repository. Every ``.mdl`` and every XMILE file in it
gets one line: agrees, differs, falls back to PySD (and what that gives), refused, cannot be read, or has no expected
output. With ``--judge`` a model that differs is also run by PySD, and once more in single precision, as older Vensim
computed. Leaves with status 1 where a model differs and nothing that it says or shows accounts for it.
"""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis import documents
from policy_lab.errors import PolicyLabError
from policy_lab.model import Model, load_model
from policy_lab.program import Program, names_in
from policy_lab.report.templating import Context
from policy_lab.runs import Runs
from policy_lab.simulation import simulate
from tests.deep.expected_output import differences, expected_file
from tests.deep.single_precision import in_single_precision

XMILE = (".xmile", ".stmx", ".xml")
KINDS = {"Vensim": (".mdl",), "XMILE": XMILE}


@dataclass(frozen=True)
class Verdict:
    """What became of one model."""

    model: str
    word: str
    detail: str = ""


def verdict(path: Path, folder: Path, backend: str, judge: bool) -> Verdict:
    """One model: read, run, compared with the expected output that stands beside it."""
    name = str(path.relative_to(folder))
    expected = expected_file(path)
    try:
        model = load_model(path)
    except PolicyLabError as error:
        return Verdict(name, "cannot be read" if "cannot be read" in str(error) else "refused", str(error))
    refusal = str(model.program.refused[0]) if model.program.refused else ""
    try:
        runs = simulate(model, backend="auto" if refusal else backend, allow_nan=True)
    except PolicyLabError as error:
        return Verdict(name, "refused", f"{refusal} {error}".strip())
    if expected is None:
        return Verdict(name, f"{'falls back, ' * bool(refusal)}no expected output", refusal)
    wrong, compared = differences(runs, expected)
    if refusal:
        return _fallen_back(name, refusal, wrong, compared)
    if not wrong:
        return Verdict(name, "agrees" if compared else "nothing to compare", f"{compared} variables")
    return _explained(name, model, runs, wrong, expected, judge)


def _fallen_back(name: str, refusal: str, wrong: Mapping[str, str], compared: int) -> Verdict:
    """PySD ran it, announced; whether that gives what is expected is PySD's affair, and is told."""
    if not compared:
        return Verdict(name, "falls back, nothing to compare", refusal)
    if "RANDOM" in refusal and wrong:
        return Verdict(name, "falls back, differs by chance", refusal)
    told = f"{refusal} {_in_words(wrong)}" if wrong else refusal
    return Verdict(name, f"falls back, {'differs' if wrong else 'agrees'}", told)


def _explained(
    name: str, model: Model, runs: Runs, wrong: Mapping[str, str], expected: Path, judge: bool
) -> Verdict:  # fmt: skip
    detail, word = _in_words(wrong), "differs"
    notes = announced(model.program, wrong)
    if notes:
        word, detail = "differs as announced", f"{detail}. Announced: {' '.join(notes)}"
    elif not differences(in_single_precision(model), expected)[0]:
        word, detail = "differs by single precision", f"{detail}; the same equations in single precision agree"
    return Verdict(name, word, f"{detail} [{_judged(model, runs)}]" if judge else detail)


def _in_words(wrong: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {problem}" for name, problem in list(wrong.items())[:3])


def announced(program: Program, wrong: Iterable[str]) -> list[str]:
    """Notes about what these variables depend on; none unless there is one for each of them."""
    method = [note for note in program.notes if "a run is by rk4" in note]
    if method:  # the expected output is Euler's, although the file asks for this
        return method
    found: dict[str, None] = {}
    for name in wrong:
        above = _depends_on(program, name)
        own = [note for note in program.notes if above & set(re.findall(r"'([^']+)' \(line", note))]
        if not own:
            return []
        found.update(dict.fromkeys(own))
    return list(found)


def _depends_on(program: Program, name: str) -> set[str]:
    seen: set[str] = set()
    pending = [name]
    while pending:
        equation = program.equations.get(pending.pop())
        if equation is not None and equation.name not in seen:
            seen.add(equation.name)
            pending += [n for e in (equation.expression, equation.initial) if e is not None for n in names_in(e)]
    return seen


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


@dataclass(frozen=True)
class Kind:
    """The models of one kind of file, and how many of them became what, most first."""

    name: str
    verdicts: Sequence[Verdict]
    counts: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class PublicModels(Context, template="test_models.md.j2", folder=documents.TEMPLATES):
    """``docs/test-models.md``."""

    backend: str
    kinds: Sequence[Kind]


def page(found: Mapping[str, Sequence[Verdict]], backend: str) -> str:
    """``docs/test-models.md``."""
    kinds = [Kind(name, verdicts, Counter(v.word for v in verdicts).most_common()) for name, verdicts in found.items()]
    return documents.text(PublicModels("default" if backend == "auto" else backend, kinds))


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--judge", action="store_true")
    parser.add_argument("--table", type=Path)
    given = parser.parse_args(words)
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is no folder: check out SDXorg/test-models and name it here.")
    found: dict[str, list[Verdict]] = {}
    for kind, endings in KINDS.items():
        paths = sorted(p for p in given.folder.rglob("*") if p.suffix.lower() in endings)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found[kind] = [verdict(p, given.folder, given.backend, given.judge) for p in paths]
        counts = Counter(v.word for v in found[kind])
        print(f"{kind}: " + ", ".join(f"{n} {w}" for w, n in counts.most_common()), file=sys.stderr)
    if given.table:
        given.table.write_text(page(found, given.backend), encoding="utf-8")
    else:
        print(page(found, given.backend), end="")
    silent = [v.model for verdicts in found.values() for v in verdicts if v.word == "differs"]
    if silent:
        print(f"Nothing accounts for the difference of {', '.join(silent)}.", file=sys.stderr)
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
