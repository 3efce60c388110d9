"""Writes ``docs/agreement.md``: how far engines are apart on the published model, from the results that are stored.

    python -m analysis.agreement_page

The scripts that make the results call it when they are done: ``engine_agreement``, ``mixes_against_pysd``,
``mixes_between_engines`` and ``single_precision``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from analysis.results_folder import DEFAULT_MODEL, RESULTS

PAGE = Path(__file__).parent.parent / "docs" / "agreement.md"
ENGINES = {"compiled": "ours, compiled", "numpy": "ours, NumPy", "pysd": "PySD", "pysimlin": "pysimlin"}
#: A variable counts as the same below this: some thousand roundings of a double.
SAME = 1e-12

Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """A stored table, every cell as it is written."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(results: Path = RESULTS) -> str:
    """The whole page; a result that is not there has no section."""
    parts = (
        (three_engines, "engine_agreement/agreement.csv"),
        (mixes_by_pysd, "mixes_against_pysd/mixes.csv"),
        (mixes_between_engines, "mixes_between_engines/mixes.csv"),
        (single_precision, "single_precision/edges.csv"),
    )
    sections = [make(results / name) for make, name in parts if (results / name).exists()]
    return (
        "\n".join(["# Do the engines agree?", "", *_OPENING.splitlines(), "", *"\n\n".join(sections).splitlines()])
        + "\n"
    )


def write() -> None:
    """Put the page in its place."""
    PAGE.write_text(page(), encoding="utf-8")


