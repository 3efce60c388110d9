"""The twelve tests of a model, each as far as a program can make it (Sterman 2000, *Business Dynamics*, ch. 21).

``analysis/is_the_model_sound.py`` writes them to ``analysis/results/validation/<model>.json``::

    {"model": "big_science",
     "hash": "<SHA-256 of the model file's equations>",
     "tests": [
        {"key": "units",                          one of KEYS, always all twelve in this order
         "title": "Units",                        a heading
         "question": "Does every equation …?",    what is asked
         "verdict": "holds",                      holds | partly | fails | reported | not yet
         "summary": "877 equations: …",           one or two sentences, plain text
         "columns": ["kind", "equations"],        header of a table; [] where there is none
         "rows": [["units differ", 0], …],        as many cells as columns; text, number or null
         "notes": ["…", …]}                       further sentences, plain text
     ]}

*reported* is for what only a reader can judge (the boundary, what was learned). A test that fails says so; the app
and ``docs/validation/`` show this file as it is.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from policy_lab.checks.fit import fit
from policy_lab.checks.judging import run_worlds
from policy_lab.checks.predicates import World
from policy_lab.checks.structure import sources_of
from policy_lab.checks.whole import Report
from policy_lab.ensemble.history import Series, read_history
from policy_lab.model import Model
from policy_lab.runs import Floats
from policy_lab.simulate import simulate
from policy_lab.statements import Document

KEYS = ("boundary", "structure", "units", "parameters", "extremes", "integration", "behaviour", "anomaly", "family",
        "surprises", "sensitivity", "learning")  # fmt: skip
#: The largest share of an outcome's range that half the step may move it by.
STEP_LIMIT = 0.005
#: The error that counts as reproducing a series, mean absolute error over the mean of the figures.
FIT_LIMIT = 0.2
#: A conclusion that holds in more than this share of futures, or in less than one minus it, is settled by the ranges.
SETTLED = 0.9
#: A cut loop counts where it moves its outcome by this share.
LOOP_MOVES = 0.005

Cell = str | float | int | None


@dataclass
class Test:
    """One of the twelve; see the module's text for what its fields hold."""

    __test__ = False  # no test of pytest's

    key: str
    title: str
    question: str
    verdict: str
    summary: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def twelve_tests(model: Model, document: Document, report: Report, loops: Sequence[dict[str, str]],
                 claims: Path | None = None) -> list[Test]:  # fmt: skip
    """All twelve, in the order of ``KEYS``.

    Args:
        model: with its folder.
        document: its equations as written.
        report: from ``check_model``.
        loops: rows of its ``loops.csv``.
        claims: table that ``analysis/do_the_claims_hold.py`` wrote, if there is one.
    """
    readme = _sections(model.folder / "README.md") if model.folder else {}
    stated = _claims(claims)
    return [
        boundary(model, readme), structure(report), units(report), parameters(model, document),
        extremes(model, report), integration(model), behaviour(model), anomaly(model, loops), family(model),
        surprises(readme), sensitivity(stated), learning(readme),
    ]  # fmt: skip


# ---- what a reader judges ------------------------------------------------------------------------------------------


def boundary(model: Model, readme: dict[str, str]) -> Test:
    """What is inside the model, given from outside, left out."""
    columns, rows = _markdown_table(next((t for h, t in readme.items() if h.startswith("Boundary")), ""))
    program = model.program
    auxiliaries = sum(e.kind == "auxiliary" and not e.hidden for e in program.equations.values())
    summary = (
        f"{sum(not program.equations[n].hidden for n in program.stocks)} stocks and "
        f"{auxiliaries} auxiliaries are worked out; "
        f"{len(model.levers)} levers, {len(model.uncertainties)} uncertain parameters and "
        f"{len(program.constants) - len(model.levers) - len(model.uncertainties)} other constants are given."
    )
    return Test("boundary", "Boundary", "Is what matters for the purpose inside the model?", "reported", summary,
                list(columns), [list(r) for r in rows])  # fmt: skip


def surprises(readme: dict[str, str]) -> Test:
    """What the model said that its makers had not expected."""
    listed = _bullets(next((t for h, t in readme.items() if h.startswith("Surprises")), ""))
    return Test("surprises", "Surprises", "Has the model shown what nobody expected, and was it tested again?",
                "reported", f"{len(listed)} are listed with the model, each with what became of it.",
                notes=listed)  # fmt: skip


def learning(readme: dict[str, str]) -> Test:
    """What use has taught: the list of what is wrong."""
    listed = _bullets(next((t for h, t in readme.items() if h.startswith("What is wrong")), ""))
    summary = f"{len(listed)} weaknesses are named by its makers, in the model's README."
    return Test("learning", "What use has taught us", "Did the model help to understand or improve the system?",
                "reported", summary, notes=listed)  # fmt: skip


