"""The twelve tests of a model, each as far as a program can make it (Sterman 2000, *Business Dynamics*, ch. 21).

``policy-lab check`` makes them, and ``analysis/validation.py`` stores them; ``validation_tests.py`` says what a test
is. *Reported* is for what only a reader can judge (the boundary, what was learned). A test that fails says so.
"""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from policy_lab import paths
from policy_lab.checks.every_scenario import LOOP_MOVES, loops_everywhere, told
from policy_lab.checks.family_members import family
from policy_lab.checks.findings import kind_words
from policy_lab.checks.fit import fit
from policy_lab.checks.run_checks import Report
from policy_lab.checks.settings_or_feedback import settings_or_feedback
from policy_lab.checks.structure import sources_of
from policy_lab.checks.validation_tests import Cell, Test, cell_word, column_names
from policy_lab.checks.verdicts import run_worlds
from policy_lab.messages import Message, Name
from policy_lab.model import Model
from policy_lab.model.checks import World
from policy_lab.model.history import Series, has_history
from policy_lab.model.loops import loop_rows
from policy_lab.program import Program, names_in
from policy_lab.readers import document_of
from policy_lab.runs import Floats
from policy_lab.simulation import simulate
from policy_lab.statements import Document

#: The largest share of an outcome's range that half the step may move it by.
STEP_LIMIT = 0.005
#: The error that counts as reproducing a series, mean absolute error over the mean of the figures.
FIT_LIMIT = 0.2
#: A conclusion that holds in this share of futures at least, or in the other at most, is settled by the ranges.
SETTLED, AGAINST = 0.9, 0.1


