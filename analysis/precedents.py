"""Precedents: historical cases of big science on the model's equations, against their record.

    python -m analysis.precedents [--fit]

Runs every case with the numbers fitted last; ``--fit`` fits them anew and makes the leave-one-out (minutes), which is
needed after every change of the equations or of a case. Writes ``models/big_science/cases/results.json`` (with
``--fit``), ``results/precedents`` (the table, the runs, a picture a case) and ``docs/precedents.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis import documents
from analysis.results_folder import DEFAULT_MODEL, fresh_folder, model_asked_for, print_table, write_table
from policy_lab import palette
from policy_lab.cases import as_json, examine
from policy_lab.cases.overview import HEADER, causes, rows, shown, summary, what_ifs
from policy_lab.catalogue import english
from policy_lab.messages import Message
from policy_lab.model import Model, load_model
from policy_lab.model.case_results import results_file
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
    )


def _best_fit(data: Data) -> BestFit | None:
    titles = {case["key"]: case["title"] for case in data["cases"]}
    fit = data["asked"]
    return BestFit(fit["numbers"], [titles[c["key"]] for c in fit["cases"] if not c["right"]]) if fit else None


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--fit", action="store_true", help="fit the cases anew and make the leave-one-out")
    model = model_asked_for(DEFAULT_MODEL)
    with fresh_folder("precedents") as folder:
        data = _data(model, words.parse_args().fit)
        folder.mkdir()
        write_table(folder / "cases.csv", shown(ENGLISH, HEADER), _table(data))
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