def family(model: Model) -> Test:
    """Other members of the family: cases of the same kind on the same equations."""
    cases = sorted((model.folder / "precedents").glob("*.toml")) if model.folder else []
    if cases:
        told = f"{len(cases)} cases are written down ({', '.join(c.stem for c in cases)}); none is run here yet."
    else:
        told = "No other case has been run on these equations: the model has no folder precedents/."
    return Test("family", "Family members", "Do the same equations fit other cases of the kind?", "not yet", told)


# ---- the equations -------------------------------------------------------------------------------------------------


def structure(report: Report) -> Test:
    """Nothing dangling, outflows controlled, people and money conserved."""
    about_units = {"units differ", "conversion missing", "not a pure number", "exponent", "unit cannot be read",
                   "no unit", "number without unit", "not checked"}  # fmt: skip
    found = [f for f in report.findings if f.kind not in about_units]
    accounts = [v for v in report.verdicts if v.check.test in ("account", "sums_to")]
    broken = [v for v in accounts if not v.passed]
    bad = [f for f in found if f.severity == "error"]
    verdict = "fails" if bad or broken else "partly" if found else "holds"
    controlled = "no" if not any(f.kind == "outflow without control" for f in found) else "some"
    summary = (
        f"{len(accounts) - len(broken)} of {len(accounts)} accounts of people and money balance to a part in a "
        f"billion; {controlled} outflow runs on when its stock is empty; {len(bad)} errors, {len(found) - len(bad)} "
        "warnings."
    )
    rows: list[list[Cell]] = [[f.severity, f.kind, f.words] for f in found]
    rows += [[v.status, "account", f"{v.check.says}: {v.words}"] for v in accounts]
    return Test("structure", "Structure", "Are the equations whole, controlled and conserving?", verdict, summary,
                ["", "kind", "what"], rows)  # fmt: skip


def units(report: Report) -> Test:
    """Dimensional consistency."""
    kinds = ("units differ", "conversion missing", "not a pure number", "exponent", "unit cannot be read", "no unit",
             "number without unit", "not checked")  # fmt: skip
    found = Counter(f.kind for f in report.findings if f.kind in kinds)
    errors = sum(f.kind in kinds and f.severity == "error" for f in report.findings)
    verdict = "fails" if errors else "partly" if found else "holds"
    summary = f"{report.equations} equations: {errors} contradict their units, {sum(found.values()) - errors} warnings."
    return Test("units", "Units", "Does every equation balance, without factors that mean nothing?", verdict, summary,
                ["kind", "equations"], [[kind, found[kind]] for kind in kinds],
                [f.words for f in report.findings if f.kind in kinds][:40])  # fmt: skip


def parameters(model: Model, document: Document) -> Test:
    """Every constant with unit, range, source and grade."""
    cited = sources_of(document)
    constants = {s.name: s for s in document.statements if s.kind == "constant"}
    graded = [next((model.sources[k].grade for k in cited[n] if k in model.sources), "") for n in constants]
    having = {
        "unit": sum(bool(s.unit) for s in constants.values()),
        "range": sum(None not in s.limits for s in constants.values()),
        "source": sum(bool(cited[n]) for n in constants),
        "grade": sum(map(bool, graded)),
    }
    whole = all(count == len(constants) for count in having.values())
    grades = Counter(graded)
    judged = grades["J"] / max(1, len(constants))
    summary = (
        f"{len(constants)} constants (arrays counted once): " + ", ".join(f"{n} with {k}" for k, n in having.items())
        + f". {judged:.0%} rest on judgement (grade J)."
    )  # fmt: skip
    rows: list[list[Cell]] = [[k, n, n / max(1, len(constants))] for k, n in having.items()]
    rows += [[f"grade {g or 'none'}", n, n / max(1, len(constants))] for g, n in sorted(grades.items())]
    return Test("parameters", "Parameters", "Has every constant a unit, a range, a source and a grade?",
                "holds" if whole else "fails", summary, ["what", "constants", "share"], rows)  # fmt: skip


# ---- runs ----------------------------------------------------------------------------------------------------------


