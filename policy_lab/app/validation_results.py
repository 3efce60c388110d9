"""How far a model can be trusted: the stored results of its tests, good or bad, ready to be shown.

``validation/<model>.json`` among the stored results holds the tests that ``policy_lab/checks/twelve_tests.py`` makes,
where its form is described: messages, which are put into the language of the request here.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from policy_lab import paths
from policy_lab.app.labels import figure_of
from policy_lab.catalogue import SOURCE, here, language, say
from policy_lab.checks.validation_tests import in_words, read_test
from policy_lab.model import Model

VERDICTS: Final = ("holds", "partly", "fails", "reported", "not yet")
ENGINES: Final = "engine_agreement/agreement.csv"


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
    """All tests of a model with a stored result, and a sentence where they are old or damaged ("" if not)."""

    tests: list[Test]
    notice: str = ""


def evidence_of(model: Model, folder: Path | None = None) -> Evidence:
    """The stored tests of a model.

    Args:
        model: whose tests.
        folder: with the stored results; by default ``analysis/results``, which is of the models that come with us.
    """
    ours = model.folder is not None and model.folder.parent == paths.models_folder().resolve()
    where = folder or (paths.results_folder() if ours else None)
    file = where / "validation" / f"{model.name}.json" if where else None
    if where is None or file is None or not file.is_file():
        return Evidence([])
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        tests = [_test(one) for one in data["tests"]]
        made_with = str(data["hash"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Evidence([], say("evidence.unreadable", file=file.name))
    notice = (
        "" if made_with == model.hash else say("evidence.other_version", made_with=made_with[:8], now=model.hash[:8])
    )
    return Evidence([*tests, *_engines(model, where / ENGINES)], notice)


def _test(stored: dict[str, Any]) -> Test:
    told = in_words(read_test(stored), here())
    verdict = told.verdict if told.verdict in VERDICTS else "reported"
    rows = [[_cell(cell) for cell in row] for row in told.rows]
    return Test(told.title, told.question, verdict, told.summary, told.columns, rows, told.notes, language())


def _cell(value: object) -> str:
    if value is None:
        return ""
    return figure_of(value) if isinstance(value, float) else str(value)


def _engines(model: Model, file: Path) -> list[Test]:
    """Whether independent engines agree, a test of our programs rather than of the model."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    if not rows or not {"one", "other", "world", "variables", "apart", "variable"} <= rows[0].keys():
        return []
    if not {row["variable"] for row in rows} <= set(model.program.visible):
        return []  # another model's
    worst = max(rows, key=lambda row: float(row["apart"]))
    columns = ("one", "other", "world", "variables", "apart", "variable")
    body = [[here().number(float(row[c]), "exact") if c == "apart" else row[c] for c in columns] for row in rows]
    told = say(
        "evidence.engines_told",
        count=len(rows),
        worst=here().number(float(worst["apart"]), "exact"),
        variable=worst["variable"],
    )
    heads = [say(f"evidence.column_{column}") for column in columns]
    return [Test(say("evidence.engines"), say("evidence.engines_question"), "reported", told, heads, body, [], "")]
