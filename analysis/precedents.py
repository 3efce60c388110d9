"""Precedents: historical cases of big science on the model's equations, against their record.

    python -m analysis.precedents [--fit]

Runs every case with the numbers fitted last. ``--fit`` fits them anew, and makes the leave-one-out, the reference class
and the reference points again (minutes); it is needed after every change of the equations or of a case. Writes
``models/big_science/cases/results.json`` (with ``--fit``), ``results/precedents`` (the table, the runs, a picture a
case, fates with less secrecy) and ``docs/precedents.md``, with what is stored by ``reference_class`` and
``reference_points``.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis import documents, reference_class, reference_points
from analysis.results_folder import DEFAULT_MODEL, RESULTS, fresh_folder, model_asked_for, print_table, write_table
from policy_lab import palette
from policy_lab.cases import as_json, examine, fitted_of
from policy_lab.cases.against_record import judged
from policy_lab.cases.fit import fit_case
from policy_lab.cases.overview import HEADER, READINGS, causes, readings, rows, shown, summary, what_ifs
from policy_lab.cases.run_case import run_case
from policy_lab.catalogue import english
from policy_lab.messages import Message
from policy_lab.model import Model, load_model
from policy_lab.model.case_results import results_file
from policy_lab.paths import models_folder
from policy_lab.report import plots
from policy_lab.report.plots import Axes, Panel, Picture
from policy_lab.report.templating import Context

PAGE = "precedents.md"
#: Panels of a case's picture: title, unit, runs drawn, and the figures drawn with them.
PANELS = (
    ("Spending", "", ("spending",), "project spending"),
    ("Works paid and standing", "share", ("works", "standing"), "project works share"),
    ("Opposition", "share of votes", ("opposition",), "opposition"),
)
COLOURS = {"standing": palette.GREY}
#: The fact whose effect is in doubt, and how much of it may be left.
DOUBTED, LEFT = "secrecy", (1.0, 0.75, 0.5, 0.3, 0.0)
DOUBTED_HEADER = ("case", "part left", "fate", "year", "as in the record", "least standing", "fate, fitted anew",
                  "year, fitted anew", "as in the record, fitted anew")  # fmt: skip
Table = Sequence[Mapping[str, str]]
Data = Mapping[str, Any]
ENGLISH = english()


@dataclass(frozen=True)
class BestFit:
    """One fit of the shared numbers to all cases: the numbers by name, and cases whose fate it has wrong."""

    numbers: Mapping[str, float]
    wrong: Sequence[str]


@dataclass(frozen=True)
class Precedents(Context, template="precedents.md.j2", folder=documents.TEMPLATES):
    """The page.

    Attributes:
        hash, sets, shared, cases: as in what ``examine`` gives.
        header, rows, summary: the table of cases and what it amounts to.
        causes, what_ifs: by the key of a case.
        best_fit: None where it was not made.
        readings_header, readings: of the cases whose record is read in more than one way, by their key.
        doubted: fates with a part of the secrecy that is stated.
        compared, by_growth: the reference class; ``points``: the reference points.
    """

    hash: str
    sets: int
    shared: Mapping[str, float]
    cases: Sequence[Data]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    summary: Sequence[Message]
    causes: Mapping[str, Sequence[Message]]
    what_ifs: Mapping[str, Sequence[Message]]
    best_fit: BestFit | None
    readings_header: Sequence[str]
    readings: Mapping[str, Sequence[Sequence[str]]]
    doubted: Table
    compared: Table
    by_growth: Table
    points: Table


def page(data: Data) -> Precedents:
    """The page, from what ``examine`` gives."""
    cases = data["cases"]
    return Precedents(
        **{name: data[name] for name in ("hash", "sets", "shared", "cases")},
        header=shown(ENGLISH, HEADER),
        rows=_table(data),
        summary=summary(data),
        causes={case["key"]: causes(case) for case in cases},
        what_ifs={case["key"]: what_ifs(case) for case in cases},
        best_fit=_best_fit(data),
        readings_header=shown(ENGLISH, READINGS),
        readings={case["key"]: [shown(ENGLISH, row) for row in readings(case)] for case in cases},
        doubted=_stored(RESULTS / "precedents" / f"{DOUBTED}.csv"),
        compared=_stored(RESULTS / "reference_class" / "compared.csv"),
        by_growth=_stored(RESULTS / "reference_class" / "by_growth.csv"),
        points=_stored(models_folder() / data["model"] / reference_points.FILE),
    )


def _stored(file: Path) -> Table:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _best_fit(data: Data) -> BestFit | None:
    titles = {case["key"]: case["title"] for case in data["cases"]}
    fit = data["asked"]
    return BestFit(fit["numbers"], [titles[c["key"]] for c in fit["cases"] if not c["right"]]) if fit else None


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--fit", action="store_true", help="fit the cases anew and make the leave-one-out")
    model, fit = model_asked_for(DEFAULT_MODEL), words.parse_args().fit
    if fit:
        reference_class.main()
        reference_points.main()
    with fresh_folder("precedents") as folder:
        data = _data(model, fit)
        folder.mkdir()
        write_table(folder / "cases.csv", shown(ENGLISH, HEADER), _table(data))
        write_table(folder / f"{DOUBTED}.csv", DOUBTED_HEADER, list(doubted(model, data)))
        write_table(folder / "runs.csv", ("case", "year", "variable", "value"), list(_runs(data)))
        for case in data["cases"]:
            (folder / f"{case['key']}.svg").write_text(draw(case), encoding="utf-8")
    documents.write(page(data), PAGE)
    print_table(shown(ENGLISH, HEADER), _table(data))
    print("\n".join(map(ENGLISH.in_words, summary(data))))


def _table(data: Data) -> list[list[str]]:
    return [shown(ENGLISH, cells) for cells in rows(data)]


def _data(model: Model, fit: bool) -> Data:
    last = model.case_results
    if last is not None and not fit and last["hash"] == model.hash:
        return last
    data = examine(model, say=lambda step: print(ENGLISH.in_words(step)))
    file = results_file(model)
    assert file is not None  # it has cases
    file.write_text(as_json(data), encoding="utf-8")
    return load_model(file.parent.parent).case_results or data


def doubted(model: Model, data: Data) -> Iterator[list[object]]:
    """Fates of the cases that state it, with parts of the fact in doubt, as fitted and fitted anew."""
    own = fitted_of(data)
    for case in model.cases.values():
        fact = case.facts.get(DOUBTED)
        if fact is None:
            continue
        for left in LEFT:
            less = replace(case, facts={**case.facts, DOUBTED: replace(fact, value=left * float(fact.value))})
            as_it_was, anew = (
                judged(run_case(model, less, fitted), case)[0] for fitted in (own[case.key], fit_case(model, less))
            )
            told = [(one.fate, "" if one.year is None else f"{one.year:.1f}", "yes" if one.right else "no")
                    for one in (as_it_was, anew)]  # fmt: skip
            yield [case.title, left, *told[0], as_it_was.least_standing, *told[1]]


def _runs(data: Data) -> Iterator[tuple[str, float, str, float]]:
    for case in data["cases"]:
        for variable, values in case["runs"].items():
            yield from ((case["key"], y, variable, v) for y, v in zip(case["years"], values, strict=True))


def draw(case: Data) -> str:
    """Spending, works and opposition of a case: lines of the model, figures of the record with their ranges."""

    def panel(title: str, unit: str, runs: tuple[str, ...], variable: str) -> Panel:
        def paint(axes: Axes) -> None:
            axes.set_ylabel(unit or f"{case['currency']} a year")
            for run in runs:
                axes.plot(case["years"], case["runs"][run], color=COLOURS.get(run, palette.BLUE), lw=1.6, label=run)
            _figures(axes, case, variable)
            axes.axvline(case["record"]["year"], color=plots.INK, lw=0.8, ls=":", label=case["record"]["fate"])
            axes.set_ylim(bottom=0, top=None if variable == "project spending" else 1.02)
            axes.legend(loc="best")

        return Panel(title, paint)

    picture = Picture([panel(*form) for form in PANELS], width=4.2, height=3.0, columns=3)
    return plots.draw(picture, english()).svg()


def _figures(panel: Axes, case: Data, variable: str) -> None:
    """Figures that were read are filled, recalled ones hollow; bars are their ranges."""
    for status, face in (("CONFIRMED", palette.ORANGE), ("RECALLED", "none")):
        points = [p for s in case["series"] if s["variable"] == variable for p in s["points"] if p["status"] == status]
        if points:
            years = [p["year"] for p in points]
            panel.vlines(years, [p["low"] for p in points], [p["high"] for p in points], color=palette.ORANGE, lw=1)
            panel.scatter(years, [p["value"] for p in points], s=16, facecolors=face, edgecolors=palette.ORANGE,
                          zorder=3, label=f"record, {'read' if status == 'CONFIRMED' else 'recalled'}")  # fmt: skip


if __name__ == "__main__":
    main()