def twelve_tests(model: Model, report: Report) -> list[Test]:
    """All twelve, in the order of ``KEYS``.

    Conclusions and precedents take hours, or data; what is stored of them (``paths.results_folder``) is taken, for
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
    named = ("computed", "given", "left_out")
    rows = [[cell.name("boundary") for cell in row] for row in model.readme.table("Boundary", named)]
    program = model.program
    auxiliaries = sum(e.kind == "auxiliary" and not e.hidden for e in program.equations.values())
    counts = {
        "stocks": sum(not program.equations[n].hidden for n in program.stocks),
        "auxiliaries": auxiliaries,
        "levers": len(model.levers),
        "uncertain": len(model.uncertainties),
        "others": len(program.constants) - len(model.levers) - len(model.uncertainties),
        "share": _in_feedback(program),
    }
    columns = column_names(*named) if rows else []
    return Test("boundary", "reported", Message("test.boundary.told", counts), columns, [list(row) for row in rows])


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
    listed = [item.name("surprise") for item in model.readme.bullets("Surprises")]
    return Test("surprises", "reported", Message("test.surprises.told", {"count": len(listed)}), notes=[*listed])


def learning(model: Model) -> Test:
    """What use has taught: what was changed because of it, and the list of what is wrong."""
    learned = [item.name("lesson") for item in model.readme.bullets("What use has taught us")]
    wrong = [item.name("weakness") for item in model.readme.weaknesses]
    summary = Message("test.learning.told", {"lessons": len(learned), "wrong": len(wrong)})
    rows: list[list[Cell]] = [[cell_word("lesson"), words] for words in learned]
    rows += [[cell_word("weakness"), words] for words in wrong]
    return Test("learning", "reported", summary, column_names("", "what") if rows else [], rows)


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
    uncontrolled = any(f.kind == "outflow without control" for f in found)
    counts = {
        "good": len(accounts) - len(broken),
        "all": len(accounts),
        "outflows": cell_word("some" if uncontrolled else "no"),
        "errors": len(bad),
        "warnings": len(found) - len(bad),
    }
    rows: list[list[Cell]] = [[f.severity_words, f.kind_words, f.words] for f in found]
    rows += [[v.status_words, cell_word("account"), v.claim] for v in accounts]
    return Test("structure", verdict, Message("test.structure.told", counts), column_names("", "kind", "what"), rows)


def units(report: Report) -> Test:
    """Dimensional consistency."""
    kinds = ("units differ", "conversion missing", "not a pure number", "exponent", "unit cannot be read", "no unit",
             "number without unit", "not checked")  # fmt: skip
    found = Counter(f.kind for f in report.findings if f.kind in kinds)
    errors = sum(f.kind in kinds and f.severity == "error" for f in report.findings)
    verdict = "fails" if errors else "partly" if found else "holds"
    counts = {"count": report.equations, "errors": errors, "warnings": sum(found.values()) - errors}
    return Test("units", verdict, Message("test.units.told", counts), column_names("kind", "equations"),
                [[kind_words(kind), found[kind]] for kind in kinds],
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
    claims = len(constants) - grades["D"]  # what is defined or set is neither evidence nor judgement
    counts = {
        "count": len(constants),
        **having,
        "judged": grades["J"] / max(1, len(constants)),
        "defined": grades["D"],
        "judged_claims": grades["J"] / max(1, claims),
    }
    rows: list[list[Cell]] = [[cell_word(k), n, n / max(1, len(constants))] for k, n in having.items()]
    grade_of = Message("test.cell.none")
    rows += [
        [Message("test.cell.graded", {"grade": g or grade_of}), n, n / max(1, len(constants))]
        for g, n in sorted(grades.items())
    ]
    return Test("parameters", "holds" if whole else "fails", Message("test.parameters.told", counts),
                column_names("what", "constants", "share"), rows)  # fmt: skip


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
        rows.append([_scenario(key, model), len(runs), broken,
                     Message("test.cell.listed", {"names": [Name(n) for n in below]})])  # fmt: skip
    told = [v for v in report.verdicts if v.check.derived == "logic"]
    broken_checks = [v for v in told if not v.passed]
    verdict = "fails" if failed_runs or negative or broken_checks else "holds"
    counts = {
        "constants": len(names),
        "scenarios": len(rows),
        "failed": failed_runs,
        "negative": negative,
        "held": len(told) - len(broken_checks),
        "checks": len(told),
    }
    notes = [Message("verdict.status", {"status": v.status_words, "claim": v.claim}) for v in broken_checks]
    return Test("extremes", verdict, Message("test.extremes.told", counts),
                column_names("scenario", "runs", "failed", "negative"), rows, [*notes])  # fmt: skip


def _scenario(key: str, model: Model) -> Name:
    return Name(key, "scenario") if key else Name(model.name, "model")


def integration(model: Model) -> Test:
    """Half the step, and fourth-order Runge-Kutta."""
    worlds = [World(key) for key in model.scenarios] or [World("")]
    names = list(model.outcomes)
    plain, half = (run_worlds(model, worlds, names, halved=h).runs.values for h in (False, True))
    higher = run_worlds(model, worlds, names, integration="rk4").runs.values
    span = np.ptp(plain.reshape(-1, len(names)), axis=0)
    span[span == 0] = 1.0
    moved = [np.abs(other - plain).max(axis=(0, 1)) / span for other in (half, higher)]
    rows: list[list[Cell]] = [[Name(n), float(moved[0][i]), float(moved[1][i])] for i, n in enumerate(names)]
    order = np.argsort(-moved[0], kind="stable")
    rows = [rows[i] for i in order]
    worst = float(moved[0].max())
    moves = {"worst": worst, "scenarios": len(worlds), "limit": STEP_LIMIT, "higher": float(moved[1].max())}
    return Test("integration", "holds" if worst <= STEP_LIMIT else "fails", Message("test.integration.told", moves),
                column_names("outcome", "half", "runge_kutta"), rows)  # fmt: skip


def behaviour(model: Model) -> Test:
    """The past: every series against its figures."""
    if not has_history(model):
        return Test("behaviour", "not yet", Message("test.behaviour.missing"))
    history = model.history
    world = next(iter(model.scenarios), None)
    runs = simulate(model, scenario=world, outputs=tuple(dict.fromkeys(s.variable for s in history)))
    rows: list[list[Cell]] = []
    close, notes = 0, []
    for series in history:
        modelled = np.interp(series.year, runs.time, runs.of(series.variable)[0])
        found = fit(series.value, modelled)
        close += int(found.mean_error <= FIT_LIMIT)
        named = Name(series.name, "series")
        if found.mean_error > FIT_LIMIT:
            notes.append(Message("test.behaviour.error", {"series": named, "error": found.mean_error}))
        rows.append([named, Name(series.variable), len(series.value), _number(found.mean_error), _number(found.r2),
                     _number(found.bias), _number(found.variance), _number(found.covariance),
                     _within(series, modelled), series.grade])  # fmt: skip
    several = sum(len(s.value) >= 3 for s in history)
    counts = {
        "close": close,
        "all": len(history),
        "limit": FIT_LIMIT,
        "scenario": _scenario(world or "", model),
        "several": several,
    }
    verdict = "holds" if close == len(history) else "partly" if close else "fails"
    columns = column_names("series", "variable", "figures", "error", "r2", "bias", "variance", "covariance", "within",
                       "grade")  # fmt: skip
    return Test("behaviour", verdict, Message("test.behaviour.told", counts), columns, rows, [*notes])


def anomaly(model: Model) -> Test:
    """Each named loop cut: does behaviour change, and in the direction that its row claims?"""
    loops = [row for row in loop_rows(model) if row["switch"]]
    worlds = [w for r in loops for w in (World(r["world"]), World(r["world"], ((model.constant(r["switch"]), 0.0),)))]
    names = list(dict.fromkeys([*(model.find(r["outcome"]) for r in loops), *model.outcomes]))
    if not loops:
        return Test("anomaly", "not yet", Message("test.anomaly.none"))
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
        when = Message("test.cell.in_year", {"variable": Name(outcome), "year": float(row["year"])})
        rows.append([Name(row["name"], "loop"), row["kind"], Name(row["world"], "scenario"), when, change,
                     cell_word(row["when_cut"]), cell_word("as_said" if right else "not_as_said"),
                     int((moved > 0.05).sum())])  # fmt: skip
    columns = column_names("loop", "kind", "scenario", "outcome", "change", "claimed", "", "moved")
    return Test("anomaly", "holds" if as_said == len(loops) else "fails",
                Message("test.anomaly.told", {"right": as_said, "all": len(loops)}), columns, rows,
                [*told(loops_everywhere(model)), *_settings_or_feedback(model)])  # fmt: skip


def _settings_or_feedback(model: Model) -> list[Message | Name]:
    """What the order and spread of the scenarios owe to feedback, for each headline outcome."""
    shares = [share for share in settings_or_feedback(model) if share.headline]
    return [Message("test.anomaly.shares"), *(share.words for share in shares)] if shares else []


def sensitivity(model: Model, stored: Path | None) -> Test:
    """Do conclusions change inside the ranges of what is uncertain? As ``analysis/conclusions.py`` found."""
    made, stated = _claims(stored / "conclusions") if stored else ({}, [])
    if not stated or made.get("hash") != model.hash:
        return Test("sensitivity", "not yet", Message("test.sensitivity.old" if stated else "test.sensitivity.none"))
    rows: list[list[Cell]] = []
    count: Counter[str] = Counter()
    for row in stated:
        share = float(row["share of futures"])
        told = "holds" if share >= SETTLED else "against" if share <= AGAINST else "open"
        count[told] += 1
        ends = (float(row[column]) for column in ("p05", "median", "p95"))
        claim, document = Name(row["key"], "claim", row["claim"]), Name(row["document"], "document", row["said in"])
        rows.append([claim, document, share, cell_word(row["at the defaults"]), *ends, cell_word(told)])
    counts = {
        "count": len(rows),
        "futures": made["futures"],
        "settled": count["holds"],
        "against": count["against"],
        "open": count["open"],
    }
    columns = column_names("statement", "where", "futures", "default", "low", "median", "high", "")
    return Test("sensitivity", "holds" if not count["open"] else "partly", Message("test.sensitivity.told", counts),
                columns, rows)  # fmt: skip


# ---- reading -------------------------------------------------------------------------------------------------------


def _within(series: Series, modelled: Floats) -> Message | str:
    ranged = np.isfinite(series.low) & np.isfinite(series.high)
    inside = (modelled >= series.low) & (modelled <= series.high) & ranged
    if not ranged.any():
        return ""
    return Message("test.cell.of", {"inside": int(inside.sum()), "all": int(ranged.sum())})


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
