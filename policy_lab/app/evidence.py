"""How far a model can be trusted: the stored results of its tests, good or bad, ready to be shown.

``validation/<model>.json`` among the stored results holds the tests that ``policy_lab/checks/validation.py`` makes,
where its form is described. What stands there is in English in every language; only the verdicts are translated.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from policy_lab import places
from policy_lab.app.naming import figure_of, in_language
from policy_lab.app.words import SOURCE, say
from policy_lab.model import Model

VERDICTS: Final = ("holds", "partly", "fails", "reported", "not yet")
ENGINES: Final = "do_three_engines_agree/agreement.csv"


@dataclass(frozen=True)
class Test:
    """One test of a model.

    Attributes:
        verdict: one of ``VERDICTS``.
        summary: what came out, in one or two sentences.
        columns, rows: the table behind it, with as many cells as columns; neither where there is none.
        notes: further sentences.
        language: code of the language of all these texts.
    """

    title: str
    question: str
    verdict: str
    summary: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    language: str = SOURCE


@dataclass(frozen=True)
class Evidence:
    """All tests of a model with a stored result, and a sentence about what is missing or old ("" when all is well)."""

    tests: list[Test]
    notice: str = ""


def evidence_of(model: Model, folder: Path | None = None) -> Evidence:
    """The stored tests of a model.

    Args:
        model: whose tests.
        folder: with the stored results; by default ``analysis/results``, which is of the models that come with us.
    """
    ours = model.folder is not None and model.folder.parent == places.models_folder().resolve()
    where = folder or (places.results_folder() if ours else None)
    file = where / "validation" / f"{model.name}.json" if where else None
    if where is None or file is None or not file.is_file():
        return Evidence([], say("evidence.none"))
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        tests = [_test(one) for one in data["tests"]]
        made_with = str(data["hash"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Evidence([], say("evidence.unreadable", file=file.name))
    notice = (
        "" if made_with == model.hash else say("evidence.other_version", made_with=made_with[:8], now=model.hash[:8])
    )
    return Evidence([*tests, *_engines(where / ENGINES)], notice)


def _test(told: dict[str, Any]) -> Test:
    verdict = told["verdict"] if told["verdict"] in VERDICTS else "reported"
    rows = [[_cell(cell) for cell in row] for row in told["rows"]]
    columns, notes = [str(column) for column in told["columns"]], [str(note) for note in told["notes"]]
    return Test(str(told["title"]), str(told["question"]), verdict, str(told["summary"]), columns, rows, notes)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return figure_of(value) if isinstance(value, float) else str(value)


def _engines(file: Path) -> list[Test]:
    """Whether independent engines agree, a test of our programs rather than of the model."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    if not rows or not {"one", "other", "world", "variables", "apart", "variable"} <= rows[0].keys():
        return []
    worst = max(rows, key=lambda row: float(row["apart"]))
    columns = ("one", "other", "world", "variables", "apart", "variable")
    body = [[in_language(row[c]) if c == "apart" else row[c] for c in columns] for row in rows]
    told = say("evidence.engines_told", count=len(rows), worst=in_language(worst["apart"]), variable=worst["variable"])
    heads = [say(f"evidence.column_{column}") for column in columns]
    return [Test(say("evidence.engines"), say("evidence.engines_question"), "reported", told, heads, body, [], "")]