def extremes(model: Model, report: Report) -> Test:
    """Every constant at either end of its range, in every world."""
    program = model.program
    stocks = [n for n in program.stocks if not program.equations[n].hidden]
    names = [n for n in program.constants if None not in program.equations[n].limits]
    rows: list[list[Cell]] = []
    failed_runs = negative = 0
    for key in [*model.scenarios] or [""]:
        base = {**program.constants, **model.constants_of(key or None)}
        values = {n: np.full(2 * len(names), base[n]) for n in names}
        for i, n in enumerate(names):
            values[n][2 * i], values[n][2 * i + 1] = program.equations[n].limits
        runs = simulate(model, values, outputs=stocks, allow_nan=True)
        broken = int((~np.isfinite(runs.values).all(axis=(1, 2))).sum())
        starts = runs.values[:, 0, :].min(axis=0)
        below = [s for s, start in zip(stocks, starts, strict=True) if start >= 0 and np.nanmin(runs.of(s)) < -1e-9]
        failed_runs, negative = failed_runs + broken, negative + len(below)
        rows.append([key or model.name, len(runs), broken, ", ".join(below) or "none"])
    told = [v for v in report.verdicts if v.check.derived == "logic"]
    broken_checks = [v for v in told if not v.passed]
    verdict = "fails" if failed_runs or negative or broken_checks else "holds"
    summary = (
        f"{len(names)} constants at either end of their range in {len(rows)} worlds: {failed_runs} runs fail, "
        f"{negative} stocks go below zero. {len(told) - len(broken_checks)} of {len(told)} predicates that follow "
        "from logic hold."
    )
    return Test("extremes", "Extreme conditions", "Does it stay sane when inputs are extreme?", verdict, summary,
                ["world", "runs", "not a number", "stocks below zero"], rows,
                [f"{v.status}: {v.check.says}: {v.words}" for v in broken_checks])  # fmt: skip


def integration(model: Model) -> Test:
    """Half the step, and fourth-order Runge-Kutta."""
    worlds = [World(key) for key in model.scenarios] or [World("")]
    names = list(model.outcomes)
    plain, half = (run_worlds(model, worlds, names, halved=h).runs.values for h in (False, True))
    higher = run_worlds(model, worlds, names, integration="rk4").runs.values
    span = np.ptp(plain.reshape(-1, len(names)), axis=0)
    span[span == 0] = 1.0
    moved = [np.abs(other - plain).max(axis=(0, 1)) / span for other in (half, higher)]
    rows: list[list[Cell]] = [[n, float(moved[0][i]), float(moved[1][i])] for i, n in enumerate(names)]
    rows.sort(key=lambda r: -float(r[1] or 0))
    worst = float(moved[0].max())
    summary = (
        f"Half the step moves no outcome by more than {worst:.2%} of its range over {len(worlds)} worlds (limit "
        f"{STEP_LIMIT:.1%}); fourth-order Runge-Kutta by {float(moved[1].max()):.2%} at most."
    )
    return Test("integration", "Integration error", "Do results depend on the step or the method?",
                "holds" if worst <= STEP_LIMIT else "fails", summary,
                ["outcome", "half the step", "Runge-Kutta"], rows)  # fmt: skip


def behaviour(model: Model) -> Test:
    """The past: every series against its figures."""
    history = read_history(model)
    world = next(iter(model.scenarios), None)
    runs = simulate(model, scenario=world, outputs=tuple(dict.fromkeys(s.variable for s in history)))
    rows: list[list[Cell]] = []
    close = 0
    for series in history:
        modelled = np.interp(series.year, runs.time, runs.of(series.variable)[0])
        found = fit(series.value, modelled)
        close += int(found.mean_error <= FIT_LIMIT)
        rows.append([series.name, series.variable, len(series.value), _number(found.mean_error), _number(found.r2),
                     _number(found.bias), _number(found.variance), _number(found.covariance),
                     _within(series, modelled), series.grade])  # fmt: skip
    several = sum(len(s.value) >= 3 for s in history)
    summary = (
        f"{close} of {len(history)} series within {FIT_LIMIT:.0%} mean error, in {world or model.name}; only {several} "
        "have three figures or more, so that a pattern can be compared at all."
    )
    verdict = "holds" if close == len(history) else "partly" if close else "fails"
    columns = ["series", "variable", "figures", "mean error", "R²", "bias", "variance", "covariance",
               "within its range", "grade"]  # fmt: skip
    notes = [f"{r[0]}: {float(r[3]):.0%} mean error." for r in rows if isinstance(r[3], float) and r[3] > FIT_LIMIT]
    return Test(
        "behaviour", "Behaviour reproduction", "Does it repeat the past?", verdict, summary, columns, rows, notes
    )


