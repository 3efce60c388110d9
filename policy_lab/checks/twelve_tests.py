"""The twelve tests of a model, each as far as a program can make it (Sterman 2000, *Business Dynamics*, ch. 21).

``policy-lab check`` makes them, and ``analysis/validation.py`` writes them to
``analysis/results/validation/<model>.json``::

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
import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from policy_lab import paths
from policy_lab.checks.fit import fit
from policy_lab.checks.run_checks import Report
from policy_lab.checks.structure import sources_of
from policy_lab.checks.verdicts import run_worlds
from policy_lab.model import Model
from policy_lab.model.cases import case_keys
from policy_lab.model.checks import World
from policy_lab.model.history import Series, has_history
from policy_lab.model.loops import loop_rows
from policy_lab.program import Program, names_in
from policy_lab.readers import document_of
from policy_lab.runs import Floats
from policy_lab.simulate import simulate
from policy_lab.statements import Document

KEYS = ("boundary", "structure", "units", "parameters", "extremes", "integration", "behaviour", "anomaly", "family",
        "surprises", "sensitivity", "learning")  # fmt: skip
#: The largest share of an outcome's range that half the step may move it by.
STEP_LIMIT = 0.005
#: The error that counts as reproducing a series, mean absolute error over the mean of the figures.
FIT_LIMIT = 0.2
#: The error in yearly spending up to which a historical case counts as described.
CASE_LIMIT = 0.3
#: A conclusion that holds in this share of futures at least, or in the other at most, is settled by the ranges.
SETTLED, AGAINST = 0.9, 0.1
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


def twelve_tests(model: Model, report: Report) -> list[Test]:
    """All twelve, in the order of ``KEYS``.

    Conclusions and precedents take hours, or data; what is stored of them (``places.results_folder``) is taken, for
    the models that come with us.

    Args:
        model: with its folder.
        report: from ``check_model``.
    """
    document = document_of(model.path)
    ours = model.folder is not None and model.folder.parent == paths.models_folder().resolve()
    stored = paths.results_folder() if ours else None
    return [
        boundary(model), structure(report), units(report), parameters(model, document),
        extremes(model, report), integration(model), behaviour(model), anomaly(model), family(model),
        surprises(model), sensitivity(model, stored), learning(model),
    ]  # fmt: skip


# ---- what a reader judges ------------------------------------------------------------------------------------------


def boundary(model: Model) -> Test:
    """What is inside the model, given from outside, left out."""
    columns, rows = model.readme.table("Boundary")
    program = model.program
    auxiliaries = sum(e.kind == "auxiliary" and not e.hidden for e in program.equations.values())
    summary = (
        f"{sum(not program.equations[n].hidden for n in program.stocks)} stocks and "
        f"{auxiliaries} auxiliaries are worked out; "
        f"{len(model.levers)} levers, {len(model.uncertainties)} uncertain parameters and "
        f"{len(program.constants) - len(model.levers) - len(model.uncertainties)} other constants are given. "
        f"{_in_feedback(program):.0%} of what is worked out hangs together in one web of feedback."
    )
    return Test("boundary", "Boundary", "Is what matters for the purpose inside the model?", "reported", summary,
                list(columns), [list(r) for r in rows])  # fmt: skip


def _in_feedback(program: Program) -> float:
    """The share of stocks and auxiliaries that act on each other in a circle: the largest such set."""
    number = {n: i for i, (n, e) in enumerate(program.equations.items()) if e.kind in ("stock", "auxiliary")}
    edges = [
        (number[used], place)
        for name, place in number.items()
        if (expression := program.equations[name].expression) is not None
        for used in names_in(expression)
        if used in number
    ]
    if not edges:
        return 0.0
    rows, columns = zip(*edges, strict=True)
    size = len(program.equations)
    _, label = connected_components(
        coo_array((np.ones(len(edges)), (rows, columns)), shape=(size, size)), connection="strong"
    )
    return float(np.bincount(label[list(number.values())]).max()) / len(number)


def surprises(model: Model) -> Test:
    """What the model said that its makers had not expected."""
    listed = model.readme.bullets("Surprises")
    return Test("surprises", "Surprises", "Has the model shown what nobody expected, and was it tested again?",
                "reported", f"{len(listed)} are listed with the model, each with what became of it.",
                notes=listed)  # fmt: skip


def learning(model: Model) -> Test:
    """What use has taught: what was changed because of it, and the list of what is wrong."""
    learned, wrong = (model.readme.bullets(heading) for heading in ("What use has taught us", "What is wrong"))
    summary = (
        f"{len(learned)} lessons changed the model; {len(wrong)} weaknesses are named by its makers, in its README."
    )
    rows: list[list[Cell]] = [["lesson", words] for words in learned]
    rows += [["weakness", words] for words in wrong]
    return Test("learning", "What use has taught us", "Did the model help to understand or improve the system?",
                "reported", summary, ["", "what"] if rows else [], rows)  # fmt: skip


def family(model: Model) -> Test:
    """Other members of the family: historical cases on the same equations, as ``cases/results.json`` has them."""
    title, question = "Family members", "Do the same equations fit other cases of the kind?"
    stored = model.case_results
    if stored is None:
        keys = case_keys(model)
        told = f"{len(keys)} cases are written down ({', '.join(keys)}); none is run here yet." if keys else (
            "No other case has been run on these equations: the model has no folder cases/.")  # fmt: skip
        return Test("family", title, question, "not yet", told)
    if stored["hash"] != model.hash:
        return Test("family", title, question, "not yet", "The stored results are of another version of the equations.")
    cases = stored["cases"]
    right = sum(case["outcome"]["right"] for case in cases)
    aside = [case for case in cases if case["held_out"]]
    good = [e for case in cases if (e := case["errors"].get("spending_good")) is not None]
    aside_right, described = sum(case["outcome"]["right"] for case in aside), sum(e <= CASE_LIMIT for e in good)
    summary = (
        f"{right} of {len(cases)} cases end as they did, of those set aside before any fitting {aside_right} of "
        f"{len(aside)}; yearly spending within {CASE_LIMIT:.0%} in {described} of {len(good)} with figures of grade "
        "A or B. Pathway is an input of a case; a fit is consistent with its figures and no more."
    )
    verdict = "holds" if right == len(cases) else "partly" if right else "fails"
    columns = ["case", "set aside", "in the record", "in the model", "", "spending error", "grade", "staff error",
               "completed, years apart", "right when left out", "facts stated", "numbers fitted"]  # fmt: skip
    return Test("family", title, question, verdict, summary, columns, [_case(case) for case in cases],
                [_hindsight(case) for case in cases if not case["without_hindsight"]["right"]])  # fmt: skip


def _case(case: dict[str, Any]) -> list[Cell]:
    record, outcome, errors = case["record"], case["outcome"], case["errors"]
    left_out = case.get("leave_one_out")
    return [
        case["title"], "yes" if case["held_out"] else "", _fate(record), _fate(outcome),
        "as it was" if outcome["right"] else "not as it was", errors["spending"], errors["grade"], errors["staff"],
        outcome["completion_error"], left_out["right"] if left_out else None, len(case["facts"]), len(case["fitted"]),
    ]  # fmt: skip


def _fate(told: dict[str, Any]) -> str:
    year = "" if told.get("year") is None else f" {told['year']:.1f}"
    return f"{told['fate']}{year}"


def _hindsight(case: dict[str, Any]) -> str:
    return (
        f"{case['title']}: {_fate(case['without_hindsight'])} with only what was known at its start, so its fate "
        "rests on facts judged with hindsight."
    )


# ---- the equations -------------------------------------------------------------------------------------------------


def structure(report: Report) -> Test:
    """Nothing dangling, outflows controlled, people and money conserved."""
    about_units = {"units differ", "conversion missing", "not a pure number", "exponent", "unit cannot be read",
                   "no unit", "number without unit", "not checked"}  # fmt: skip
    found = [f for f in report.findings if f.kind not in about_units]
    accounts = [v for v in report.verdicts if v.check.test in ("account", "sums_to")]
    broken = [v for v in accounts if not v.passed]
    bad = [f for f in found if f.severity == "error"]
    verdict = "fails" if bad or broken else "partly" if found or not accounts else "holds"
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
    title, question = "Behaviour reproduction", "Does it repeat the past?"
    if not has_history(model):
        return Test("behaviour", title, question, "not yet", "There are no figures of the past to compare with.")
    history = model.history
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
    return Test("behaviour", title, question, verdict, summary, columns, rows, notes)


def anomaly(model: Model) -> Test:
    """Each named loop cut: does behaviour change, and in the direction that its row claims?"""
    loops = loop_rows(model)
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


def sensitivity(model: Model, stored: Path | None) -> Test:
    """Do conclusions change inside the ranges of what is uncertain? As ``analysis/conclusions.py`` found."""
    question = "Do conclusions flip inside the ranges of the uncertain parameters?"
    made, stated = _claims(stored / "conclusions") if stored else ({}, [])
    if not stated or made.get("hash") != model.hash:
        old = " with the present equations; stored are those of another version" if stated else ""
        told = f"No conclusion has been tried{old}."
        return Test("sensitivity", "Sensitivity of conclusions", question, "not yet", told)
    rows: list[list[Cell]] = []
    for row in stated:
        share = float(row["share of futures"])
        told = "holds" if share >= SETTLED else "does not hold" if share <= AGAINST else "depends on the ranges"
        ends = (float(row[column]) for column in ("p05", "median", "p95"))
        rows.append([row["claim"], row["said in"], share, row["at the defaults"], *ends, told])
    open_ones = [r for r in rows if r[-1] == "depends on the ranges"]
    against = [r for r in rows if r[-1] == "does not hold"]
    summary = (
        f"{len(rows)} statements of our documents in {made['futures']:,} futures each: "
        f"{len(rows) - len(open_ones) - len(against)} hold in nine of ten, {len(against)} in one of ten at most, and "
        f"{len(open_ones)} depend on what nobody knows."
    )
    columns = ["statement", "said in", "share of futures", "at the defaults", "5 %", "median", "95 %", ""]
    return Test("sensitivity", "Sensitivity of conclusions", question, "holds" if not open_ones else "partly", summary,
                columns, rows)  # fmt: skip


# ---- reading -------------------------------------------------------------------------------------------------------


def _within(series: Series, modelled: Floats) -> str:
    ranged = np.isfinite(series.low) & np.isfinite(series.high)
    inside = (modelled >= series.low) & (modelled <= series.high) & ranged
    return f"{inside.sum()} of {ranged.sum()}" if ranged.any() else ""


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _claims(folder: Path) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """What the claims were asked of, and what came out; nothing where nothing whole is stored."""
    try:
        made = json.loads((folder / "made_from.json").read_text(encoding="utf-8"))
        with (folder / "claims.csv").open(encoding="utf-8", newline="") as opened:
            return made, list(csv.DictReader(opened))
    except FileNotFoundError:
        return {}, []


def as_data(model: Model, tests: Iterable[Test]) -> dict[str, Any]:
    """What the JSON file holds."""
    return {"model": model.name, "hash": model.hash, "tests": [dict(vars(t)) for t in tests]}
