"""What is known of how far a model can be trusted: the stored results of its tests, read as tables."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policy_lab import places
from policy_lab.app.naming import figure_of, in_language, label_of
from policy_lab.app.words import say
from policy_lab.model import Model

#: Test to the file of ``analysis/results`` that holds its result, and the columns a person is shown.
TESTS: Final = {
    "history": ("fit_to_history/fit.csv", ("series", "n", "error", "within range", "grade", "fit")),
    "claims": ("do_the_claims_hold/claims.csv", ("claim", "outcome", "year", "share of futures")),
    "engines": ("do_three_engines_agree/agreement.csv", ("one", "other", "world", "variables", "apart", "variable")),
}
PERCENT: Final = frozenset({"error", "share of futures"})


@dataclass(frozen=True)
class Evidence:
    """One test of the model.

    Attributes:
        test: its key in ``TESTS``.
        head, body: the table; no rows where the test has no stored result.
        told: the result in one sentence.
    """

    test: str
    head: list[str]
    body: list[list[str]]
    told: str


def evidence_of(model: Model, folder: Path | None = None) -> list[Evidence]:
    """Every test with what came out.

    Args:
        model: whose tests.
        folder: with the stored results; by default ``analysis/results``, which is of the models that come with us.
    """
    ours = model.folder is not None and model.folder.parent == places.models_folder().resolve()
    where = folder or (places.results_folder() if ours else None)
    return [_evidence(test, where) for test in TESTS]


def _evidence(test: str, folder: Path | None) -> Evidence:
    file, columns = TESTS[test]
    rows = _rows(folder / file) if folder else []
    complete = [row for row in rows if all(row.get(column) is not None for column in columns)]
    head = [say(f"evidence.column_{column.replace(' ', '_')}") for column in columns]
    body = [[_cell(column, row[column]) for column in columns] for row in complete]
    return Evidence(test, head, body, _told(test, complete) if complete else say("evidence.none"))


def _rows(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _cell(column: str, text: str) -> str:
    if column == "outcome":
        return label_of(text)
    if column in PERCENT:
        return f"{figure_of(100 * float(text), 0)} %"
    return in_language(text) if column == "apart" else text


def _told(test: str, rows: list[dict[str, str]]) -> str:
    if test == "history":
        counts = {fit: sum(row["fit"] == fit for row in rows) for fit in ("good", "fair", "poor")}
        return say("evidence.history_told", count=len(rows), **counts)
    if test == "claims":
        always = sum(float(row["share of futures"]) >= 1 for row in rows)
        mostly = sum(0.9 <= float(row["share of futures"]) < 1 for row in rows)
        return say("evidence.claims_told", count=len(rows), always=always, mostly=mostly)
    worst = max(rows, key=lambda row: float(row["apart"]))
    return say("evidence.engines_told", count=len(rows), worst=in_language(worst["apart"]), variable=worst["variable"])