def anomaly(model: Model, loops: Sequence[dict[str, str]]) -> Test:
    """Each named loop cut: does behaviour change, and in the direction that its row claims?"""
    worlds = [w for r in loops for w in (World(r["world"]), World(r["world"], ((model.constant(r["switch"]), 0.0),)))]
    names = list(dict.fromkeys([*(model.find(r["outcome"]) for r in loops), *model.outcomes]))
    if not loops:
        return Test("anomaly", "Loops cut", "What changes when a loop is cut?", "not yet", "No loop is named.")
    batch = run_worlds(model, worlds, names)
    every = run_worlds(model, [World(k) for k in model.scenarios] or [World("")], model.outcomes).runs.values
    span = np.ptp(every.reshape(-1, every.shape[2]), axis=0)
    span[span == 0] = 1.0
    rows: list[list[Cell]] = []
    as_said = 0
    for row, whole, cut in zip(loops, worlds[::2], worlds[1::2], strict=True):
        at = int(np.abs(batch.runs.time - float(row["year"])).argmin())
        outcome = model.find(row["outcome"])
        before, after = (float(batch.of(w, outcome)[at]) for w in (whole, cut))
        change = (after - before) / max(abs(before), 1e-12)
        right = abs(change) > LOOP_MOVES and ("higher" if change > 0 else "lower") == row["when_cut"]
        as_said += int(right)
        moved = np.array([np.abs(batch.of(whole, n) - batch.of(cut, n)).max() for n in model.outcomes]) / span
        rows.append([row["name"], row["kind"], row["world"], f"{outcome}, {row['year']}", change, row["when_cut"],
                     "as said" if right else "not as said", int((moved > 0.05).sum())])  # fmt: skip
    summary = f"{as_said} of {len(loops)} named loops, when cut, change behaviour in the direction that is claimed."
    columns = ["loop", "kind", "world", "outcome", "change when cut", "claimed", "", "outcomes moved by 5 %"]
    return Test("anomaly", "Loops cut", "What goes wrong when a loop is cut?",
                "holds" if as_said == len(loops) else "fails", summary, columns, rows)  # fmt: skip


def sensitivity(stated: Sequence[dict[str, str]]) -> Test:
    """Do conclusions change inside the ranges of what is uncertain?"""
    question = "Do conclusions flip inside the ranges of the uncertain parameters?"
    if not stated:
        return Test("sensitivity", "Sensitivity of conclusions", question, "not yet", "No conclusion has been tried.")
    rows: list[list[Cell]] = []
    for row in stated:
        share = float(row["share of futures"])
        told = "holds" if share >= SETTLED else "does not hold" if share <= 1 - SETTLED else "depends on the ranges"
        rows.append([row["claim"], share, float(row["p05"]), float(row["median"]), float(row["p95"]), told])
    open_ones = [r for r in rows if r[-1] == "depends on the ranges"]
    summary = (
        f"{len(rows) - len(open_ones)} of {len(rows)} statements come out the same in nine of ten futures; "
        f"{len(open_ones)} depend on what nobody knows."
    )
    return Test("sensitivity", "Sensitivity of conclusions", question, "holds" if not open_ones else "partly", summary,
                ["statement", "share of futures", "5 %", "median", "95 %", ""], rows)  # fmt: skip


# ---- reading -------------------------------------------------------------------------------------------------------


def _within(series: Series, modelled: Floats) -> str:
    ranged = np.isfinite(series.low) & np.isfinite(series.high)
    inside = (modelled >= series.low) & (modelled <= series.high) & ranged
    return f"{inside.sum()} of {ranged.sum()}" if ranged.any() else ""


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _claims(path: Path | None) -> list[dict[str, str]]:
    if path is None or not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _sections(path: Path) -> dict[str, str]:
    """Second-level headings of a Markdown file to the text below them."""
    if not path.is_file():
        return {}
    parts = re.split(r"^## +(.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {heading.strip(): text for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def _markdown_table(text: str) -> tuple[list[str], list[list[str]]]:
    """The first table of a text."""
    lines = [line.strip().strip("|") for line in text.splitlines() if line.strip().startswith("|")]
    cells = [[_bare(c) for c in line.split("|")] for line in lines if not set(line) <= set("-| :")]
    return (cells[0], cells[1:]) if cells else ([], [])


def _bullets(text: str) -> list[str]:
    """The entries of a list, ``*``, ``-`` or numbered, each on one line."""
    found = re.findall(r"^(?:[*-]|\d+\.) +(.+(?:\n(?!(?:[*-]|\d+\.) |\n).+)*)", text, flags=re.MULTILINE)
    return [_bare(" ".join(entry.split())) for entry in found]


def _bare(text: str) -> str:
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", re.sub(r"[*`]+", "", text)).strip()


def as_data(model: Model, tests: Iterable[Test]) -> dict[str, Any]:
    """What the JSON file holds."""
    return {"model": model.name, "hash": model.hash, "tests": [dict(vars(t)) for t in tests]}