def three_engines(path: Path) -> str:
    """Every world of the model, every pair of engines."""
    rows = read_rows(path)
    pairs = list(dict.fromkeys((r["one"], r["other"]) for r in rows))
    places = list(dict.fromkeys(r["world"] for r in rows))
    worst = _worst(rows, "apart")
    found = {(r["one"], r["other"], r["world"]): r for r in rows}
    heads = [f"{ENGINES[one]} and {ENGINES[other]}" for one, other in pairs]
    lines = [
        "## Every world, three engines", "", _THREE.format(worlds=len(places), model=DEFAULT_MODEL), "",
        f"The worst of all: {_power(worst['apart'])} of its size, `{worst['variable']}` in {worst['year']} of "
        f"`{worst['world']}`, {ENGINES[worst['one']]} against {ENGINES[worst['other']]}.", "",
        "| engines | variables | beyond 1e-12 in any world, at most | worst | where |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for pair, head in zip(pairs, heads, strict=True):
        own = [r for r in rows if (r["one"], r["other"]) == pair]
        top = _worst(own, "apart")
        lines.append(
            f"| {head} | {min(int(r['variables']) for r in own)} | {max(int(r['beyond']) for r in own)} "
            f"| {_power(top['apart'])} | `{top['variable']}`, {top['year']}, `{top['world']}` |"
        )
    lines += ["", "Worst in each world:", "", f"| world | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for world in places:
        figures = " | ".join(_power(found[(*pair, world)]["apart"]) for pair in pairs)
        lines.append(f"| `{world}` | {figures} |")
    return "\n".join([*lines, "", _CANCELLATION])


def mixes_by_pysd(path: Path) -> str:
    """Random mixes of levers, each run by PySD."""
    rows = read_rows(path)
    from_ = json.loads((path.parent / "made_from.json").read_text(encoding="utf-8"))
    compiled, numpy = _worst(rows, "compiled"), _worst(rows, "numpy")
    lines = [
        "## Random mixes of levers against PySD itself", "",
        _MIXES.format(mixes=len(rows), pysd=from_["pysd"], seed=from_["seed"], model=from_["model"][:16],
                      variables=rows[0]["variables"]), "",
        f"Worst of all mixes and variables: compiled {_power(compiled['compiled'])} "
        f"(`{compiled['compiled_variable']}`, mix {compiled['mix']}), NumPy {_power(numpy['numpy'])} "
        f"(`{numpy['numpy_variable']}`, mix {numpy['mix']}).", "",
        "| mix | world | compiled, worst | variable, year | NumPy, worst | variable, year |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for r in rows:
        worst = [f"{_power(r[e])} | `{r[f'{e}_variable']}`, {r[f'{e}_year']}" for e in ("compiled", "numpy")]
        lines.append(f"| {r['mix']} | `{r['world']}` | {' | '.join(worst)} |")
    return "\n".join(lines)


def mixes_between_engines(path: Path) -> str:
    """Levers at their ends and many random mixes, compiled against NumPy."""
    rows = read_rows(path)
    lines = ["## Levers at their ends and a thousand mixes, compiled against NumPy", "", _ENDS, "",
             "| runs of | runs | variables | worst | variable, year | run |", "|---|---|---|---|---|---|"]  # fmt: skip
    for r in rows:
        lines.append(
            f"| {r['what']} | {r['runs']} | {r['variables']} | {_power(r['apart'])} | `{r['variable']}`, {r['year']} "
            f"| {r['run']} |"
        )
    return "\n".join(lines)


def single_precision(path: Path) -> str:
    """Bands in single precision against double, in every world and in mixes."""
    rows = read_rows(path)
    lines = ["## Bands in single precision", "", _SINGLE, "",
             "| at worst over outcomes and years | worlds | mixes |", "|---|---|---|"]  # fmt: skip
    of = {kind: [r for r in rows if r["what"].startswith(kind)] for kind in ("world", "mix")}
    for label, column in (
        ("a run, as a share of the outcome's range", "run"),
        ("an edge of a band, in its own standard errors", "edge"),
        ("an end of a range of changes, in its own standard errors", "end"),
    ):
        told = [_worst(own, column) for own in of.values()]
        figures = [f"{_power(r[column])} ({r['what']})" for r in told]
        lines.append(f"| {label} | {' | '.join(figures)} |")
    return "\n".join([*lines, "", f"Worlds: {len(of['world'])}, mixes: {len(of['mix'])}."])


def _worst(rows: Sequence[Row], column: str) -> Row:
    return max(rows, key=lambda r: float(r[column]))


def _power(cell: str) -> str:
    number = float(cell)
    return f"{number:.1e}" if number else "0"


_OPENING = """Made by `python -m analysis.agreement_page` from the tables under `analysis/results/`. A difference is
measured against the largest size that the variable has had so far in that run, so that what is left when two large
numbers cancel, or a variable that passes through zero, is judged by the numbers it was made of; 1e-12 of it is some
thousand roundings of a double. The bound that the tests hold is 1e-9.

What else is held against something outside of this code, and the command that does it again:

- tiny models of one construct each, against PySD and many of them against Vensim: `pytest tests/test_every_backend.py`;
- random models against PySD: `POLICY_LAB_RANDOM_MODELS=125 pytest tests/test_random_models.py` (3,000 equations);
- public test models against the output kept beside them: [test-models.md](test-models.md);
- WORLD3-03 and others against runs that Vensim stored: [vensim-runs.md](vensim-runs.md);
- five thousand variables, compiled against NumPy: `pytest -m deep tests/test_large_models.py`;
- WebAssembly against the native code, every construct and world: `pytest tests/test_wasm.py`; what bands are made of,
  in single precision: `pytest tests/test_wasm_single.py`."""

_THREE = """Made by `python -m analysis.engine_agreement`. The {worlds} worlds of `{model}`, each run by our
engine (compiled, and batched NumPy), by PySD and by pysimlin, which reads the model file with a parser of its own and
shares no code with PySD or with us. Every variable that two engines both report is compared once a year."""

_CANCELLATION = """What is furthest apart are differences of nearly equal numbers. `institution decay` and the layoffs
are smoothed forms of MAX(0, -gap), `SQRT(gap^2 + width^2) - gap`: where the gap is large, next to nothing is left of
two large numbers but their rounding, in every engine alike. How far PySD and pysimlin are apart shows what
can be asked of any engine. pysimlin does not report the time settings, which are therefore not among its variables."""

_MIXES = """Made by `python -m analysis.mixes_against_pysd`, on request: PySD takes minutes for each run. {mixes}
mixes: a world drawn at random, and every lever uniformly from its range, with its start year and its ramp from theirs
(seed {seed}, each mix from its own number, `analysis/random_mixes.py`). PySD {pysd} ran each of them to the end; all
{variables} variables are compared once a year. The model is the one whose equations have the hash `{model}`. PySD was
run with two short cuts around xarray (`analysis/quick_pysd.py`); mix 0 was run by PySD as shipped as well, and every
number of it has the same bits."""

_ENDS = """Made by `python -m analysis.mixes_between_engines`: in every world each lever at its minimum and at its
maximum, in force from the first year it can be, and a thousand mixes drawn as above. Every variable, once a year."""


_SINGLE = """Made by `python -m analysis.single_precision`. The bands and ranges on Explore, and nothing else,
are of runs in single precision. The page's first 200 members ran in single and in double precision, in every world and
in random mixes of levers drawn as above; every outcome, once a year. What moves an edge is set against what 200 members
leave open about it: the standard error of that edge by bootstrap (200 resamples), or a ten-thousandth of the outcome's
range where members hardly differ."""


if __name__ == "__main__":
    write()
